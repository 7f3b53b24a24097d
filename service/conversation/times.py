"""Expressions of time in English, and the year that a relative one means."""

import re

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_YEAR = r"(?:1[0-9]|20)\d\d"
_UNIT = r"(?:year|month|week|day|decade|season|century)"
_COUNT = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
RELATIVE = (
    rf"(?:the\s+{_UNIT}\s+(?:before|after|earlier|later)|the\s+(?:next|previous|following|same)\s+{_UNIT}"
    rf"|(?:last|next)\s+{_UNIT}|{_COUNT}\s+{_UNIT}s?\s+(?:before|after|earlier|later))"
)
ABSOLUTE = (
    rf"(?:(?:early|late|mid)[-\s])?(?:\d{{1,2}}\s+)?(?:(?:{_MONTH})\s+(?:\d{{1,2}},?\s+)?)?"
    rf"(?:the\s+)?{_YEAR}s?(?:\s*[-–]\s*{_YEAR})?|(?:{_MONTH})(?:\s+\d{{1,2}})?"
)
TIME = re.compile(
    rf"\b(?:(?:in|on|during|by|since|until|for|from|before|after)\s+)?(?:(?:{ABSOLUTE})\b|{RELATIVE}\b)"
)
_YEARS = re.compile(rf"(?<![\w.,-]){_YEAR}(?![\w-])")
_STEPS = re.compile(
    rf"\b(?:(?P<the>the)|(?P<count>{_COUNT}))\s+years?\s+(?P<way>before|after|earlier|later)\b(?!\s+\w)"
    r"|\bthe\s+(?P<which>next|previous|following)\s+year\b(?!\s+\w)",
    re.I,
)
_NUMBERS = "zero one two three four five six seven eight nine ten".split()


def dated(text: str, *before: str) -> str:
    """A text with the year behind a relative one: "the year before" is "the year before (2022)".

    Args:
        text: With what may be relative.
        before: What was said before, the latest first: the first that has years has the one meant, if
            it has but one. Where none has, the text stays as it is.
    """
    step = _STEPS.search(text)
    if not step or _YEARS.search(text):
        return text
    years = next((found for found in (set(_YEARS.findall(said)) for said in before) if found), set())
    if len(years) != 1:
        return text
    back = (step["way"] or step["which"] or "").lower() in ("before", "earlier", "previous")
    meant = int(years.pop()) + (-1 if back else 1) * _number(step["count"] or "a")
    return f"{text[: step.end()]} ({meant}){text[step.end() :]}"


def _number(count: str) -> int:
    count = count.lower()
    return int(count) if count.isdecimal() else _NUMBERS.index(count) if count in _NUMBERS else 1
