"""Groups of candidate sentences for each question, from our own retriever.

    python -m eval.training.sentence_pairs --work DIR --out groups.jsonl squad:PATH nq:PATH

A line is one question with the sentences that the linear scorer likes best, each with its
context and whether it answers: the hard negatives are what the product itself would
confuse. A question that SQuAD marks as unanswerable gives a group without a positive, and
so does every fourth answerable one, with its gold passage taken away.
"""

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any

from eval.training.collections import READERS, build
from eval.training.evidence import Example, collect, open_index, sample
from index.index import View
from service.answering.cross_encoder import sentence_context
from service.answering.evidence import FEATURES, Logistic, load_weights, score_evidence

CANDIDATES = 6


def main() -> None:
    """Write the groups of the collections named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for the training indexes")
    parser.add_argument("--limit", type=int, default=100_000, help="questions of each collection")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("collections", nargs="+", help="squad:PATH or nq:PATH")
    arguments = parser.parse_args()
    model = Logistic.from_json(load_weights()["sentence"], FEATURES)
    with open_index(arguments.work) as (index, builder, embedder), arguments.out.open("w") as out:
        for named in arguments.collections:
            kind, _, path = named.partition(":")
            collection = READERS[kind](Path(path))
            build(collection, builder, index)
            cases = sample(collection, arguments.limit)
            examples = index.read(collection.name, partial(collect, embedder=embedder, cases=cases))
            groups = index.read(collection.name, partial(_groups, examples=examples, model=model))
            for group in groups:
                out.write(json.dumps({"collection": collection.name, **group}, ensure_ascii=False) + "\n")
            answered = sum(any(g["gold"]) for g in groups)
            print(f"{collection.name}: {len(groups)} groups, {answered} with an answer")


def _groups(view: View, examples: list[Example], model: Logistic) -> list[dict[str, Any]]:
    groups = []
    for example in examples:
        evidence = score_evidence(view, example.question, example.asked, example.hits, model)
        judged = [(e, example.is_gold(e), example.is_judged(e)) for e in evidence]
        chosen = [x for x in judged if x[2]][:CANDIDATES]
        gold = [x for x in judged if x[1]]
        if gold and not any(g for _, g, _ in chosen):
            chosen = [*chosen[:-1], gold[0]]
        if chosen:
            groups.append(
                {
                    "question": example.case.question,
                    "sentences": [" ".join(e.text.split()) for e, *_ in chosen],
                    "contexts": [sentence_context(e) for e, *_ in chosen],
                    "gold": [g for _, g, _ in chosen],
                    "held_out": example.held_out,
                }
            )
    return groups


if __name__ == "__main__":
    main()
