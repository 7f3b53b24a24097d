"""An answer with a conflict, as HTTP sends it and as a terminal shows it."""

import pytest

from service.answering.asked.question import understand
from service.answering.composing.cite import check, check_sides, cite, oppose
from service.answering.composing.compose import Statement
from service.answering.composing.conflicts import disagreements
from service.cli.showing import show_answer
from service.http.app import create_app
from service.schemas.answers import AnswerResponse
from service.types import Answer, Ask
from service.wiring import App
from tests.service.making import evidence

QUESTION = "How many people did the Ardal flood kill?"
OLD, NEW = "The Ardal flood killed 31 people.", "The Ardal flood killed 45 people."


def _answer() -> Answer:
    one = evidence(OLD, 0.9, "old", title="A night", published_at="2020-01-02")
    other = evidence(NEW, 0.8, "new")
    texts = {"old": OLD, "new": NEW}
    text, citations = cite([Statement((one,), "A night"), Statement((other,))])
    found = oppose(disagreements(understand(QUESTION), [one, other]))
    return Answer(
        id="i",
        question=QUESTION,
        standalone_question=QUESTION,
        text=text,
        short_answer=None,
        abstention=None,
        confidence=0.9,
        citations=check(citations, lambda name, _, start, end: texts[name][start:end], lambda *_: None),
        conflicts=check_sides(found, lambda name, _, start, end: texts[name][start:end], lambda *_: None),
        hits=[],
        rerank={},
        index_version=1,
        composer="extractive",
        models={},
        timings_ms={},
    )


def test_a_conflict_is_sent_with_its_sides_newest_first() -> None:
    body = AnswerResponse.of(Ask(QUESTION), _answer()).model_dump(mode="json")
    (conflict,) = body["conflicts"]
    assert [side["figure"] for side in conflict["sides"]] == ["31", "45"]
    first, second = (side["source"] for side in conflict["sides"])
    assert first == body["citations"][0]["sources"][0]
    assert first["published_at"] == "2020-01-02"
    assert first["verified"] is True
    assert (second["document_id"], second["cited_text"], second["published_at"]) == ("new", NEW, None)


def test_a_conflict_is_described_in_the_api_reference(app: App) -> None:
    schemas = create_app(app).openapi()["components"]["schemas"]
    assert schemas["AnswerResponse"]["properties"]["conflicts"]["items"] == {
        "$ref": "#/components/schemas/ConflictOut"
    }
    assert schemas["ConflictOut"]["description"]
    assert schemas["ConflictSideOut"]["properties"].keys() == {"figure", "source"}


def test_a_conflict_is_shown_in_plain_words(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(_answer())
    shown = capsys.readouterr().out
    assert shown.startswith(f"[A night] {OLD} [1] {NEW} [2]\n")
    _, differ = shown.split("The documents differ on this:\n")
    assert differ.splitlines() == [
        "- 31: A night, 2020-01-02 · old 0:33",
        f"    “{OLD}”",
        "- 45: new · new 0:33",
        f"    “{NEW}”",
    ]
