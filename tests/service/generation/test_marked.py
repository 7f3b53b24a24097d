"""Generated text into sentences with marks."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.generation.marked import Marked, Sentences

TEXT = (
    "The meeting was in Chengdu [1]. It had 5 guests. [2][3] The U.S. Government said no.[1, 4]Then it ended,"
    " said Dr. Smith [2].\n- A **list** grew by 3.5 % [1]\n- Its end. [2]\n\n会议在成都举行。[1] Half a"
)


def _read(*pieces: str) -> list[Marked]:
    sentences = Sentences()
    return [m for piece in pieces for m in sentences.feed(piece)] + sentences.end()


def test_marks_belong_to_the_sentence_that_they_follow() -> None:
    assert [(m.text, m.marks) for m in _read(TEXT)] == [
        ("The meeting was in Chengdu.", (1,)),
        ("It had 5 guests.", (2, 3)),
        ("The U.S. Government said no.", (1, 4)),
        ("Then it ended, said Dr. Smith.", (2,)),
        ("A list grew by 3.5 %", (1,)),
        ("Its end.", (2,)),
        ("会议在成都举行。", (1,)),
        ("Half a", ()),
    ]


@given(st.lists(st.integers(0, len(TEXT)), max_size=30))
def test_how_the_text_is_cut_makes_no_difference(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(TEXT)]
    pieces = [TEXT[a:b] for a, b in pairwise(edges)]
    assert _read(*pieces) == _read(TEXT)


@given(st.text(alphabet="ab .!?[]12,\n(", max_size=60))
def test_no_sentence_holds_a_mark_of_its_own(text: str) -> None:
    assert all(m.leads_out for m in _read(*text) if "[" in m.text)


def test_what_breaks_off_is_not_finished() -> None:
    assert [m.finished for m in _read("One. [1] Two [1] and")] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "See https://evil.example.",
        "See www.evil.example.",
        "See evil.example/a?b.",
        "See //evil.example.",
        "See [this](x).",
        "See ![](x).",
        "See [this][x].",
        "A <b>bold</b> word.",
        "A &lt;img src=x&gt;.",
        "A javascript:alert(1).",
        "Write to a@b.example.",
        "See h\u200bttps:/\u200b/evil.example.",
        "See ｈｔｔｐｓ：／／evil.example.",
        "See 192.0.2.7.",
    ],
)
def test_what_leads_out_is_seen(text: str) -> None:
    assert any(m.leads_out for m in _read(text))


@pytest.mark.parametrize(
    "text", ["It is 5 < 6.", "He (or she) said: yes.", "Rates of 3.5 % and/or 4.5 %.", "The U.S. won 3:2."]
)
def test_plain_text_leads_nowhere(text: str) -> None:
    assert not any(m.leads_out for m in _read(text))
