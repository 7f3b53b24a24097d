"""Filters against a naive reading of what they mean."""

import operator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.dates import span_of
from index.layout import Manifest
from index.store.filters import Filters
from index.store.sqlite import SqliteStore
from index.types import Document, Json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MANIFEST = Manifest({"dimension": 2}, {})


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", "2024-01-01T00:00:00+00:00", "2025-01-01T00:00:00+00:00"),
        ("2024-12", "2024-12-01T00:00:00+00:00", "2025-01-01T00:00:00+00:00"),
        ("2024-02", "2024-02-01T00:00:00+00:00", "2024-03-01T00:00:00+00:00"),
        ("2024-02-29", "2024-02-29T00:00:00+00:00", "2024-03-01T00:00:00+00:00"),
        ("2024-02-29T23:30:00-02:00", "2024-03-01T01:30:00+00:00", "2024-03-01T01:30:00.000001+00:00"),
        ("2024-02-29T23:30Z", "2024-02-29T23:30:00+00:00", "2024-02-29T23:30:00.000001+00:00"),
        ("2024-02-29 23:30:00,5", "2024-02-29T23:30:00.500000+00:00", "2024-02-29T23:30:00.500001+00:00"),
    ],
)
def test_a_date_is_the_time_that_it_takes(text: str, start: str, end: str) -> None:
    span = span_of(text)
    assert span is not None
    assert [_EPOCH + timedelta(microseconds=bound) for bound in span] == [
        datetime.fromisoformat(start),
        datetime.fromisoformat(end),
    ]


@pytest.mark.parametrize(
    "text", ["", "24", "2024-13", "2023-02-29", "2024-1-1", "2024-01-01T25:00", "soon", "0000"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert span_of(text) is None


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999-12-31", "0001"])
def test_the_ends_of_the_calendar_are_dates(text: str) -> None:
    assert span_of(text) is not None


_dates = st.one_of(
    st.dates().map(str),
    st.integers(1990, 2030).map(str),
    st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
    st.sampled_from(["2024-05-01T00:30:00+02:00", "2024-04-30T22:30:00Z", "2024-04", "2024-04-30"]),
)
_scalars = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([0.5, 1.0, 2.5]),
    st.booleans(),
    st.sampled_from(["1", "a", "b", "true"]),
)
_metadata = st.fixed_dictionaries(
    {},
    optional={
        "published_at": _dates,
        "x": st.one_of(_scalars, st.lists(_scalars, max_size=3)),
        "y": _scalars,
    },
)
_range = st.dictionaries(
    st.sampled_from(["gt", "gte", "lt", "lte"]),
    st.one_of(st.integers(-3, 3), st.sampled_from(["a", "b"])),
    min_size=1,
)
_date_range = st.dictionaries(st.sampled_from(["gt", "gte", "lt", "lte"]), _dates, min_size=1)
_filters = st.fixed_dictionaries(
    {},
    optional={
        "published_at": st.one_of(_dates, _date_range, st.lists(_dates, max_size=3)),
        "x": st.one_of(_scalars, st.lists(_scalars, max_size=3), _range),
        "y": st.one_of(_scalars, _range),
    },
)


_COMPARE = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def _equal(key: str, value: Json, operand: Json) -> bool:
    if key == "published_at":
        inner, outer = span_of(str(value)), span_of(str(operand))
        return bool(inner and outer and outer[0] <= inner[0] and inner[1] <= outer[1])
    return (isinstance(value, bool), isinstance(value, str)) == (
        isinstance(operand, bool),
        isinstance(operand, str),
    ) and value == operand


def _in_range(key: str, value: Any, name: str, operand: Any) -> bool:
    if key == "published_at":
        inner, outer = span_of(value), span_of(operand)
        assert inner
        assert outer
        return {
            "gt": inner[0] >= outer[1],
            "gte": inner[0] >= outer[0],
            "lt": inner[0] < outer[0],
            "lte": inner[0] < outer[1],
        }[name]
    if isinstance(value, bool) or isinstance(value, str) != isinstance(operand, str):
        return False
    return bool(
        {"gt": value > operand, "gte": value >= operand, "lt": value < operand, "lte": value <= operand}[name]
    )


def _matches(metadata: dict[str, Json], filters: Filters) -> bool:
    for key, wanted in filters.items():
        if key not in metadata:
            return False
        held = metadata[key]
        values = held if isinstance(held, list) else [held]
        if isinstance(wanted, dict):
            if not any(all(_in_range(key, v, n, o) for n, o in wanted.items()) for v in values):
                return False
        else:
            options = wanted if isinstance(wanted, list) else [wanted]
            if not any(_equal(key, v, o) for v in values for o in options):
                return False
    return True


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_metadata, min_size=1, max_size=6), st.lists(_filters, min_size=1, max_size=6))
def test_a_filter_finds_exactly_what_it_says(
    tmp_path_factory: pytest.TempPathFactory, documents: list[dict[str, Json]], asked: list[Filters]
) -> None:
    store = SqliteStore(tmp_path_factory.mktemp("filters") / "citewise.db", create=_MANIFEST)
    for number, metadata in enumerate(documents):
        store.put("default", Document(str(number), f"Text {number}.", metadata), [])
    for filters in asked:
        expected = {str(n) for n, metadata in enumerate(documents) if _matches(metadata, filters)}
        assert store.matching("default", filters) == expected
    store.close()


def test_a_field_of_an_object_is_not_the_field(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "citewise.db", create=_MANIFEST)
    store.put("default", Document("a", "Text.", {"author": {"name": "Ann", "role": "editor"}}), [])
    store.put("default", Document("b", "Text.", {"author": ["editor", {"role": "owner"}]}), [])
    assert store.matching("default", {"author": "editor"}) == {"b"}
    assert store.matching("default", {"author": ["owner", "Ann"]}) == set()
    assert store.matching("default", {"author": {"gte": "a"}}) == {"b"}
    store.close()


def test_a_thousand_options_are_no_trouble(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "citewise.db", create=_MANIFEST)
    store.put("default", Document("a", "Text.", {"x": "999", "published_at": "2999"}), [])
    many: list[Json] = [str(number) for number in range(1000)]
    dates: list[Json] = [str(year) for year in range(2000, 3000)]
    assert store.matching("default", {"x": many, "published_at": dates}) == {"a"}
    store.close()
