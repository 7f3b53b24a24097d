"""How well the check of generated sentences tells what evidence supports from what it does not.

    python -m eval.training.support fm2:FILE healthver:FILE [--limit 500]

The sets hold claims with evidence: FM2's were written to be hard to tell, HealthVer's are people's
claims about health beside abstracts. Evidence's own sentences, with a name, year or verb exchanged in
half of them, make a third set of each. A claim is supported if its score reaches the threshold.
"""

import argparse
import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from eval.training.swaps import swapped
from index.embed.onnx import OnnxEmbedder
from index.embed.resolve import DEFAULT_MODEL
from index.protocols import Embedder
from index.text.sentences import split_sentences
from service.generation.support import SUPPORTED, support
from service.settings import load_settings

SEED = 1
# Longer evidence is a whole article, not a passage.
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with evidence; ``label`` is supports, refutes or neutral."""

    text: str
    evidence: tuple[str, ...]
    title: str
    label: str


def main() -> None:
    """Print precision, recall and AUROC for each set, and the threshold beside others."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sets", nargs="+", help="fm2:FILE or healthver:FILE")
    parser.add_argument("--limit", type=int, default=500, help="claims of each set")
    arguments = parser.parse_args()
    embedder = OnnxEmbedder(DEFAULT_MODEL, load_settings().cache_dir / "models")
    print(f"{'set':26} {'against':8} {'n':>5} {'AUROC':>6}   threshold: precision, recall")
    for named in arguments.sets:
        kind, _, file = named.partition(":")
        claims = list(_read(kind, Path(file)))
        claims = random.Random(SEED).sample(claims, min(arguments.limit, len(claims)))
        _print(named.rpartition("/")[2], claims, embedder)
        _print(f"{kind}, copied or changed", list(_changed(claims)), embedder)


def _read(kind: str, file: Path) -> Iterator[Claim]:
    text = file.read_text(encoding="utf-8")
    if kind == "fm2":
        for row in map(json.loads, text.splitlines()):
            evidence = tuple(e["text"] for e in row["gold_evidence"])
            yield Claim(row["text"], evidence, row["wikipedia_page"], row["label"].lower())
    else:
        for row in csv.DictReader(text.splitlines()):
            spans = split_sentences(row["evidence"], ())
            if 0 < len(spans) <= _LONGEST:
                evidence = tuple(row["evidence"][s.start : s.end] for s in spans)
                yield Claim(row["claim"], evidence, "", row["label"].lower())


def _changed(claims: Sequence[Claim]) -> Iterator[Claim]:
    """A sentence of each evidence as it is, and with a part of it exchanged as a mistake would."""
    rng = random.Random(SEED)
    beside = [sentence for claim in claims for sentence in claim.evidence]
    for claim in claims:
        sentence = claim.evidence[0]
        change = swapped(sentence, sentence, rng.sample(beside, 20), rng)
        if change and change != sentence:
            yield Claim(sentence, claim.evidence, claim.title, "supports")
            yield Claim(change, claim.evidence, claim.title, "refutes")


def _print(name: str, claims: Sequence[Claim], embedder: Embedder) -> None:
    scores = _scores(claims, embedder)
    labels = np.array([claim.label for claim in claims])
    for other in ("refutes", "neutral"):
        kept = (labels == "supports") | (labels == other)
        if not (labels == other).any():
            continue
        right, found = labels[kept] == "supports", scores[kept]
        told = []
        for threshold in sorted({0.5, 0.6, SUPPORTED, 0.8, 0.9}):
            taken = found >= threshold
            precision = (taken & right).sum() / max(1, taken.sum())
            mark = "*" if threshold == SUPPORTED else ""
            told.append(f"{threshold}{mark}: {precision:.2f}, {(taken & right).sum() / right.sum():.2f}")
        print(f"{name:26} {other:8} {len(right):5} {roc_auc_score(right, found):6.3f}   {' | '.join(told)}")


def _scores(claims: Sequence[Claim], embedder: Embedder) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    texts = sorted({text for claim in claims for text in (claim.text, *claim.evidence)}, key=len)
    vectors: dict[str, np.ndarray] = {}
    for at in range(0, len(texts), 32):
        batch = texts[at : at + 32]
        vectors.update(zip(batch, embedder.embed_passages(batch), strict=True))
    return np.array(
        [
            support(
                claim.text,
                vectors[claim.text],
                claim.evidence,
                np.stack([vectors[e] for e in claim.evidence]),
                claim.title,
            ).score
            for claim in claims
        ]
    )


if __name__ == "__main__":
    main()
