"""Lines of forms and rows of tables: "Pulse: 72 bpm" states the pulse, though it is no sentence.

By layout alone: a few words, a colon and a value, or several such parted by commas, or by semicolons, as a
row of a table is written under the names of its columns.
"""

import re
from dataclasses import dataclass

from index.text.analysis import content_terms

_MAX_LABEL = 6
# A label begins with a letter; a remark in brackets, a unit mostly, is none of its words.
_LABEL = r"(?P<label>[^\W\d_][^:：;.!?\n()]{0,60})(?:\s{0,3}\([^()\n]{1,20}\))?"
_FIELD = re.compile(rf"(?:\*\*|__)?{_LABEL}(?:\*\*|__)?\s{{0,3}}(?::(?:\*\*|__)?\s+|：(?:\*\*|__)?\s*)(?=\S)")
_NEXT = re.compile(r"(?:(?P<row>;)|,)\s+(?=(?(row)[^\W_]|[A-Z])[^:：;,\n]{0,60}[:：]\s)")
# The stop that ends a line is no part of its value, but for that of an abbreviation.
_STOP = re.compile(r"(?<![.\s][A-Z])(?<!\b(?:Co|Jr|Sr))(?<!\b(?:Inc|Ltd))(?<!\bCorp)\.$")


@dataclass(frozen=True, slots=True)
class Field:
    """A label with its value.

    Attributes:
        terms: The content terms of the label.
        value: Where its value stands in the text.
        of_row: It is one of several of a row.
    """

    terms: frozenset[str]
    value: tuple[int, int]
    of_row: bool


def fields(text: str) -> list[Field]:
    """The fields that a line or row consists of, in order; none where it is anything else."""
    if not _FIELD.match(text):
        return []
    parts = list(_NEXT.finditer(text))
    of_row = any(part["row"] for part in parts)
    found = []
    start = 0
    for end, following in [*(part.span() for part in parts), (len(text), len(text))]:
        match = _FIELD.match(text, start, end)
        if not match or len(match["label"].split()) > _MAX_LABEL:
            return []
        stop = _STOP.search(text, match.end(), end)
        value = match.end(), stop.start() if stop else end
        found.append(Field(frozenset(content_terms(match["label"])), value, of_row))
        start = following
    return found
