"""Whatever bytes: documents, or an error of the tree."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.load.formats.composing import Composer
from index.load.registry import FORMATS
from tests.index.load.making import check, documents_of, examples, load_all
from tests.strategies import texts

EXAMPLES = examples()
NAMES = [f"a{extension}" for wanted in FORMATS for extension in wanted.extensions]
# In this process a run that takes long would be one that hangs.
TRIALS = settings(max_examples=40, deadline=5000, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_of_each_format_is_read(name: str) -> None:
    assert documents_of(load_all(EXAMPLES[name], name))


@pytest.mark.parametrize("name", NAMES)
@TRIALS
@given(data=st.binary(max_size=200))
def test_random_bytes_are_documents_or_an_error(name: str, data: bytes) -> None:
    _read(data, name)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@TRIALS
@given(st.data())
def test_a_damaged_file_is_documents_or_an_error(name: str, data: st.DataObject) -> None:
    damaged = bytearray(EXAMPLES[name])
    for _ in range(data.draw(st.integers(0, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    cut = data.draw(st.integers(0, len(damaged)))
    _read(bytes(damaged[:cut] if data.draw(st.booleans()) else damaged), name)


@TRIALS
@given(
    st.lists(
        st.tuples(st.sampled_from(["heading", "paragraph", "item", "lines", "row", "resume", "page"]), texts)
    )
)
def test_whatever_is_composed_has_exact_ranges(blocks: list[tuple[str, str]]) -> None:
    composer = Composer()
    for number, (kind, text) in enumerate(blocks, start=1):
        if kind == "heading":
            composer.heading(text, 1 + number % 6)
        elif kind == "row":
            composer.row([("Name", text), ("", text)])
        elif kind == "page":
            composer.page(number)
        else:
            getattr(composer, kind)(text)
    try:
        document = composer.document("a", {})
    except LoadError:
        return
    check(document)


@TRIALS
@given(texts)
def test_any_text_survives_in_every_format_of_text(text: str) -> None:
    page = text.encode("utf-8", "surrogatepass")
    for name in ("a.html", "a.csv", "a.md", "a.txt", "a.eml"):
        _read(page, name)


def test_the_registry_names_loaders_that_exist() -> None:
    assert {Path(name).suffix for name in EXAMPLES} <= {
        extension for wanted in FORMATS for extension in wanted.extensions
    }


def _read(data: bytes, name: str) -> None:
    try:
        load_all(data, name)
    except LoadError as error:
        assert name in error.message  # noqa: PT017
