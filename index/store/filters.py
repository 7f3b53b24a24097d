"""Metadata filters into SQL that selects exactly the documents they describe."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from index.dates import Span, is_day, span_of
from index.errors import InvalidFilter
from index.types import Json

Filters: TypeAlias = Mapping[str, Json]
Scalar: TypeAlias = bool | int | float | str
_Test: TypeAlias = tuple[str, list[object]]

_BEYOND = 2**63
_RANGES = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
# A span lies after another when it starts behind its end, and not before it when it
# starts no earlier than it.
_DATE_RANGES = {
    "gt": ("span_start(value) >= ?", 1),
    "gte": ("span_start(value) >= ?", 0),
    "lt": ("span_start(value) < ?", 0),
    "lte": ("span_start(value) < ?", 1),
}
_DATE_FIELD = "published_at"


def install_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that compiled filters call."""
    connection.create_function("span_start", 1, _start, deterministic=True)
    connection.create_function("within", 2, _within, deterministic=True)


def compile_filters(filters: Filters) -> tuple[str, list[object]]:
    """Compile filters to a condition over the table ``documents`` and its parameters.

    Each key names a metadata field, or ``document_id``. A plain value means equality, a
    list "one of these", an object a range (``gt``, ``gte``, ``lt``, ``lte``); where the
    metadata is itself a list (tags), one element of it has to match whole. Several keys must
    all hold. A document without the field never matches, nor does a value of another
    type: the number 1 is neither the string "1" nor true.

    A range whose bound is a day or a moment (ISO 8601) compares times, whatever their
    offsets. In ``published_at`` years and months are times too, and equality means "within".

    Raises:
        InvalidFilter: A filter that cannot be understood.
    """
    conditions, parameters = ["1"], list[object]()
    for key, value in filters.items():
        # One row for a plain value, one an element for a list; none for an object, whose values have names.
        if key == "document_id":
            values, where = "json_each(json_array(documents.id))", list[object]()
        else:
            field = f"$.{_quoted(key)}"
            plain = (
                "CASE json_type(documents.metadata, ?) WHEN 'object' THEN '{}' ELSE documents.metadata END"
            )
            values, where = f"json_each({plain}, ?)", [field, field]
        test, operands = _test(key, value)
        conditions.append(f"EXISTS (SELECT 1 FROM {values} WHERE {test})")
        parameters.extend([*where, *operands])
    return " AND ".join(conditions), parameters


def _test(key: str, value: Json) -> _Test:
    if isinstance(value, dict):
        if not value:
            raise InvalidFilter(
                f"The filter on {key} is empty.", f"Name at least one of {', '.join(_RANGES)}."
            )
        tests = [_range(key, name, _plain(key, bound)) for name, bound in value.items()]
        return " AND ".join(test for test, _ in tests), [o for _, used in tests for o in used]
    options = [_plain(key, option) for option in (value if isinstance(value, list) else [value])]
    return _any_of(key, options)


def _any_of(key: str, options: Sequence[Scalar]) -> _Test:
    # Each kind by itself: to SQLite true is 1, and every number is below every string.
    spans, texts, numbers, truths = [], list[str](), list[int | float](), list[str]()
    for option in options:
        span = _span(key, option) if key == _DATE_FIELD and isinstance(option, str) else None
        if span:
            spans.append(span)
        elif isinstance(option, str):
            texts.append(option)
        elif isinstance(option, bool):
            truths.append(json.dumps(option))
        else:
            numbers.append(option)
    test = (
        "within(value, ?) OR (type = 'text' AND value IN (SELECT value FROM json_each(?)))"
        " OR (type IN ('integer', 'real') AND value IN (SELECT value FROM json_each(?)))"
        " OR type IN (SELECT value FROM json_each(?))"
    )
    return test, [json.dumps(kind) for kind in (spans, texts, numbers, truths)]


def _range(key: str, name: str, operand: Scalar) -> _Test:
    if name not in _RANGES:
        raise InvalidFilter(f"The filter on {key} has no operator {name!r}.", f"Use {', '.join(_RANGES)}.")
    if isinstance(operand, bool):
        raise InvalidFilter(f"The filter on {key} orders true and false.", "Use equality.")
    if isinstance(operand, str):
        span = _span(key, operand)
        if span:
            test, end = _DATE_RANGES[name]
            return test, [span[end]]
        return f"type = 'text' AND value {_RANGES[name]} ?", [operand]
    return f"type IN ('integer', 'real') AND value {_RANGES[name]} ?", [operand]


def _span(key: str, operand: str) -> Span | None:
    if key != _DATE_FIELD:
        return span_of(operand) if is_day(operand) else None
    span = span_of(operand)
    if span is None:
        raise InvalidFilter(
            f"The filter on {key} compares with {operand!r}, which is no date.",
            "Write it as 2024, 2024-03, 2024-03-05 or 2024-03-05T10:00:00Z.",
        )
    return span


def _start(value: object) -> int | None:
    span = span_of(value) if isinstance(value, str) else None
    return span[0] if span else None


def _within(value: object, spans: str) -> bool:
    span = span_of(value) if spans != "[]" and isinstance(value, str) else None
    return span is not None and any(s <= span[0] and span[1] <= e for s, e in json.loads(spans))


def _plain(key: str, value: Json) -> Scalar:
    if isinstance(value, str) or (isinstance(value, (int, float)) and abs(value) < _BEYOND):
        return value
    raise InvalidFilter(
        f"The filter on {key} compares with something that is no plain value.",
        "Use a string, a number of 64 bits or a boolean, a list of these, or a range.",
    )


def _quoted(key: str) -> str:
    if '"' in key or "\\" in key:
        raise InvalidFilter(
            f"A filter cannot name the field {key!r}.", "Field names have no quotes or backslashes."
        )
    return f'"{key}"'
