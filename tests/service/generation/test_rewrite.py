"""Follow-up questions that a generator words."""

from threading import Event as Flag

import pytest

from eval.bench.obedient import obedient
from service.generation.rewrite import Rewriter
from service.types import Turn
from tests.generators import client

HISTORY = (Turn("user", "Who built the Orrin dam?"), Turn("assistant", "Ada Quill built the Orrin dam. [1]"))
RULED = "by rule"


def _rewritten(written: str, question: str = "When was it finished?") -> str:
    with obedient(written) as server:
        return Rewriter(client(server.url), lambda *_: RULED)(question, HISTORY, Flag())


def test_a_question_that_stands_alone_is_taken() -> None:
    assert _rewritten("When was the Orrin dam finished?\n") == "When was the Orrin dam finished?"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Sure!\nWhen was the Orrin dam finished?",
        "When was the Orrin dam finished? " * 30,
        "Who is Ada Quill?",
        "When was the Kestrel tower finished?",
        "When was the Orrin dam finished, in 1999?",
    ],
    ids="empty lines overlong other_question new_name new_number".split(),
)
def test_what_is_no_such_question_is_reworded_by_rule(written: str) -> None:
    assert _rewritten(written) == RULED


def test_where_the_generator_fails_it_is_reworded_by_rule() -> None:
    with obedient(lambda exchange: exchange.status(404)) as server:
        assert (
            Rewriter(client(server.url), lambda *_: RULED)("When was it finished?", HISTORY, Flag()) == RULED
        )


def test_the_conversation_stands_in_the_prompt_without_brackets() -> None:
    with obedient("When was the Orrin dam finished?") as server:
        Rewriter(client(server.url), lambda *_: RULED)("When was it finished?", HISTORY, Flag())
    assert "assistant: Ada Quill built the Orrin dam. (1)" in server.requests[0].prompt
