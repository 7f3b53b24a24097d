"""Evidence into an extractive answer: which sentences, in which order, and the short answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.answering import spans
from service.answering.evidence import Evidence
from service.answering.question import Asked

# Two sentences with vectors this close say the same: the second corroborates the first.
SAME = 0.92


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One sentence of the answer and every piece of evidence that states it, best first."""

    evidence: tuple[Evidence, ...]

    @property
    def best(self) -> Evidence:
        """The evidence whose words are used."""
        return self.evidence[0]


@dataclass(frozen=True, slots=True)
class Selection:
    """How close to the best a further sentence has to be, as a share of its support."""

    single: float = 0.9
    several: float = 0.6


def select(
    asked: Asked, evidence: Sequence[Evidence], max_sentences: int, selection: Selection
) -> list[Statement]:
    """Choose the sentences of the answer.

    The best one always; further ones only while they come close to it, closer for a
    question that one sentence can answer than for one that asks for several things.

    Args:
        asked: What the question asks for.
        evidence: Scored sentences, best first.
        max_sentences: Most sentences to choose.
        selection: How close a further sentence has to come.
    """
    if not evidence:
        return []
    share = selection.several if asked.wants_list or asked.kind in ("why", "how") else selection.single
    floor = evidence[0].support * share
    groups: list[list[Evidence]] = []
    for candidate in evidence:
        if candidate.support < floor:
            break
        same = next((g for g in groups if float(g[0].vector @ candidate.vector) >= SAME), None)
        if same is not None:
            if all(e.hit.document.id != candidate.hit.document.id for e in same):
                same.append(candidate)
        elif len(groups) < max_sentences:
            groups.append([candidate])
    return _in_reading_order([Statement(tuple(group)) for group in groups])


def _in_reading_order(statements: list[Statement]) -> list[Statement]:
    """Best document first; sentences of one document in the order of its text."""
    documents = list(dict.fromkeys(s.best.hit.document.id for s in statements))
    return sorted(statements, key=lambda s: (documents.index(s.best.hit.document.id), s.best.sentence.start))


def short_answer(asked: Asked, question: str, best: Evidence) -> str | None:
    """The span of the best sentence that answers, where a rule of language is sure of it."""
    text = best.text
    span: tuple[int, int] | None = None
    if asked.kind == "when":
        found = spans.dates(text)
        span = found[0] if len(found) == 1 else None
    elif asked.kind == "how_many":
        span = spans.quantity_of(text, question)
    elif asked.wants_list:
        span = spans.enumeration(text)
    return " ".join(text[span[0] : span[1]].split()) if span else None
