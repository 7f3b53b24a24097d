"""Feedback into draft cases, for a person to look through.

Feedback on one question (equal in SQuAD's normal form) makes one draft:

- The newest correction or thumbs-up decides. A correction gives the reference answer, a
  thumbs-up vouches for what was cited, or, where nothing was, for the abstention. Without
  either the draft is ``todo``.
- Others that agree with it add their places. Corrections agree if they are equal in normal
  form; a correction and a thumbs-up, unless one rates the same answer down that the other
  rates up; an abstention agrees with abstentions only.
- One that disagrees, or a thumbs-down without a correction that is newer, makes the draft
  ``todo`` and ``disputed``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from eval.datasets.table import SHORT_WORDS
from eval.gold.files import UNFINISHED, UNRESOLVED
from eval.measures.short import normalise
from eval.types import Case, GoldEvidence
from index.errors import DocumentDeleted, DocumentNotFound, RevisionNotFound
from index.store.feedback import Feedback, Place, Quotation
from index.store.reader import Reader
from index.text.quotes import like, occurrences

FROM_FEEDBACK = "feedback"
DISPUTED = "disputed"
_Kind = Literal["corrected", "answered", "abstained", "rejected"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A case that a person should look at.

    Attributes:
        remarks: Why it is ``todo`` or ``unresolved``, and what people said, one sentence each.
    """

    case: Case
    remarks: tuple[str, ...]


class _Gap(NamedTuple):
    """Why a place does not resolve, as a tag has it and as a person reads it."""

    slug: str
    sentence: str


def drafts(store: Reader, feedback: Sequence[Feedback]) -> list[Draft]:
    """Turn feedback of one collection into drafts, in the order in which the questions came.

    Args:
        store: Where places are looked up. The caller holds a snapshot.
        feedback: In the order in which it came.
    """
    groups: dict[str, list[Feedback]] = {}
    for one in feedback:
        groups.setdefault(normalise(one.said.question) or one.said.question, []).append(one)
    return [_draft(store, group) for group in groups.values()]


def _draft(store: Reader, group: Sequence[Feedback]) -> Draft:
    deciding = next((f for f in reversed(group) if _kind(f) != "rejected"), group[-1])
    kind = _kind(deciding)
    agreeing = [f for f in group if _agree(f, deciding)]
    tags, remarks = [FROM_FEEDBACK], [f"“{f.said.comment}”" for f in group if f.said.comment]
    if kind == "rejected":
        remarks.append("The answer was rejected, and nobody said what is right.")
        tags.append(UNFINISHED)
    elif any(_disputes(f, deciding) for f in group):
        others = [f"“{f.said.correction}”" for f in group if f not in agreeing and f.said.correction]
        remarks.append(" ".join(["People disagree on it.", *(f"Another correction: {o}." for o in others)]))
        tags += [UNFINISHED, DISPUTED]
    correction = next((f.said.correction for f in reversed(agreeing) if f.said.correction), None)
    evidence: dict[GoldEvidence, None] = {}
    gaps: dict[_Gap, None] = {}
    for f in [] if kind == "abstained" else agreeing:
        for place in _places(f):
            found, gap = _resolved(store, f.collection, place)
            evidence |= {found: None} if found else {}
            gaps |= {gap: None} if gap else {}
    if not evidence and not gaps and kind in ("corrected", "answered"):
        gaps[_Gap("no-place", "Nobody said where it stands.")] = None
    if gaps:
        tags += dict.fromkeys([UNRESOLVED, *(f"{UNRESOLVED}:{gap.slug}" for gap in gaps)])
        remarks += [gap.sentence for gap in gaps]
    return Draft(
        Case(
            id=f"feedback-{deciding.id}",
            question=deciding.said.question,
            answerable=kind != "abstained",
            answers=(correction,) if correction and len(correction.split()) <= SHORT_WORDS else (),
            answer=correction,
            evidence=tuple(evidence),
            tags=tuple(tags),
        ),
        tuple(remarks),
    )


def _kind(feedback: Feedback) -> _Kind:
    said = feedback.said
    if said.correction:
        return "corrected"
    if said.rating == "down":
        return "rejected"
    return "abstained" if said.cited == () else "answered"


def _agree(one: Feedback, deciding: Feedback) -> bool:
    kinds = {_kind(one), _kind(deciding)}
    if one.said.correction and deciding.said.correction:
        return normalise(one.said.correction) == normalise(deciding.said.correction)
    if kinds == {"corrected", "answered"}:
        return one.said.answer != deciding.said.answer or one.said.rating == deciding.said.rating
    return len(kinds) == 1


def _disputes(feedback: Feedback, deciding: Feedback) -> bool:
    if _kind(feedback) == "rejected":
        return feedback.number > deciding.number
    return not _agree(feedback, deciding)


def _places(feedback: Feedback) -> Iterator[Place | Quotation]:
    """Where it stands: as the person said, and what was cited if that was found right."""
    yield from feedback.said.evidence
    if feedback.said.rating == "up":
        yield from feedback.said.cited or ()


def _resolved(
    store: Reader, collection: str, place: Place | Quotation
) -> tuple[GoldEvidence | None, _Gap | None]:
    """The place in the current text, or what keeps it from being there."""
    name = place.document_id
    try:
        text = store.text(collection, name)
    except DocumentDeleted:
        return None, _Gap("document-deleted", f"{name} was deleted.")
    except DocumentNotFound:
        return None, _Gap("no-document", f"There is no document {name}.")
    quote = place.quote if isinstance(place, Quotation) else _quote(store, collection, place)
    if isinstance(quote, _Gap):
        return None, quote
    found = occurrences(text, quote) or like(text, quote)
    if found:
        start, end = found[0]
        return GoldEvidence(name, text[start:end]), None
    if isinstance(place, Quotation):
        # Kept as it was typed, for a person to correct.
        return GoldEvidence(name, quote), _Gap("no-such-text", f"{name} has no text “{quote}”.")
    return None, _Gap("text-changed", f"{name} has changed and no longer says “{quote}”.")


def _quote(store: Reader, collection: str, place: Place) -> str | _Gap:
    name = place.document_id
    try:
        text = store.text(collection, name, place.revision)
    except (DocumentDeleted, RevisionNotFound):
        return _Gap("no-revision", f"The revision of {name} that was cited is not kept.")
    range_ = f"{place.start}:{place.end}"
    return text[place.start : place.end] or _Gap("no-range", f"{name} has no text at {range_}.")
