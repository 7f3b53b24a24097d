"""Filters as a person types them: ``source=NAME``, ``published_at>=2024-01-01``."""

import json
import re
from collections.abc import Sequence
from typing import Any

from index.errors import InvalidFilter
from index.text.canonical import canonical

_FILTER = re.compile(r"(?P<key>[^<>=]+)(?P<operator><=|>=|<|>|=)(?P<value>.*)", re.S)
_OPERATORS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


def parse_filters(given: Sequence[str] | None) -> dict[str, Any]:
    """Read ``key=value`` and ``key>=value``; several of one key: a list, or a range.

    Raises:
        InvalidFilter: No such form.
    """
    filters: dict[str, Any] = {}
    for text in map(canonical, given or []):
        match = _FILTER.fullmatch(text)
        if not match:
            raise InvalidFilter(
                f"The filter {text!r} is not understood.", "Write it as key=value or key>=value."
            )
        key, operator, value = match["key"].strip(), match["operator"], match["value"].strip()
        if key.endswith("!") or value.startswith(("=", "<", ">")):
            raise InvalidFilter(f"The filter {text!r} has no such operator.", "Use =, <, <=, > or >=.")
        if operator == "=":
            former = filters.get(key, [])
            if isinstance(former, dict):
                raise InvalidFilter(
                    f"{key} cannot be both equal to a value and in a range.", "Use one of them."
                )
            # A typed word does not tell whether 12 or "12" is meant: either will do.
            filters[key] = [*former, value, *_as_json(value)]
        else:
            former = filters.setdefault(key, {})
            if not isinstance(former, dict):
                raise InvalidFilter(
                    f"{key} cannot be both equal to a value and in a range.", "Use one of them."
                )
            if _OPERATORS[operator] in former:
                raise InvalidFilter(f"{key} has the bound {operator} twice.", "Give it once.")
            former[_OPERATORS[operator]] = next(iter(_as_json(value)), value)
    return filters


def _as_json(text: str) -> list[bool | int | float]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    # A number that no filter takes can only be meant as it is written.
    return [value] if isinstance(value, (bool, int, float)) and abs(value) < 2**63 else []
