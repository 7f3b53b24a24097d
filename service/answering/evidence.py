"""Passages into scored sentences.

Each sentence of the retrieved passages is described by a few numbers (how it and its
surroundings meet the question, by vector and by term); a logistic model turns them into
the probability that it answers. The weights are learned from public question answering
data by ``python -m eval.training.evidence`` and lie in ``weights.json`` with their
provenance.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from index.chunk import ABOVE
from index.index import View
from index.retrieve import Question
from index.text.analysis import terms
from index.types import Hit, Sentence, Vector
from service.answering.asked.question import Asked
from service.answering.asked.stated import stated
from service.answering.language import spans
from service.answering.language.claims import asks

Features = npt.NDArray[np.float64]

# Passages whose sentences are scored. More than a reader is shown: the answer is often
# in a passage that the question does not rank first.
PASSAGES = 16

# Log-odds that a line gains which states a value under the label that is asked for, and the share of the
# question's names that its document has to hold. The training sets have no forms: docs/adr/0023.
STATED = 3.0
IN_SCOPE = 0.9

# A web address, with the mark and the brackets of a footnote or a Markdown link around it.
_LINK = re.compile(r"\[*\^?\d*\]?\(?<?(?:https?://|www\.)\S+")

FEATURES = (
    "dense_asked",
    "dense_sentence",
    "dense_context",
    "lexical_sentence",
    "lexical_context",
    "asked_sentence",
    "asked_context",
    "phrase",
    "neighbours",
    "scope",
    "type_match",
    "reciprocal_rank",
    "shortness",
    "dense_gap",
    "lexical_gap",
)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A sentence that may answer.

    Attributes:
        text: ``revision_text[sentence.start:sentence.end]``.
        support: Probability that the sentence answers, in [0, 1]: the linear model's, and
            once it was read, the reader's and the linear model's together.
        features: The numbers it was judged by, in the order of ``FEATURES``.
        span: The part that the reader takes for the short answer, a range of the
            document's text; None if it reads none.
        answerable: The reader's log-odds that this part answers.
        stated: The value that it states under the label that is asked for, as a line of a form or a row of a
            table does, a range of the document's text; None for a sentence.
    """

    hit: Hit
    sentence: Sentence
    text: str
    vector: Vector
    support: float
    features: Features
    span: tuple[int, int] | None = None
    answerable: float = 0.0
    stated: tuple[int, int] | None = None

    @property
    def read_words(self) -> str | None:
        """The words of ``span``."""
        if self.span is None:
            return None
        start, end = self.span
        return self.text[start - self.sentence.start : end - self.sentence.start]

    @property
    def heading(self) -> str:
        """The last heading above it in its passage, or else above that, below the title; empty for none."""
        chunk = self.hit.chunk
        for above in reversed(chunk.sentences):
            if above.kind == "heading" and above.start < self.sentence.start:
                return chunk.quote(above.start, above.end)
        _, _, headings = chunk.context.partition(ABOVE)
        return headings.rpartition(ABOVE)[2]

    def feature(self, name: str) -> float:
        """One of ``FEATURES`` by name."""
        return float(self.features[FEATURES.index(name)])


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model: ``1 / (1 + exp(-(weights · x + bias)))``."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    def log_odds(self, features: Features) -> Features:
        """Log-odds of rows of ``features``, shape ``(n,)``."""
        return np.asarray(features @ np.asarray(self.weights) + self.bias)

    def probability(self, features: Features) -> Features:
        """Probabilities of rows of ``features``, shape ``(n,)``."""
        return sigmoid(self.log_odds(features))

    @classmethod
    def from_json(cls, described: Mapping[str, Any], names: Sequence[str]) -> "Logistic":
        """Read a model; its features must be the ones that the code computes."""
        model = cls(
            tuple(described["names"]),
            tuple(described["weights"]),
            float(described["bias"]),
        )
        if model.names != tuple(names):
            raise ValueError(f"weights.json is for the features {model.names}, not {tuple(names)}.")
        return model


@lru_cache(maxsize=1)
def load_weights() -> Mapping[str, Mapping[str, Any]]:
    """The shipped models' weights, by name."""
    text = files("service.answering").joinpath("weights.json").read_text(encoding="utf-8")
    weights: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return weights


def score_evidence(
    view: View, question: Question, asked: Asked, hits: Sequence[Hit], model: Logistic
) -> list[Evidence]:
    """Score every sentence of the hits, best first, ties by document and position.

    A heading says what the text is about, not what it says; a sentence that is itself a
    question never answers one; and a bare link or mark says nothing. All are left out.
    """
    candidates = describe(view, question, asked, hits)
    if not candidates:
        return []
    odds = model.log_odds(np.stack([features for *_, features in candidates]))
    evidence = []
    for (hit, sentence, text, vector, features), odd in zip(candidates, odds, strict=True):
        value = _stated(asked, hit, sentence, text)
        support = float(sigmoid(odd + STATED if value else odd))
        evidence.append(Evidence(hit, sentence, text, vector, support, features, stated=value))
    return sorted(evidence, key=lambda e: (-e.support, e.hit.document.id, e.sentence.start))


def describe(
    view: View, question: Question, asked: Asked, hits: Sequence[Hit]
) -> list[tuple[Hit, Sentence, str, Vector, Features]]:
    """Compute ``FEATURES`` for each candidate sentence of the hits."""
    weights = view.lexical.weights(asked.terms)
    # The names say of what is asked, and a document says them once; the rest says what.
    rest = {t: w for t, w in weights.items() if t not in asked.distinctive} or weights
    pairs = list(pairwise(asked.terms))
    rows = []
    for rank, hit in enumerate(hits, start=1):
        chunk = hit.chunk
        texts = [chunk.quote(s.start, s.end) for s in chunk.sentences]
        tokens = [terms(t) for t in texts]
        title = hit.document.title or ""
        around = set(terms(f"{title} {chunk.context}")).union(*tokens)
        cosines = hit.embedded.sentence_vectors @ question.vector
        to_asked = hit.embedded.sentence_vectors @ question.asked
        context_coverage, asked_coverage = coverage(around, weights), coverage(around, rest)
        for i, (sentence, text) in enumerate(zip(chunk.sentences, texts, strict=True)):
            if sentence.kind == "heading" or asks(text) or not _says_something(text):
                continue
            near = [float(cosines[j]) for j in (i - 1, i + 1) if 0 <= j < len(texts)]
            row = (
                float(to_asked[i]),
                float(cosines[i]),
                hit.dense,
                coverage(tokens[i], weights),
                context_coverage,
                coverage(tokens[i], rest),
                asked_coverage,
                _phrases(tokens[i], pairs, weights),
                max(near, default=0.0),
                hit.scope,
                type_match(asked, text),
                1.0 / rank,
                1.0 / (1.0 + len(tokens[i])),
            )
            rows.append((hit, sentence, text, hit.embedded.sentence_vectors[i], row))
    if not rows:
        return []
    features = np.array([row for *_, row in rows], dtype=np.float64)
    own = features[:, [FEATURES.index("dense_sentence"), FEATURES.index("lexical_sentence")]]
    features = np.hstack([features, own.max(axis=0) - own])
    return [(*row[:4], numbers) for row, numbers in zip(rows, features, strict=True)]


def _stated(asked: Asked, hit: Hit, sentence: Sentence, text: str) -> tuple[int, int] | None:
    """The value that a line of a form or a row states under the label that is asked for, in the document.

    Forms are alike, so the document has to be the one that is asked about.
    """
    if hit.scope < IN_SCOPE:
        return None
    value = stated(text, asked, f"{hit.document.title or ''} {hit.chunk.context}")
    return (sentence.start + value[0], sentence.start + value[1]) if value else None


def _says_something(text: str) -> bool:
    return any(c.isalnum() for c in _LINK.sub("", text))


def coverage(found: Iterable[str], weights: Mapping[str, float]) -> float:
    """Share of the question's weight whose terms are found, in [0, 1]."""
    # In the order of the question's terms: a sum of floats depends on its order.
    present = set(found)
    total = sum(weights.values())
    return sum(w for t, w in weights.items() if t in present) / total if total else 0.0


def type_match(asked: Asked, text: str) -> float:
    """1 if the sentence holds what the kind of question asks for, -1 if not, 0 if untold."""
    if asked.kind == "when":
        return 1.0 if spans.has_time(text) else -1.0
    if asked.kind == "how_many":
        return 1.0 if spans.quantities(text) else -1.0
    if asked.kind in ("who", "where"):
        new = (name for name in spans.names(text) if not set(terms(name)) <= set(asked.terms))
        return 1.0 if next(new, None) else -1.0
    if asked.wants_list:
        return 1.0 if text.count(",") >= 2 or spans.enumeration(text) else -0.5
    return 0.0


def sigmoid(log_odds: Features) -> Features:
    """Probabilities of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -30, 30))))


def logit(probability: float) -> float:
    """Log-odds, bounded where the probability is 0 or 1."""
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(clipped / (1 - clipped)))


def _phrases(tokens: Sequence[str], pairs: Sequence[tuple[str, str]], weights: Mapping[str, float]) -> float:
    """Share of the question's adjacent pairs of terms that stand together here too."""
    here = set(pairwise(tokens)) | set(zip(tokens, tokens[2:], strict=False))
    total = sum(weights[a] + weights[b] for a, b in pairs)
    met = sum(weights[a] + weights[b] for a, b in pairs if (a, b) in here)
    return met / total if total else 0.0
