"""Figures of a sentence as values that can be compared: quantities with units, and dates."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from index.text.analysis import tokenize
from service.answering.language import spans

Kind: TypeAlias = Literal["quantity", "date"]

_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PERCENT = re.compile(r"%|percent|per cent", re.I)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b(?!s)")
_MONTH = re.compile(r"[A-Za-z]{3,}")
_DAY = re.compile(r"\b([0-3]?\d)(?:st|nd|rd|th)?\b")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
# How far a noun may stand behind the number that counts it.
_REACH = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity or a date.

    Attributes:
        start: Where it begins in its sentence, in code points.
        end: Where it ends.
        value: A quantity's number; for a date its year, month and day, None where untold.
        step: What a quantity may be off by, if its last digit was rounded; 0 if it is exact.
        units: A sign of currency or per cent; otherwise the terms that it counts, maybe none.
        labels: It may be a name rather than a number of things: no sign, and no scale.
    """

    kind: Kind
    start: int
    end: int
    value: tuple[float | None, ...]
    step: float = 0.0
    units: frozenset[str] = frozenset()
    labels: bool = False

    def comparable(self, other: "Figure") -> bool:
        """Whether both are dates, or quantities of the same unit or things."""
        if self.kind != other.kind:
            return False
        return self.kind == "date" or self.units == other.units or bool(self.units & other.units)

    def agrees(self, other: "Figure") -> bool:
        """Whether both can be right at once: as far as both tell it, and as far as both are exact."""
        pairs = zip(self.value, other.value, strict=True)
        off = max(self.step, other.step) / 2
        return all(a is None or b is None or abs(a - b) <= off for a, b in pairs)


def figures(sentence: str) -> list[Figure]:
    """The quantities and calendar dates of a sentence whose value can be told, in order."""
    found = [_date(sentence, start, end) for start, end in spans.dates(sentence)]
    found += [_quantity(sentence, start, end) for start, end in spans.quantities(sentence)]
    return sorted((f for f in found if f is not None), key=lambda f: f.start)


def _date(sentence: str, start: int, end: int) -> Figure | None:
    text = sentence[start:end]
    iso = _ISO.fullmatch(text)
    if iso:
        return Figure("date", start, end, tuple(float(part) for part in iso.groups()))
    year = _YEAR.search(text)
    rest = text.replace(year.group(), "", 1) if year else text
    month = next((m for w in _MONTH.findall(rest) if (m := w[:3].lower()) in _MONTHS), None)
    days = _DAY.findall(rest)
    # "the 1920s", "the 19th century" and "4 to 6 May" are no one day, month or year.
    if len(days) > 1 or (days and not month) or (not year and not month):
        return None
    value = (
        float(year.group()) if year else None,
        _MONTHS.index(month) + 1.0 if month else None,
        float(days[0]) if days else None,
    )
    return Figure("date", start, end, value)


def _quantity(sentence: str, start: int, end: int) -> Figure | None:
    text = sentence[start:end].lower()
    number = _NUMBER.search(text)
    if number:
        digits = number.group()
        plain = digits.replace(",", "") if _GROUPED.fullmatch(digits) else digits
        if plain.count(".") > 1 or "," in plain:
            return None
        value = float(plain)
        step = 10.0 ** -len(plain.partition(".")[2]) if "." in plain else 0.0
    else:
        word = next((w for w in re.findall(r"[a-z]+", text) if w in _WORDS), None)
        if word is None:
            return None
        value, step = float(_WORDS[word]), 0.0
    scale = next((factor for word, factor in _SCALES.items() if word in text), 1.0)
    if scale > 1:
        step = step or 1.0
    sign = {c for c in text if c in "$€£¥"} | ({"%"} if _PERCENT.search(text) else set())
    units = frozenset(sign) or _counted(sentence[end:])
    return Figure("quantity", start, end, (value * scale,), step * scale, units, not sign and scale == 1)


def _counted(after: str) -> frozenset[str]:
    """The terms of the words that follow a number, up to a function word, a mark or a number."""
    found = []
    last = 0
    for token in tokenize(after):
        gap, last = after[last : token.start], token.end
        if gap.strip("-–‑ \n") or token.is_function_word or any(c.isdigit() for c in token.term):
            break
        found.append(token.term)
        if len(found) == _REACH:
            break
    return frozenset(found)
