"""Passages as data."""

from hypothesis import given
from hypothesis import strategies as st

from service.generation.prompt import harmless, prompt
from service.types import Turn
from tests.service.making import evidence

HITS = [evidence(f"Passage {n} says something about the comet.", document_id=f"d{n}").hit for n in range(4)]


def _count(text: str) -> int:
    return len(text)


def _prompt(tokens: int, history: tuple[Turn, ...] = ()) -> tuple[int, str]:
    made = prompt("When?", history, HITS, 4, tokens, _count)
    return len(made.hits), "\n".join(message.content for message in made.messages)


def test_passages_are_numbered_in_the_order_of_the_prompt() -> None:
    _, text = _prompt(10_000)
    assert [text.index(f'<passage number="{n + 1}"') < text.index(f"Passage {n} says") for n in range(4)]


def test_passages_are_whole_or_not_there() -> None:
    for tokens in range(0, 2000, 50):
        shown, text = _prompt(tokens)
        assert text.count("about the comet.</passage>") == text.count("says") == shown


def test_a_prompt_stays_within_its_tokens() -> None:
    for tokens in range(1200, 2000, 50):
        shown, text = _prompt(tokens)
        assert shown == 0 or _count(text) <= tokens


def test_a_prompt_without_room_has_no_passage() -> None:
    assert _prompt(10)[0] == 0


def test_a_long_conversation_is_bounded() -> None:
    long = tuple(Turn("user", "word " * 10_000) for _ in range(50))
    assert len(_prompt(10_000, long)[1]) < 5_000


@given(st.text())
def test_harmless_text_has_no_bracket_and_one_line(text: str) -> None:
    made = harmless(text)
    assert not set(made) & set("<>[]\n\r\u200b\u202e")
    assert harmless(made) == made
