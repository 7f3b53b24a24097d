"""Dates and times of ISO 8601 as spans of time, so that they can be compared."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,6})?)?([Zz]|[+-]\d{2}:?\d{2})?")

Span = tuple[int, int]


def span_of(text: str) -> Span | None:
    """The time that a year, month, day or moment takes; None if ``text`` is none of these.

    Args:
        text: ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or ``YYYY-MM-DDThh:mm[:ss[.ffffff]]`` with
            ``Z`` or an offset; without one it is UTC.

    Returns:
        A half-open range of microseconds since 1970 (UTC); a moment takes one.
    """
    try:
        if partial := _PARTIAL.fullmatch(text):
            year, month = int(partial[1]), int(partial[2] or 0)
            start = datetime(year, month or 1, 1, tzinfo=UTC)
            after = month + 1 if month else 13
            end = _micros(datetime(year, after, 1, tzinfo=UTC)) if after <= 12 else _year_end(year)
            return _micros(start), end
        if _DATE.fullmatch(text):
            start = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return _micros(start), _micros(start) + timedelta(days=1) // _MICROSECOND
        if _TIME.fullmatch(text):
            moment = datetime.fromisoformat(text.replace(",", ".").upper())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return _micros(moment), _micros(moment) + 1
    except ValueError:
        pass  # the 30th of February
    return None


def is_day(text: str) -> bool:
    """Whether ``text`` names at least a day, so that it can be nothing but a date."""
    return _PARTIAL.fullmatch(text) is None and span_of(text) is not None


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _year_end(year: int) -> int:
    return _micros(datetime(year, 12, 31, tzinfo=UTC)) + timedelta(days=1) // _MICROSECOND
