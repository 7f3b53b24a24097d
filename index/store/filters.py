"""Metadata filters into SQL that selects exactly the documents they describe."""

import json
from collections.abc import Mapping
from typing import TypeAlias

from index.errors import InvalidFilter
from index.types import Json

Filters: TypeAlias = Mapping[str, Json]

_BEYOND = 2**63
_RANGES = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def compile_filters(filters: Filters) -> tuple[str, list[object]]:
    """Compile filters to a condition over the table ``documents`` and its parameters.

    Each key names a metadata field, or ``document_id``. A plain value means equality, a
    list "one of these", an object a range (``gt``, ``gte``, ``lt``, ``lte``); where the
    metadata is itself a list (tags), one element of it has to match. Several keys must
    all hold. A document without the field never matches.

    Raises:
        InvalidFilter: A filter that cannot be understood.
    """
    conditions, parameters = ["1"], list[object]()
    for key, value in filters.items():
        # One row for a plain value, one an element for a list.
        if key == "document_id":
            values, where = "json_each(json_array(documents.id))", list[object]()
        else:
            values, where = "json_each(documents.metadata, ?)", [f"$.{_quoted(key)}"]
        tests: list[tuple[str, list[object]]] = []
        if isinstance(value, dict):
            for name, bound in value.items():
                operand = _plain(key, bound)
                # SQLite orders every number below every string: compare within one type.
                same_type = "(typeof(value) = 'text') = ?"
                tests.append(
                    (f"value {_operator(key, name)} ? AND {same_type}", [operand, isinstance(operand, str)])
                )
            if not tests:
                raise InvalidFilter(
                    f"The filter on {key} is empty.", "Name at least one of gt, gte, lt, lte."
                )
        else:
            options = [_plain(key, option) for option in (value if isinstance(value, list) else [value])]
            tests.append(("value IN (SELECT value FROM json_each(?))", [json.dumps(options)]))
        for test, operands in tests:
            conditions.append(f"EXISTS (SELECT 1 FROM {values} WHERE {test})")
            parameters.extend([*where, *operands])
    return " AND ".join(conditions), parameters


def _plain(key: str, value: Json) -> bool | int | float | str:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) or (isinstance(value, (int, float)) and abs(value) < _BEYOND):
        return value
    raise InvalidFilter(
        f"The filter on {key} compares with something that is no plain value.",
        "Use a string, a number of 64 bits or a boolean, a list of these, or a range.",
    )


def _operator(key: str, name: str) -> str:
    if name not in _RANGES:
        raise InvalidFilter(f"The filter on {key} has no operator {name!r}.", f"Use {', '.join(_RANGES)}.")
    return _RANGES[name]


def _quoted(key: str) -> str:
    if '"' in key or "\\" in key:
        raise InvalidFilter(
            f"A filter cannot name the field {key!r}.", "Field names have no quotes or backslashes."
        )
    return f'"{key}"'
