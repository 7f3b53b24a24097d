"""Learn how much to trust the reader, and when to abstain.

    python -m eval.training.confidence --work DIR squad:PATH nq:PATH --reserve squad:PATH:24docs

Both models are fitted on documents that neither the linear scorer nor the reader was trained
on; of a set named with ``--reserve`` only these, or so many of them, are indexed at all.
``reading`` mixes the two into the probability that a sentence answers; ``confidence`` tells
whether the best sentence is right at all. Its negatives are SQuAD's unanswerable questions,
answerable ones with the gold passage taken away, answerable ones made to ask about something
else (``swaps``), and questions of another collection. Each feature is only used in the
direction that makes sense (``monotone``). The order of questions is learned from whether the
passages answer at all, which tells the unanswerable ones apart best; what is shown as confidence is
that order, calibrated to whether the best sentence is right among questions of which most have an
answer (Platt, 1999, "Probabilistic Outputs for Support Vector Machines").

Figures are from fitting on one half of these documents and judging the other; what ships is
fitted on both.
"""

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from eval.training.collections import READERS, Collection, build, drawn
from eval.training.evidence import (
    Example,
    collect,
    described,
    held_out_only,
    is_held_out,
    open_index,
    sample,
    write_weights,
)
from eval.training.monotone import Array, fit_monotone
from eval.training.swaps import swapped
from eval.types import Case
from index.index import View
from index.types import Json, sha256_hex
from service.answering.abstain import CONFIDENCE_FEATURES, confidence_features
from service.answering.evidence import FEATURES, Evidence, Logistic, load_weights, score_evidence
from service.answering.reading.reader import Reader, ShippedReader
from service.answering.reading.rerank import READING_FEATURES, read, read_closer, rerank

SEED = 7
FOREIGN = 150
ANSWERABLE = 400
ABOUT = 0.02
# Share of questions that the passages answer. Among the questions here it is far lower, since most
# were made to be unanswerable, and people mostly ask what they think is there.
PRESENT = 0.7
# Features of which more is worse; of all others, more is better.
AGAINST = frozenset({"misfit"})


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """One question's best candidates after reading.

    Attributes:
        features: ``READING_FEATURES`` of each candidate.
        fold: 0 or 1, by document.
    """

    example: Example
    evidence: list[Evidence]
    features: Array
    gold: npt.NDArray[np.bool_]
    judged: npt.NDArray[np.bool_]
    fold: int


def main() -> None:
    """Fit both models on the held-out documents of the named collections."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for the training indexes")
    parser.add_argument("--reserve", nargs="*", default=[], help="sets of which the rest is left out")
    parser.add_argument("collections", nargs="+", help="KIND:PATH")
    arguments = parser.parse_args()
    sentence = Logistic.from_json(load_weights()["sentence"], FEATURES)
    reader = ShippedReader()
    with open_index(arguments.work) as (index, builder, embedder):
        read: dict[str, list[Read]] = {}
        collections = [_collection(named) for named in arguments.collections]
        collections += [_reserve(named) for named in arguments.reserve]
        for collection, other in zip(collections, [*collections[1:], collections[0]], strict=True):
            build(collection, builder, index)
            foreign = [
                Case(f"{case.id}-foreign", case.question, answerable=False)
                for case in sample(other, FOREIGN)
                if other is not collection
            ]
            ours = [c for c in collection.cases if is_held_out(_document(c))]
            cases = sample(replace(collection, cases=[c for c in ours if c.answerable]), ANSWERABLE)
            cases += [c for c in ours if not c.answerable]
            examples = index.read(collection.name, partial(collect, embedder=embedder, cases=cases))
            held_out = [e for e in examples if e.held_out]
            asked = [*_swapped(held_out), *foreign]
            held_out += index.read(collection.name, partial(collect, embedder=embedder, cases=asked))
            read[collection.name] = index.read(
                collection.name, partial(_read, examples=held_out, sentence=sentence, reader=reader)
            )
        everything = [r for several in read.values() for r in several]
        mixed = _fit_reading(everything)
        judged = []
        for name, several in read.items():
            judged += _judge(name, several, mixed, reader)
    questions: dict[str, Json] = {name: len(several) for name, several in read.items()}
    write_weights(
        {"reading": described(mixed, questions=questions), "confidence": _fit_confidence(judged, questions)}
    )


def _swapped(examples: Sequence[Example]) -> list[Case]:
    """Answerable questions made to ask about something else; their id keeps the document's."""
    rng = random.Random(SEED)
    cases = []
    for example in examples:
        gold = [text for text, is_gold in zip(example.texts, example.gold, strict=True) if is_gold]
        if gold:
            beside = [t for t, is_gold in zip(example.texts, example.gold, strict=True) if not is_gold][:12]
            question = swapped(example.case.question, gold[0], beside, rng)
            if question:
                cases.append(Case(f"{example.case.id}-swapped", question, answerable=False))
    return cases


def _document(case: Case) -> str:
    return case.evidence[0].document_id if case.evidence else case.document_id or ""


def _collection(named: str) -> Collection:
    kind, path, *_ = named.split(":")
    return READERS[kind](Path(path))


def _reserve(named: str) -> Collection:
    """The held-out documents of a set, as many as are named."""
    _, _, *size = named.split(":")
    reserve = held_out_only(_collection(named))
    return drawn(reserve, int(size[0].removesuffix("docs"))) if size else reserve


def _read(view: View, examples: Sequence[Example], sentence: Logistic, reader: Reader) -> list[Read]:
    found = []
    for example in examples:
        evidence = score_evidence(view, example.question, example.asked, example.hits, sentence)
        if not evidence:
            continue
        candidates, features = read(reader, example.case.question, evidence)
        document = (
            example.case.evidence[0].document_id if example.case.evidence else example.hits[0].document.id
        )
        found.append(
            Read(
                example,
                candidates,
                features,
                np.array([example.is_gold(e) for e in candidates]),
                np.array([example.is_judged(e) for e in candidates]),
                int(sha256_hex("fold", document)[:8], 16) % 2,
            )
        )
    return found


def _fit_reading(read: Sequence[Read]) -> Logistic:
    def fit(of: Sequence[Read]) -> Logistic:
        rows = np.concatenate([r.features[r.judged] for r in of])
        gold = np.concatenate([r.gold[r.judged] for r in of])
        return fit_monotone(READING_FEATURES, {"sentence_gap", "answer_gap", "asked_gap"}, rows, gold)

    first: dict[str, list[bool]] = {"mixed": [], "reader": [], "linear": []}
    for fold in (0, 1):
        fitted = fit([r for r in read if r.fold != fold])
        for r in read:
            if r.fold == fold and r.gold.any():
                first["mixed"].append(bool(r.gold[np.argmax(fitted.log_odds(r.features))]))
                first["reader"].append(bool(r.gold[np.argmax(r.features[:, 0])]))
                first["linear"].append(bool(r.gold[0]))
    for name, outcomes in first.items():
        print(f"gold first, {name}: {np.mean(outcomes):.3f} (n={len(outcomes)})")
    return fit(read)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One question's best sentence.

    Attributes:
        name: The question's set.
        features: ``CONFIDENCE_FEATURES``.
        right: The sentence answers.
        present: A sentence of the passages does.
        fold: 0 or 1, by document.
    """

    name: str
    features: Array
    right: bool
    present: bool
    fold: int


def _judge(name: str, read: Sequence[Read], reading: Logistic, reader: Reader) -> list[Judged]:
    rows = []
    for r in read:
        ranked = rerank(r.example.asked, r.evidence, r.features, reading)
        evidence = read_closer(reader, r.example.case.question, ranked)
        features = confidence_features(r.example.asked, evidence)
        rows.append(
            Judged(name, features, r.example.is_gold(evidence[0]), bool(r.example.gold.any()), r.fold)
        )
    return rows


def _shares(judged: Sequence[Judged], present: float | None = None) -> Array:
    """How much each question counts: sets alike, and in each ``present`` of the weight on the answerable."""
    sizes = Counter((j.name, present is not None and j.present) for j in judged)
    if present is None:
        shares = np.array([1 / sizes[j.name, False] for j in judged])
    else:
        shares = np.array(
            [(present if j.present else 1 - present) / sizes[j.name, j.present] for j in judged]
        )
    return np.asarray(shares * len(judged) / shares.sum())


def _fit_confidence(judged: Sequence[Judged], questions: dict[str, Json]) -> dict[str, Json]:
    features, alike, shares = (
        np.stack([j.features for j in judged]),
        _shares(judged),
        _shares(judged, PRESENT),
    )
    right, present, fold = (np.array([getattr(j, a) for j in judged]) for a in ("right", "present", "fold"))

    def fit(rows: npt.NDArray[np.bool_]) -> Logistic:
        order = fit_monotone(CONFIDENCE_FEATURES, AGAINST, features[rows], present[rows], shares=alike[rows])
        scores = order.log_odds(features[rows])[:, np.newaxis]
        scale = fit_monotone(("order",), frozenset(), scores, right[rows], shares=shares[rows])
        (slope,) = scale.weights
        return replace(
            order, weights=tuple(slope * w for w in order.weights), bias=slope * order.bias + scale.bias
        )

    guessed = np.empty(len(judged))
    for held in (0, 1):
        guessed[fold == held] = fit(fold != held).probability(features[fold == held])
    for name in dict.fromkeys(j.name for j in judged):
        of = np.array([j.name == name for j in judged])
        print(
            f"{name}: AUROC right {roc_auc_score(right[of], guessed[of]):.3f},"
            f" present {roc_auc_score(present[of], guessed[of]):.3f} (n={of.sum()})"
        )
    bins = np.clip((guessed * 10).astype(int), 0, 9)
    error = (
        sum(
            abs(np.average(guessed[bins == b] - right[bins == b], weights=shares[bins == b]))
            * shares[bins == b].sum()
            for b in set(bins)
        )
        / shares.sum()
    )
    print(
        f"confidence: AUROC right {roc_auc_score(right, guessed, sample_weight=shares):.3f},"
        f" present {roc_auc_score(present, guessed, sample_weight=shares):.3f},"
        f" expected calibration error {error:.3f} (n={len(judged)})"
    )
    # Balanced accuracy is flat around its best. Of thresholds about as good the lowest: a wrong
    # answer shows its evidence and can be seen through, a wrong refusal shows nothing. This
    # rule was made after the best threshold (0.18) had been seen to refuse too much on the
    # seeds; figures on them are to be read with that in mind.
    grid = np.arange(0.05, 0.95, 0.01)
    answered, refused = (
        np.array([np.average(kept[of], weights=shares[of]) for kept in outcomes])
        for outcomes, of in (([guessed >= t for t in grid], present), ([guessed < t for t in grid], ~present))
    )
    rates = (answered + refused) / 2
    at = int(np.argmax(rates >= rates.max() - ABOUT))
    threshold = float(grid[at])
    print(f"threshold {threshold:.2f}: {rates[at]:.3f} balanced accuracy, at best {rates.max():.3f}")
    model = fit(np.ones(len(judged), dtype=bool))
    return described(model, threshold=round(threshold, 2), questions=questions)


if __name__ == "__main__":
    main()
