"""The conversation behind ``citewise chat``."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from threading import Event as Flag

import pytest

from index.errors import DocumentDeleted, InvalidInput
from index.types import Document
from service.asking import Asker
from service.cli.chat import _Conversation, _told
from service.types import Answer, Ask, Delta, Event, Passages, Turn
from service.wiring import App

WHEN = "When did the comet return?"


@pytest.fixture
def comet(app: App) -> App:
    app.builder.put("default", Document("comet", "The comet returned in May 1910."))
    return app


def test_each_question_is_sent_with_the_conversation_until_it_is_forgotten(
    comet: App, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Sequence[Turn]] = []

    def rewrite(_: str, history: Sequence[Turn], cancelled: object) -> str:
        seen.append(history)
        return WHEN

    conversation = _Conversation(replace(comet, asker=Asker(comet.pipeline, rewrite)), Ask(""))
    for line in (WHEN, "And when was that?", "/new", WHEN):
        conversation.take(line)
    assert seen == [(Turn("user", WHEN), Turn("assistant", "The comet returned in May 1910. [1]"))]
    assert capsys.readouterr().out.count(f"Understood as: {WHEN}\n") == 1


def test_a_source_of_a_document_deleted_meanwhile_is_not_shown(comet: App) -> None:
    conversation = _Conversation(comet, Ask(""))
    conversation.take(WHEN)
    comet.builder.delete("default", "comet")
    with pytest.raises(DocumentDeleted):
        conversation.take("/source 1")


def test_an_unknown_command_is_not_asked(comet: App) -> None:
    with pytest.raises(InvalidInput, match="/help"):
        _Conversation(comet, Ask("")).take("/sauce 1")


def test_an_answer_that_nobody_waits_for_is_cancelled(comet: App) -> None:
    stopped = Flag()

    class Endless:
        def compose(self, ask: Ask, found: Answer, cancelled: Flag, again: object) -> Iterator[Event]:
            while not cancelled.wait(0.01):
                yield Delta("word ")
            stopped.set()

    asker = Asker(comet.pipeline, lambda question, *_: question, Endless())
    with closing(_told(asker, Ask(WHEN, composer="generative"))) as events:
        assert isinstance(next(events), Passages)
        assert next(events) == Delta("word ")
    assert stopped.wait(10)
