"""Answers that are given again, and ETags."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.serving.memory import Memory
from service.types import Answer, Ask
from service.wiring import App
from tests.service.serving.making import ask, sample


def _answer(version: int, **changed: Any) -> Answer:
    whole = Answer(
        id="a", question="q", standalone_question="q", text="t", short_answer=None, abstention=None,
        confidence=1.0, citations=(), conflicts=(), hits=[], rerank={}, index_version=version,
        composer="generative", models={}, timings_ms={},
    )  # fmt: skip
    return replace(whole, **changed)


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({}, True),
        ({"complete": False}, False),
        ({"composer": "extractive"}, False),
        ({"index_version": 7}, False),
    ],
)
def test_memory_keeps_only_what_would_be_answered_again(
    app: App, changed: dict[str, Any], kept: bool
) -> None:
    memory, ask = Memory(app.index, 10), Ask("q", composer="generative")
    state, _ = memory.recall(ask)
    memory.keep(ask, _answer(state[1], **changed), state)
    assert (memory.recall(ask)[1] is not None) is kept
    assert memory.given("a") is not None


def test_memory_keeps_nothing_of_a_state_that_is_gone(app: App) -> None:
    memory, ask = Memory(app.index, 10), Ask("q", composer="generative")
    (generation, version), _ = memory.recall(ask)
    memory.keep(ask, _answer(version), (generation + "x", version))
    assert memory.recall(ask)[1] is None


def test_an_answer_is_given_from_memory_until_anything_changes(client: TestClient) -> None:
    first = ask(client)
    assert ask(client) == first
    assert sample(client, "citewise_cache_lookups_total", result="hit") == 1
    client.put("/v1/documents/comet", json={"text": "The comet returned in June 1911."})
    assert "1911" in ask(client)
    client.delete("/v1/documents/comet")
    assert "19" not in ask(client)
    assert sample(client, "citewise_cache_lookups_total", result="hit") == 1


def test_memory_tells_apart_whatever_decides_an_answer(client: TestClient) -> None:
    history = [{"role": "user", "content": "Tell me of the comet."}]
    client.put("/v1/documents/comet?collection=other", json={"text": "The comet returned in 1986."})
    asked = ({"collection": "other"}, {"question": "Why did the comet return?"})
    for more in (
        *asked,
        {},
        {"top_k": 3},
        {"max_sentences": 1},
        {"filters": {"title": "x"}},
        {"history": history},
    ):
        ask(client, **more)
    assert sample(client, "citewise_cache_lookups_total", result="hit") == 0


def test_an_etag_spares_an_answer_that_is_still_so(client: TestClient) -> None:
    asked = {"question": "When did the comet return?"}
    tag = client.post("/v1/answers", json=asked).headers["etag"]
    again = client.post("/v1/answers", json=asked, headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    client.put("/v1/documents/comet", json={"text": "The comet returned in June 1911."})
    assert client.post("/v1/answers", json=asked, headers={"If-None-Match": tag}).status_code == 200


def test_a_text_is_not_sent_twice_and_gone_once_deleted(client: TestClient) -> None:
    url = "/v1/documents/comet/text?start=4&end=9"
    tag = client.get(url).headers["etag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(url, headers={"If-None-Match": tag, "Accept": "application/json"}).status_code == 200
    client.delete("/v1/documents/comet")
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 410


def test_feedback_on_a_remembered_answer_keeps_what_it_cited(client: TestClient) -> None:
    asked = {"question": "When did the comet return?"}
    answer = client.post("/v1/answers", json=asked).json()
    given = client.post(f"/v1/answers/{answer['id']}/feedback", json={"rating": "down", "comment": "Hm."})
    assert given.status_code == 201
    (kept,) = client.get("/v1/feedback").json()["feedback"]
    source = answer["citations"][0]["sources"][0]
    assert (kept["question"], kept["rating"], kept["comment"]) == (asked["question"], "down", "Hm.")
    assert [(c["document_id"], c["start"], c["end"]) for c in kept["cited"]] == [
        (source["document_id"], source["start_char_index"], source["end_char_index"])
    ]
    unknown = client.post("/v1/answers/none/feedback", json={"rating": "up"})
    assert (unknown.status_code, unknown.json()["title"]) == (404, "Answer not found")


def test_who_waits_to_write_keeps_nobody_from_asking(client: TestClient, app: App) -> None:
    said = {"answer": "a", "question": "q", "rating": "up"}
    with ThreadPoolExecutor(12) as many, app.index.writing():
        waiting = [many.submit(client.post, "/v1/feedback", json=said) for _ in range(12)]
        assert "1910" in ask(client)
        assert client.get("/health/ready").status_code == 200
        assert not any(w.done() and w.result().status_code == 201 for w in waiting)
    assert {w.result().status_code for w in waiting} == {201}
