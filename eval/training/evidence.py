"""Learn the weights of the linear evidence scorer.

    python -m eval.training.evidence --work DIR squad:PATH nq:PATH

A logistic model tells, for a sentence of the retrieved passages, whether it answers.
Positive are the sentences that overlap the gold range; sentences elsewhere that contain
an accepted answer are left out, since nobody judged them.

Documents are split four to one into training and held-out by a hash of their id.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.training.collections import READERS, Collection, build
from eval.training.monotone import fit_monotone
from eval.types import Case
from index.build import Builder
from index.chunk import ChunkerConfig, SentenceChunker
from index.embed.onnx import OnnxEmbedder
from index.embed.resolve import DEFAULT_MODEL
from index.index import Index, View
from index.layout import Manifest
from index.retrieve import Question, retrieve
from index.types import Hit, Json, sha256_hex
from service.answering.asked.question import Asked, understand
from service.answering.evidence import FEATURES, PASSAGES, Evidence, Logistic, describe

# Features of which more is worse.
AGAINST = frozenset({"dense_gap", "lexical_gap"})
# In the training sets a document has a subject to itself, and a question's names say as much as the
# rest of it. Where many documents are built alike (reports, judgments, records), they say only which
# document: docs/retrieval.md has what this weight is worth there, and that it costs nothing elsewhere.
LEAST = {"dense_asked": 6.0}
WEIGHTS = Path("service/answering/weights.json")
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One question against one ranking: features of its candidates and which are gold."""

    asked: Asked
    question: Question
    case: Case
    hits: list[Hit]
    texts: list[str]
    features: Array
    gold: npt.NDArray[np.bool_]
    judged: npt.NDArray[np.bool_]
    held_out: bool

    def is_gold(self, evidence: Evidence) -> bool:
        """Whether a sentence overlaps the gold range."""
        return _is_gold(evidence.hit, evidence.sentence.start, evidence.sentence.end, self.case)

    def is_judged(self, evidence: Evidence) -> bool:
        """Whether a sentence is known to answer or not to."""
        return self.is_gold(evidence) or not _contains(evidence.text, self.case)


def main() -> None:
    """Train on the collections named on the command line and print held-out figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for the training indexes")
    parser.add_argument("--limit", type=int, default=1500, help="questions of each collection")
    parser.add_argument("collections", nargs="+", help="squad:PATH or nq:PATH")
    arguments = parser.parse_args()

    with open_index(arguments.work) as (index, builder, embedder):
        examples: dict[str, list[Example]] = {}
        for named in arguments.collections:
            kind, _, path = named.partition(":")
            collection = READERS[kind](Path(path))
            build(collection, builder, index)
            cases = sample(collection, arguments.limit)
            examples[collection.name] = index.read(
                collection.name, partial(collect, embedder=embedder, cases=cases)
            )
    model = _fit_sentence(examples)
    questions: dict[str, Json] = {name: len(several) for name, several in examples.items()}
    write_weights({"sentence": described(model, questions=questions)})


@contextmanager
def open_index(work: Path) -> Iterator[tuple[Index, Builder, OnnxEmbedder]]:
    """Open, or make, the index of the training collections below ``work``."""
    embedder = OnnxEmbedder(DEFAULT_MODEL, work / "models", print)
    config = ChunkerConfig()
    manifest = Manifest(embedder.describe(), config.describe())
    with Index(work / "index", manifest, create=True) as index:
        yield index, Builder(index, SentenceChunker(embedder.count_tokens, config), embedder), embedder


def sample(collection: Collection, limit: int) -> list[Case]:
    """A fixed sample of a collection's questions."""
    return sorted(collection.cases, key=lambda c: sha256_hex("sample", c.id))[:limit]


def is_held_out(document_id: str) -> bool:
    """Whether a document, one in five, is kept from training."""
    return int(sha256_hex("split", document_id)[:8], 16) % 5 == 0


def held_out_only(collection: Collection) -> Collection:
    """The held-out documents of a collection, and the questions about them."""
    documents = {i: d for i, d in collection.documents.items() if is_held_out(i)}
    cases = [c for c in collection.cases if all(e.document_id in documents for e in c.evidence)]
    return Collection(f"{collection.name}-held-out", documents, cases)


def _held_out(case: Case, hits: Sequence[Hit]) -> bool:
    return is_held_out(case.evidence[0].document_id if case.evidence else hits[0].document.id)


def collect(view: View, embedder: OnnxEmbedder, cases: Sequence[Case]) -> list[Example]:
    """Retrieve for each case; some answerable ones a second time without their gold passage."""
    examples = []
    for number, case in enumerate(cases):
        question = Question.of(case.question, embedder.embed_query)
        asked = understand(case.question)
        hits = retrieve(view, question, PASSAGES + 2)
        variants = [hits[:PASSAGES]]
        if case.answerable and number % 4 == 0:
            variants.append([h for h in hits if not _covers(h, case)][:PASSAGES])
        for ranking in variants:
            candidates = describe(view, question, asked, ranking)
            if not candidates:
                continue
            gold = [_is_gold(h, s.start, s.end, case) for h, s, *_ in candidates]
            judged = [
                g or not _contains(text, case) for g, (_, _, text, *_) in zip(gold, candidates, strict=True)
            ]
            features = np.stack([row for *_, row in candidates])
            held_out = _held_out(case, hits)
            texts = [text for _, _, text, *_ in candidates]
            examples.append(
                Example(
                    asked,
                    question,
                    case,
                    ranking,
                    texts,
                    features,
                    np.array(gold),
                    np.array(judged),
                    held_out,
                )
            )
    return examples


def _contains(text: str, case: Case) -> bool:
    return any(a.lower() in text.lower() for a in case.answers)


def _covers(hit: Hit, case: Case) -> bool:
    return _is_gold(hit, hit.chunk.start, hit.chunk.end, case)


def _is_gold(hit: Hit, start: int, end: int, case: Case) -> bool:
    return any(
        e.document_id == hit.document.id and (e.start or 0) < end and start < (e.end or 0)
        for e in case.evidence
    )


def _fit_sentence(examples: Mapping[str, Sequence[Example]]) -> Logistic:
    training = [e for several in examples.values() for e in several if not e.held_out and e.gold.any()]
    rows = np.concatenate([e.features[e.judged] for e in training])
    gold = np.concatenate([e.gold[e.judged] for e in training])
    model = fit_monotone(FEATURES, AGAINST, rows, gold, LEAST)
    for name, several in examples.items():
        held = [e for e in several if e.held_out and e.gold.any()]
        for depth in (1, 2, 3):
            learned = np.mean(
                [e.gold[np.argsort(-model.probability(e.features))[:depth]].any() for e in held]
            )
            cosine = np.mean([e.gold[np.argsort(-e.features[:, 0])[:depth]].any() for e in held])
            print(
                f"{name}: gold in the first {depth}: learned {learned:.3f},"
                f" cosine {cosine:.3f} (n={len(held)})"
            )
    return model


def described(model: Logistic, **provenance: Json) -> dict[str, Json]:
    """A model as ``weights.json`` holds it."""
    return {
        "names": list(model.names),
        "weights": [round(w, 4) for w in model.weights],
        "bias": round(model.bias, 4),
        **provenance,
    }


def write_weights(models: dict[str, dict[str, Json]]) -> None:
    """Replace these models in ``weights.json`` and keep the others."""
    former = json.loads(WEIGHTS.read_text(encoding="utf-8")) if WEIGHTS.exists() else {}
    WEIGHTS.write_text(json.dumps({**former, **models}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
