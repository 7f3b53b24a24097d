"""Learn the weights of the evidence scorer and of the confidence.

    python -m eval.training.evidence --work DIR squad:PATH squad:PATH nq:PATH

Two logistic models. The first tells, for a sentence of the retrieved passages, whether
it answers: positive are the sentences that overlap the gold range; sentences elsewhere
that contain an accepted answer are left out, since nobody judged them. The second tells,
from what the first found, whether the best sentence is right at all. Its negatives are
SQuAD's unanswerable questions, and answerable ones with the gold passage taken away.

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
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from eval.training.collections import READERS, Collection, build
from eval.types import Case
from index.build import Builder
from index.chunk import ChunkerConfig, SentenceChunker
from index.embed.onnx import OnnxEmbedder
from index.embed.resolve import DEFAULT_MODEL
from index.index import Index, View
from index.layout import Manifest
from index.retrieve import Question, retrieve
from index.types import Hit, sha256_hex
from service.answering.abstain import CONFIDENCE_FEATURES, confidence_features
from service.answering.evidence import FEATURES, Evidence, Logistic, describe, score_evidence
from service.answering.question import Asked, understand

TOP_K = 8
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One question against one ranking: features of its candidates and which are gold."""

    asked: Asked
    question: Question
    case: Case
    hits: list[Hit]
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


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What the confidence is learned from.

    Attributes:
        right: The best sentence is gold.
        present: Some sentence of the ranking is.
    """

    features: Array
    right: bool
    present: bool
    held_out: bool


def main() -> None:
    """Train on the collections named on the command line and print held-out figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for the training indexes")
    parser.add_argument("--limit", type=int, default=1500, help="questions of each collection")
    parser.add_argument("--out", type=Path, default=Path("service/answering/weights.json"))
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
        sentence = _fit_sentence(examples)
        judged: list[Judged] = []
        for name, of_collection in examples.items():
            judged += index.read(name, partial(_judge, examples=of_collection, model=sentence))
    described = {
        "sentence": _described(sentence),
        "confidence": _fit_confidence(judged),
        "provenance": {
            "command": "python -m eval.training.evidence",
            "questions": {name: len(of_collection) for name, of_collection in examples.items()},
        },
    }
    arguments.out.write_text(json.dumps(described, indent=2) + "\n")


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


def _held_out(case: Case, hits: Sequence[Hit]) -> bool:
    document = case.evidence[0].document_id if case.evidence else hits[0].document.id
    return int(sha256_hex("split", document)[:8], 16) % 5 == 0


def collect(view: View, embedder: OnnxEmbedder, cases: Sequence[Case]) -> list[Example]:
    """Retrieve for each case; some answerable ones a second time without their gold passage."""
    examples = []
    for number, case in enumerate(cases):
        question = Question.of(case.question, embedder.embed_query(case.question))
        asked = understand(case.question)
        hits = retrieve(view, question, TOP_K + 2)
        variants = [hits[:TOP_K]]
        if case.answerable and number % 4 == 0:
            variants.append([h for h in hits if not _covers(h, case)][:TOP_K])
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
            examples.append(
                Example(asked, question, case, ranking, features, np.array(gold), np.array(judged), held_out)
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
    fitted = LogisticRegression(C=10.0, max_iter=2000).fit(rows, gold)
    model = _logistic(FEATURES, fitted)
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


def _judge(view: View, examples: Sequence[Example], model: Logistic) -> list[Judged]:
    judged = []
    for example in examples:
        evidence = score_evidence(view, example.question, example.asked, example.hits, model)
        best = evidence[0]
        judged.append(
            Judged(
                confidence_features(view, example.asked, evidence),
                example.is_gold(best),
                bool(example.gold.any()),
                example.held_out,
            )
        )
    return judged


def _fit_confidence(judged: Sequence[Judged]) -> dict[str, object]:
    features = np.stack([j.features for j in judged])
    right = np.array([j.right for j in judged])
    present = np.array([j.present for j in judged])
    held = np.array([j.held_out for j in judged])
    fitted = LogisticRegression(C=10.0, max_iter=2000).fit(features[~held], right[~held])
    model = _logistic(CONFIDENCE_FEATURES, fitted)
    guessed = model.probability(features)
    print(
        f"confidence: AUROC best sentence right {roc_auc_score(right[held], guessed[held]):.3f}, "
        f"answer present {roc_auc_score(present[held], guessed[held]):.3f} (n={held.sum()})"
    )
    # The threshold that tells best, on the training side, whether there is an answer.
    rates = {
        t: (guessed[~held & present] >= t).mean() + (guessed[~held & ~present] < t).mean()
        for t in np.arange(0.02, 0.98, 0.01)
    }
    threshold = max(rates, key=lambda t: rates[t])
    return {**_described(model), "threshold": round(float(threshold), 2)}


def _logistic(names: Sequence[str], fitted: LogisticRegression) -> Logistic:
    model = Logistic(tuple(names), tuple(fitted.coef_[0].tolist()), float(fitted.intercept_[0]))
    for name, weight in zip(model.names, model.weights, strict=True):
        print(f"  {name:20} {weight:8.3f}")
    return model


def _described(model: Logistic) -> dict[str, object]:
    return {
        "names": list(model.names),
        "weights": [round(w, 4) for w in model.weights],
        "bias": round(model.bias, 4),
    }


if __name__ == "__main__":
    main()
