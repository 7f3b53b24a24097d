"""What a generator says, from the prompt to what is passed on, over a real index and a real socket."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag

import pytest

from eval.bench.obedient import Exchange, Obedient, Reply, obedient
from index.types import Document
from service.settings import load_settings
from service.types import Answer, Ask, Citation, Delta, Passages
from service.wiring import App, open_app

COMET = Document(
    "comet",
    "The comet returned in May 1910. It was seen from Lima by Ana Torres. Torres wrote three letters on it.",
    {"title": "Halley's comet"},
)
QUESTION = "When did the comet return?"
SAID = "The comet returned in May 1910"


@contextmanager
def _asking(data_dir: Path, *replies: Reply | str) -> Iterator[tuple[App, Obedient]]:
    with obedient(*replies) as server:
        settings = load_settings(
            data_dir=data_dir, generator="openai", generator_url=server.url, generator_model="fake"
        )
        with open_app(settings, create=True) as app:
            app.builder.put("default", COMET)
            yield app, server


def _answer(data_dir: Path, *replies: Reply | str, question: str = QUESTION) -> Answer:
    with _asking(data_dir, *replies) as (app, _):
        return app.asker.answer(Ask(question, composer="generative"))


def test_a_supported_sentence_is_cited_with_the_exact_place(tmp_path: Path) -> None:
    answer = _answer(tmp_path, f"{SAID} [1].")
    (citation,) = answer.citations
    (source,) = citation.sources
    assert answer.text == f"{SAID}. [1]"
    assert answer.text[citation.start : citation.end] == citation.text == f"{SAID}."
    assert COMET.text[source.start : source.end] == source.cited_text == f"{SAID}."
    assert (answer.composer, source.verified, answer.withheld) == ("generative", True, 0)


def test_the_generator_is_named_among_the_models(tmp_path: Path) -> None:
    assert str(_answer(tmp_path, f"{SAID} [1].").models["generator"]).startswith("fake@127.0.0.1:")


def test_marks_are_numbered_in_the_order_of_the_answer(tmp_path: Path) -> None:
    answer = _answer(tmp_path, f"{SAID} [1]. It was seen from Lima by Ana Torres [1].")
    assert answer.text == f"{SAID}. [1] It was seen from Lima by Ana Torres. [2]"
    assert [c.id for c in answer.citations] == ["1", "2"]


@pytest.mark.parametrize(
    "written",
    [
        "The comet returned in May 1986 [1].",
        "The comet did not return in May 1910 [1].",
        "The comet was seen from Quito by Ana Torres [1].",
        "Torres wrote four letters on it [1].",
        "Torres burned three letters on it [1].",
        "It was seen from Lima [1] because the air there is dry, thin and free of any smoke or light [1].",
        "It was seen from Lima by Ana Torres [7].",
        "It was seen from Lima by Ana Torres.",
        "It was seen from Lima by Ana Torres ![](http://evil.example/?q=comet) [1].",
        "It was seen from [Lima](http://evil.example) by Ana Torres [1].",
        "It was seen from Lima <img src=x> by Ana Torres [1].",
        "It was seen from Lima by Ana Torres, see evil.example/lima [1].",
    ],
    ids="year denial name number verb invention unresolved unmarked image link html address".split(),
)
def test_a_sentence_that_fails_is_withheld_and_counted(tmp_path: Path, written: str) -> None:
    answer = _answer(tmp_path, f"{SAID} [1]. {written}")
    assert answer.text == f"{SAID}. [1]"
    assert answer.withheld >= 1


def test_where_nothing_is_supported_the_extractive_answer_stands(tmp_path: Path) -> None:
    answer = _answer(tmp_path, "The comet is made of cheese [1].")
    assert (answer.composer, answer.withheld, answer.text) == ("extractive", 1, f"{SAID}. [1]")
    assert "generator" in answer.models


def test_where_the_generator_fails_the_extractive_answer_stands(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answer = _answer(tmp_path, lambda exchange: exchange.status(404))
    assert (answer.composer, answer.text) == ("extractive", f"{SAID}. [1]")
    assert [r.levelno for r in caplog.records if "stands" in r.message] == [logging.WARNING]


def test_of_a_stream_that_was_cut_whole_sentences_are_kept(tmp_path: Path) -> None:
    def cut(exchange: Exchange) -> None:
        exchange.say(f"{SAID} [1]. It was seen from Lima by Ana Torres [1]. Torres wrote [1]", finish=None)

    answer = _answer(tmp_path, cut)
    assert answer.text == f"{SAID}. [1] It was seen from Lima by Ana Torres. [2]"


def test_a_sentence_is_told_before_the_next_one_is_written(tmp_path: Path) -> None:
    was_told = Flag()

    def reply(exchange: Exchange) -> None:
        exchange.open()
        exchange.piece(f"{SAID} [1]. It was ")
        if was_told.wait(20):
            exchange.piece("seen from Lima by Ana Torres [1].")
        exchange.piece(None, "stop")

    with _asking(tmp_path, reply) as (app, _):
        events = app.asker.events(Ask(QUESTION, composer="generative"))
        told = [next(events), next(events), next(events)]
        was_told.set()
        rest = list(events)
    assert [type(event) for event in told] == [Passages, Delta, Citation]
    assert isinstance(rest[-1], Answer)
    assert len(rest[-1].citations) == 2


def test_the_deltas_together_are_the_answer(tmp_path: Path) -> None:
    with _asking(tmp_path, f"{SAID} [1]. It was seen from Lima by Ana Torres [1].") as (app, _):
        *told, answer = app.asker.events(Ask(QUESTION, composer="generative"))
    assert isinstance(answer, Answer)
    assert "".join(event.text for event in told if isinstance(event, Delta)) == answer.text


def test_a_document_that_is_deleted_meanwhile_is_not_cited(tmp_path: Path) -> None:
    deleted = Flag()

    def reply(exchange: Exchange) -> None:
        exchange.open()
        exchange.piece(f"{SAID} [1]. It was ")
        if deleted.wait(20):
            exchange.piece("seen from Lima by Ana Torres [1].")
        exchange.piece(None, "stop")

    with _asking(tmp_path, reply) as (app, _):
        events = app.asker.events(Ask(QUESTION, composer="generative"))
        for _event in range(3):
            next(events)
        app.builder.delete("default", "comet")
        deleted.set()
        answer = list(events)[-1]
    assert isinstance(answer, Answer)
    assert (len(answer.citations), answer.withheld) == (1, 1)
    assert answer.hits == []


def test_the_extractive_answer_does_not_stand_on_what_is_deleted_meanwhile(tmp_path: Path) -> None:
    apps: list[App] = []

    def reply(exchange: Exchange) -> None:
        apps[0].builder.delete("default", "comet")
        exchange.say(f"{SAID} [1].")

    with _asking(tmp_path, reply) as (app, _):
        apps.append(app)
        app.builder.put("default", Document("ferry", "The ferry sails in May. It returned on Monday."))
        *told, answer = list(app.asker.events(Ask(QUESTION, composer="generative")))[1:]
    assert isinstance(answer, Answer)
    assert [hit.chunk.document_id for hit in answer.hits] == ["ferry"]
    cited = {source.document_id for c in answer.citations for source in c.sources}
    assert cited <= {"ferry"}
    assert SAID not in answer.text
    assert "".join(event.text for event in told if isinstance(event, Delta)) == answer.text


def test_a_figure_of_a_document_that_is_deleted_meanwhile_is_no_conflict_any_more(tmp_path: Path) -> None:
    apps: list[App] = []

    def reply(exchange: Exchange) -> None:
        if len(apps) == 1:
            apps[0].builder.delete("default", "younger")
        exchange.say("The Orrin bridge has 40 arches [1]. The Orrin bridge has 40 arches [2].")

    with _asking(tmp_path, reply) as (app, _):
        for name, arches in (("older", 40), ("younger", 50)):
            app.builder.put("default", Document(name, f"The Orrin bridge has {arches} arches."))
        ask = Ask("How many arches does the Orrin bridge have?", composer="generative")
        assert app.asker.answer(ask).conflicts
        apps.append(app)
        answer = app.asker.answer(ask)
    assert answer.composer == "generative"
    assert answer.conflicts == ()
    assert {hit.chunk.document_id for hit in answer.hits} <= {"older", "comet"}


def test_no_more_sentences_are_passed_on_than_asked_for(tmp_path: Path) -> None:
    written = f"{SAID} [1]. It was seen from Lima by Ana Torres [1]. Torres wrote three letters on it [1]."
    with _asking(tmp_path, written) as (app, _):
        answer = app.asker.answer(Ask(QUESTION, max_sentences=1, composer="generative"))
    assert answer.text == f"{SAID}. [1]"


def test_cancelling_ends_the_request(tmp_path: Path) -> None:
    cancelled = Flag()

    def reply(exchange: Exchange) -> None:
        exchange.open()
        exchange.piece(f"{SAID} [1]. It was ")
        cancelled.set()
        while not exchange.gone.wait(0.01):
            exchange.piece("more ")

    with _asking(tmp_path, reply) as (app, server):
        list(app.asker.events(Ask(QUESTION, composer="generative"), cancelled))
        assert server.gone.wait(10)


def test_a_short_answer_that_the_text_does_not_hold_is_left_out(tmp_path: Path) -> None:
    assert _answer(tmp_path / "with", f"{SAID} [1].").short_answer
    assert _answer(tmp_path / "without", "It was seen from Lima by Ana Torres [1].").short_answer is None


def test_an_abstention_asks_no_generator(tmp_path: Path) -> None:
    with _asking(tmp_path, "Nothing.") as (app, server):
        answer = app.asker.answer(Ask("Who is the mayor of Oslo?", composer="generative"))
    assert not answer.answerable
    assert server.requests == []
