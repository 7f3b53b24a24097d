import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from index.load.naming import usable_id


@given(st.text(st.sampled_from("./te xt\x00\x07\x85\u2028\u0301\ud800a_"), max_size=12))
@example("x/text")
@example("../a")
def test_an_id_is_one_that_an_address_carries_and_stays(name: str) -> None:
    made = usable_id(name)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in made)
    assert not {".", ".."} & set(made.split("/"))
    assert not made.endswith("/text")
    assert usable_id(made) == made


@given(st.text(st.characters(categories=("L", "N")), min_size=1))
def test_a_name_of_letters_and_digits_is_its_own_id(name: str) -> None:
    name = unicodedata.normalize("NFC", name)
    assert usable_id(f"{name}/{name}.txt") == f"{name}/{name}.txt"


@given(
    st.text(st.sampled_from("a/.\u0301\x00")), st.integers(960, 1040), st.sampled_from(("", "/text", "/.."))
)
def test_a_name_of_any_length_becomes_an_id_that_stays(start: str, length: int, end: str) -> None:
    made = usable_id(start + "b" * length + end)
    assert len(made) <= 1000
    assert usable_id(made) == made
    assert usable_id(f"{start}{'b' * length}c{end}") != made
