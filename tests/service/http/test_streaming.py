"""Answers as server-sent events, in process over ASGI."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import httpx_sse
import pytest
from fastapi.testclient import TestClient

from index.errors import GeneratorFailed
from service.asking import Asker
from service.http.app import create_app
from service.types import Ask, Event, Passages
from service.wiring import App
from tests.conftest import CHENGDU

LIST = "Which countries took part in the meetings?"


@pytest.fixture(scope="module")
def fresh(seeds_app: App) -> Iterator[TestClient]:
    forgetful = seeds_app.settings.model_copy(update={"cache_answers": 0})
    with TestClient(create_app(replace(seeds_app, settings=forgetful))) as opened:
        yield opened


def _events(client: TestClient, **asked: object) -> list[tuple[str, Any]]:
    response = client.post("/v1/answers", json={"stream": True, **asked})
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    received = httpx.Response(200, headers=response.headers.raw, content=response.content)
    return [(event.event, json.loads(event.data)) for event in httpx_sse.EventSource(received).iter_sse()]


@pytest.mark.parametrize("question", [CHENGDU, LIST, "Who won the chess game in Reykjavik?"])
def test_stream_tells_the_same_answer_in_the_order_of_the_contract(
    client: TestClient, fresh: TestClient, question: str
) -> None:
    events = _events(client, question=question)
    names = [name for name, _ in events]
    assert names[0] == "passages"
    assert names[-2:] == ["answer", "done"]
    assert set(names[1:-2]) <= {"delta", "citation"}
    answer = events[-2][1]
    # From elsewhere, where nothing is remembered.
    whole = fresh.post("/v1/answers", json={"question": question}).json()
    assert {**answer, "timings_ms": {}} == {**whole, "timings_ms": {}}
    assert events[0][1]["passages"] == answer["passages"]
    assert [data for name, data in events if name == "citation"] == answer["citations"]
    assert "".join(data["text"] for name, data in events if name == "delta") == answer["answer"]


def test_stream_cites_only_text_that_was_already_sent(client: TestClient) -> None:
    text, cited = "", 0
    for name, data in _events(client, question=LIST):
        if name == "delta":
            text += data["text"]
        if name == "citation":
            assert text[data["start"] : data["end"]] == data["text"]
            cited += 1
    assert cited


def test_stream_from_memory_is_the_same_stream(client: TestClient) -> None:
    first = _events(client, question=LIST, max_sentences=2)
    assert _events(client, question=LIST, max_sentences=2) == first


def test_what_fails_before_the_stream_begins_is_a_problem(client: TestClient) -> None:
    for asked, status in (
        ({"question": " "}, 422),
        ({"question": CHENGDU, "collection": "none"}, 404),
        ({"question": CHENGDU, "composer": "generative"}, 422),
    ):
        response = client.post("/v1/answers", json={"stream": True, **asked})
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"


def test_what_fails_during_a_stream_is_its_last_event(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: Asker, ask: Ask, cancelled: object = None) -> Iterator[Event]:
        yield Passages([], {})
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(Asker, "events", failing)
    with TestClient(create_app(app), raise_server_exceptions=False) as own:
        events = _events(own, question="What fails?")
    assert [name for name, _ in events] == ["passages", "error"]
    assert events[-1][1]["status"] == 500
    assert "secret" not in json.dumps(events[-1][1])


def test_a_long_silence_is_told_and_what_fails_then_is_an_event(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_: Asker, ask: Ask, cancelled: object = None) -> Iterator[Event]:
        time.sleep(0.3)
        raise GeneratorFailed("It is away.")
        yield

    monkeypatch.setattr(Asker, "events", slow)
    monkeypatch.setattr("service.http.streams._KEEP_ALIVE_SECONDS", 0.1)
    with TestClient(create_app(app), raise_server_exceptions=False) as own:
        response = own.post("/v1/answers", json={"question": "Who is slow?", "stream": True})
    assert response.status_code == 200
    assert response.text.startswith(": keep-alive\n\n")
    assert '"status":502' in response.text.rpartition("event: error\n")[2]
