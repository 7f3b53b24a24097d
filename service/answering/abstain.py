"""Whether the evidence answers the question at all.

A cosine cannot tell: a question about something that the documents do not say scores as
high as one that they answer, and what is high differs from one collection to the next. So
the confidence is learned from how the reader takes the best sentence, and from what its
passage leaves out of the question.
"""

from collections.abc import Sequence

import numpy as np

from index.text.analysis import spelled, terms
from index.types import Hit
from service.answering.asked.question import Asked
from service.answering.evidence import Evidence, Features, Logistic
from service.answering.language.spans import answers_kind
from service.answering.reading.rerank import UNREAD
from service.types import Abstention

# Letters of a name that a longer word may begin with for what it is called after.
_STEM = 5
CONFIDENCE_FEATURES = ("answerable", "asked_covered", "dense_asked", "misfit")

# Of 1,330 questions that documents answer none has all of these 0, of 2,309 others 20 have (those held out
# from the reader's training); nor is there anything to answer in "asdf".
_SHARED = ("asked_context", "lexical_context")

# A summary is of something, and there is something to say where the passages are about it; that its
# sentences are those which somebody else would choose is so about half of the time (DragonBall).
SUMMARY = 0.5
# What is asked of several things and answered for one is mostly there for the others, too: the share of the
# threshold that their confidence has to reach (ADR 17).
BESIDE = 0.5


def confidence(asked: Asked, evidence: Sequence[Evidence], model: Logistic, *, read: bool) -> float:
    """The probability that the evidence answers, in [0, 1].

    No sentence answers a request for a summary, so the reader is not asked about it: it rests on how
    many of its terms a passage holds. Where no reader reads the question, it lies between what is so of
    any such answer and the support that the best sentence has by its terms: docs/languages.md.

    Args:
        asked: What the question asks for.
        evidence: Scored sentences, best first; at least one.
        model: Of ``CONFIDENCE_FEATURES``.
        read: A reader has read the question.
    """
    if not read:
        return (UNREAD + evidence[0].support) / 2
    if asked.kind == "summary":
        passages = {e.hit.chunk.id: e.hit for e in evidence}.values()
        held = max(len(_terms_of(hit).intersection(asked.terms)) for hit in passages)
        return SUMMARY * held / (len(asked.terms) or 1)
    if not any(e.feature(name) for e in evidence for name in _SHARED):
        return 0.0
    features = confidence_features(asked, evidence)
    return float(model.probability(features[np.newaxis])[0])


def sure_enough(confidences: Sequence[float], threshold: float) -> list[bool]:
    """Whether each part of a question is answered.

    Args:
        confidences: That of each part; at least one.
        threshold: What one by itself has to reach.
    """
    least = threshold * (BESIDE if max(confidences) >= threshold else 1.0)
    return [sure >= least for sure in confidences]


def confidence_features(asked: Asked, evidence: Sequence[Evidence]) -> Features:
    """Compute ``CONFIDENCE_FEATURES`` from scored evidence (at least one sentence)."""
    best = evidence[0]
    return np.array(
        [
            best.answerable,
            best.feature("asked_context"),
            best.feature("dense_asked"),
            float(best.read_words is not None and not answers_kind(asked.kind, best.read_words)),
        ]
    )


def abstention(asked: Asked, shown: Sequence[Hit], *, filtered: bool) -> Abstention:
    """Say why the evidence is not enough, so that it holds for what the one who asks is shown.

    Args:
        asked: What the question asks for.
        shown: The nearest passages; may be empty.
        filtered: Filters kept out every passage.
    """
    if filtered:
        return Abstention("filtered_out", "No document in the collection passes the filters.")
    if not shown:
        return Abstention("no_match", "No passage has anything to do with the question.")
    around = set[str]().union(*map(_terms_of, shown))
    # "Kyrgyz" is mentioned where "Kyrgyzstan" is.
    missing = [
        t
        for t in asked.surfaces
        if t.term in asked.distinctive
        and t.term not in around
        and not (len(t.term) >= _STEM and any(word.startswith(t.term) for word in around))
    ]
    if missing:
        names = ", ".join(f"“{word}”" for word in spelled(missing))
        return Abstention("entity_missing", f"The nearest passages do not mention {names}.")
    if not any(t in around for t in asked.terms):
        return Abstention("no_match", "No passage shares a term with the question.")
    return Abstention("low_support", "The nearest passages are about this, but no sentence answers it.")


def _terms_of(hit: Hit) -> set[str]:
    """Terms of a passage, with what it stands under."""
    return set(terms(f"{hit.document.title or ''} {hit.chunk.context} {hit.chunk.text}"))
