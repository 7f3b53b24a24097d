"""Metadata filters into SQL that selects exactly the documents they describe."""

from collections.abc import Mapping
from typing import TypeAlias

from index.errors import InvalidFilter
from index.types import Json

Filters: TypeAlias = Mapping[str, Json]

_RANGES = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def compile_filters(filters: Filters) -> tuple[str, list[object]]:
    """Compile filters to a condition over a column ``metadata`` and its parameters.

    Each key names a metadata field, or ``document_id``. A plain value means equality, a
    list "one of these", an object a range (``gt``, ``gte``, ``lt``, ``lte``); where the
    metadata is itself a list (tags), one element of it has to match. Several keys must
    all hold. A document without the field never matches.

    Raises:
        InvalidFilter: A filter that cannot be understood.
    """
    conditions, parameters = ["1"], list[object]()
    for key, value in filters.items():
        if isinstance(value, dict):
            tests: list[tuple[str, list[Json]]] = [
                (_range_operator(key, name), [bound]) for name, bound in value.items()
            ]
            if not tests:
                raise InvalidFilter(
                    f"The filter on {key} is empty.", "Name at least one of gt, gte, lt, lte."
                )
        else:
            options = value if isinstance(value, list) else [value]
            tests = [("IN", [*options])]
        for operator, operands in tests:
            if any(o is None or isinstance(o, (list, dict)) for o in operands):
                raise InvalidFilter(
                    f"The filter on {key} compares with something that is no plain value.",
                    "Use a string, number or boolean, a list of these, or a range.",
                )
            # SQLite orders every number below every string: compare within one type.
            right = f"({', '.join('?' * len(operands))})" if operator == "IN" else "?"
            same_type = "" if operator == "IN" else " AND (typeof(value) = 'text') = (typeof(?) = 'text')"
            test = f"value {operator} {right}{same_type}"
            bounds = [int(o) if isinstance(o, bool) else o for o in operands]
            if operator != "IN":
                bounds = bounds * 2
            if key == "document_id":
                conditions.append(test.replace("value", "id"))
                parameters.extend(bounds)
            else:
                conditions.append(f"EXISTS (SELECT 1 FROM json_each(metadata, ?) WHERE {test})")
                parameters.extend([f"$.{_quoted(key)}", *bounds])
    return " AND ".join(conditions), parameters


def _range_operator(key: str, name: str) -> str:
    if name not in _RANGES:
        raise InvalidFilter(f"The filter on {key} has no operator {name!r}.", f"Use {', '.join(_RANGES)}.")
    return _RANGES[name]


def _quoted(key: str) -> str:
    if '"' in key or "\\" in key:
        raise InvalidFilter(
            f"A filter cannot name the field {key!r}.", "Field names have no quotes or backslashes."
        )
    return f'"{key}"'
