"""Follow-ups on their whole way."""

import pytest

from index.types import Document
from service.types import Ask, Turn
from service.wiring import App

FERRY = "How many cars does the ferry carry?"
TALK = (Turn("user", "Who is Ada Fenn?"), Turn("assistant", "Ada Fenn is a painter. [1]"))


@pytest.fixture
def orrin(app: App) -> App:
    app.builder.put("default", Document("ferry", "The ferry carries 40 cars across the sound."))
    app.builder.put("default", Document("fenn", "Ada Fenn is a painter. She was born in Orrin in 1911."))
    return app


def test_a_follow_up_is_answered_as_it_was_understood(orrin: App) -> None:
    answer = orrin.asker.answer(Ask("When was she born?", history=TALK))
    assert (answer.question, answer.standalone_question) == ("When was she born?", "When was Ada Fenn born?")
    assert "1911" in answer.text


def test_a_question_is_asked_by_itself_where_its_topic_only_leads_it_astray(orrin: App) -> None:
    answer = orrin.asker.answer(Ask(FERRY, history=TALK))
    assert answer.answerable
    assert answer.standalone_question == FERRY
    assert "40" in answer.text


@pytest.mark.parametrize("history", [(), TALK])
def test_a_courtesy_is_answered_without_a_source(orrin: App, history: tuple[Turn, ...]) -> None:
    answer = orrin.asker.answer(Ask("Thanks!", history=history))
    assert (answer.text, answer.standalone_question) == ("You are welcome.", "Thanks!")
    assert answer.abstention is not None
    assert answer.abstention.reason == "no_match"
    assert not answer.hits


def test_what_no_passage_shares_a_term_with_is_refused(orrin: App) -> None:
    answer = orrin.asker.answer(Ask("asdf qwertz?"))
    assert answer.abstention is not None
    assert answer.confidence == 0


def test_what_the_conversation_decides_is_part_of_an_answers_id(orrin: App) -> None:
    alone = orrin.asker.answer(Ask("When was Ada Fenn born?"))
    asked = orrin.asker.answer(Ask("When was Ada Fenn born?", history=TALK))
    assert alone.text == asked.text
    assert alone.id != asked.id
