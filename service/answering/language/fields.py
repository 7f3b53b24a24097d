"""Lines of forms and rows of tables: "Pulse: 72 bpm" states the pulse, though it is no sentence.

By layout alone: a few words, a colon and a value, or several such parted by commas, or by semicolons, as a
row of a table is written under the names of its columns.
"""

import re
from collections.abc import Set
from dataclasses import dataclass

from index.text.analysis import content_terms
from service.answering.asked.question import Asked
from service.answering.language.spans import answers_kind

_MAX_LABEL = 6
# A label begins with a letter; a remark in brackets, a unit mostly, is none of its words.
_LABEL = r"(?P<label>[^\W\d_][^:：;.!?\n()]{0,60})(?:\s*\([^()\n]{1,20}\))?"
_FIELD = re.compile(rf"(?:\*\*|__)?{_LABEL}(?:\*\*|__)?\s*[:：](?:\*\*|__)?\s+(?=\S)")
_NEXT = re.compile(r"(?:(?P<row>;)|,)\s+(?=(?(row)[^\W_]|[A-Z])[^:：;,\n]{0,60}[:：]\s)")


@dataclass(frozen=True, slots=True)
class Field:
    """A label with its value.

    Attributes:
        terms: The content terms of the label.
        value: Where its value stands in the text.
    """

    terms: frozenset[str]
    value: tuple[int, int]


def fields(text: str) -> list[Field]:
    """The fields that a line or row consists of, in order; none where it is anything else."""
    found = []
    start = 0
    for end, following in [*(m.span() for m in _NEXT.finditer(text)), (len(text), len(text))]:
        match = _FIELD.match(text, start, end)
        if not match or len(match["label"].split()) > _MAX_LABEL:
            return []
        found.append(Field(frozenset(content_terms(match["label"])), (match.end(), end)))
        start = following
    return found


def stated(text: str, asked: Asked, above: Set[str]) -> tuple[int, int] | None:
    """The value that a line or row states under the very label that is asked for.

    The label consists of words for the thing whose value is asked for. A row is one of many under the same
    labels, so what it is a row of has to stand in it: every name that is not above it, and a term of the
    question at least.

    Args:
        text: The line or row.
        asked: What the question asks for.
        above: Terms of what the line stands under.

    Returns:
        The range of the value in the text; None if none is stated.
    """
    within = fields(text)
    matching = [f for f in within if f.terms <= asked.sought.terms and f.terms & asked.sought.telling]
    if not matching:
        return None
    # Of two that are asked for, the more exact: "Arrival time" rather than "Time".
    field = max(matching, key=lambda f: len(f.terms))
    if asked.kind == "when" and not answers_kind(asked.kind, text[slice(*field.value)]):
        return None
    if any(match["row"] for match in _NEXT.finditer(text)):
        here = set(content_terms(" ".join(text[slice(*f.value)] for f in within if f is not field)))
        if here.isdisjoint(asked.terms) or not asked.distinctive <= here | above | field.terms:
            return None
    return field.value
