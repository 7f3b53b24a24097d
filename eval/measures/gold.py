"""Gold evidence as ranges of canonical texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eval.types import Case, GoldEvidence
from index.text.quotes import occurrences


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a document's text that answers."""

    document_id: str
    start: int
    end: int


def resolve(case: Case, text_of: Callable[[str], str | None]) -> tuple[list[Place], list[str]]:
    """Resolve gold evidence against the indexed texts.

    A quote stands for every place where it occurs, since a text may say a thing twice.

    Args:
        case: The case.
        text_of: The current text of a document, or None if there is no such document.

    Returns:
        The places, and a sentence on each piece of evidence that does not resolve.
    """
    places: list[Place] = []
    problems: list[str] = []
    for evidence in case.evidence:
        text = text_of(evidence.document_id)
        if text is None:
            problems.append(f"{case.id}: there is no document {evidence.document_id!r} in the index.")
            continue
        found = _places(evidence, text)
        if not found:
            problems.append(f"{case.id}: the evidence in {evidence.document_id} is not in its text.")
        places.extend(found)
    return places, problems


def _places(evidence: GoldEvidence, text: str) -> list[Place]:
    if evidence.start is not None and evidence.end is not None:
        quoted = text[evidence.start : evidence.end]
        if 0 <= evidence.start < evidence.end <= len(text) and evidence.quote in (None, quoted):
            return [Place(evidence.document_id, evidence.start, evidence.end)]
        return []
    return [Place(evidence.document_id, *found) for found in occurrences(text, evidence.quote or "")]


def overlap(place: Place, start: int, end: int) -> int:
    """Code points that a range shares with a place of the same document."""
    return max(0, min(place.end, end) - max(place.start, start))


def by_document(places: list[Place]) -> Mapping[str, list[Place]]:
    """Places grouped by document."""
    grouped: dict[str, list[Place]] = {}
    for place in places:
        grouped.setdefault(place.document_id, []).append(place)
    return grouped
