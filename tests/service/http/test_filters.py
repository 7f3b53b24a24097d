from typing import Any

import pytest

from index.errors import InvalidFilter
from service.filters import parse_filters


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["source=The Times"], {"source": ["The Times"]}),
        (["a=1", "a=b"], {"a": ["1", 1, "b"]}),
        (["open=true"], {"open": ["true", True]}),
        (["n>=1", "n<9.5"], {"n": {"gte": 1, "lt": 9.5}}),
        (["published_at>=2024-01-01"], {"published_at": {"gte": "2024-01-01"}}),
        (["a=b=c"], {"a": ["b=c"]}),
        (["barcode=12345678901234567890"], {"barcode": ["12345678901234567890"]}),
        (["source=Infinity", "source=NaN"], {"source": ["Infinity", "NaN"]}),
        (["mass>=1e30"], {"mass": {"gte": "1e30"}}),
        (None, {}),
    ],
)
def test_filters_are_read_as_they_are_typed(given: list[str] | None, expected: dict[str, Any]) -> None:
    assert parse_filters(given) == expected


@pytest.mark.parametrize(
    "given", [["a"], ["=b"], ["a!=b"], ["a==b"], ["a=<b"], ["a>=1", "a=2"], ["a=1", "a<2"], ["a<1", "a<2"]]
)
def test_what_is_no_filter_is_refused(given: list[str]) -> None:
    with pytest.raises(InvalidFilter):
        parse_filters(given)
