"""Feedback over HTTP, on a real index."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.backup import back_up, restore
from index.layout import Layout
from index.types import Document
from service.http.app import create_app
from service.wiring import App

TEXT = "The comet  returned in May 1910. Edmond's “great” guess was right."
ID = "comet.txt"


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    app.builder.put("default", Document(ID, TEXT))
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened


def _give(client: TestClient, **given: Any) -> dict[str, Any]:
    body = {"answer": "a1", "question": "When did it return?", "rating": "up", **given}
    response = client.post("/v1/feedback", json=body)
    assert response.status_code == 201, response.text
    kept: dict[str, Any] = response.json()
    return kept


def _listed(client: TestClient, **asked: Any) -> list[dict[str, Any]]:
    response = client.get("/v1/feedback", params=asked)
    assert response.status_code == 200, response.text
    listed: list[dict[str, Any]] = response.json()["feedback"]
    return listed


def test_what_is_said_of_an_answer_comes_back(client: TestClient) -> None:
    answer = client.post("/v1/answers", json={"question": "When did the comet return?"}).json()
    cited = [
        {
            "document_id": source["document_id"],
            "revision": source["revision"],
            "start": source["start_char_index"],
            "end": source["end_char_index"],
        }
        for citation in answer["citations"]
        for source in citation["sources"]
    ]
    kept = _give(client, answer=answer["id"], question=answer["question"], cited=cited, comment="Good.")
    (listed,) = _listed(client)
    assert kept == {"id": listed["id"], "created_at": listed["created_at"]}
    assert (listed["cited"], listed["comment"], listed["collection"]) == (cited, "Good.", "default")
    assert listed["answer"] == answer["id"]


def test_a_quote_is_kept_as_the_range_where_it_stands(client: TestClient) -> None:
    quotes = ["returned in May 1910", "The comet returned", 'Edmond’s "great"', "it came back in May"]
    _give(client, rating="down", evidence=[{"document_id": ID, "quote": quote} for quote in quotes])
    exact, spaced, typed, own = _listed(client)[0]["evidence"]
    assert TEXT[exact["start"] : exact["end"]] == exact["quote"] == quotes[0]
    assert (spaced["quote"], typed["quote"]) == ("The comet  returned", "Edmond's “great”")
    assert own == {"document_id": ID, "quote": quotes[3], "revision": None, "start": None, "end": None}


def test_no_text_of_a_document_outlives_it_in_feedback(client: TestClient, app: App) -> None:
    _give(client, evidence=[{"document_id": ID, "quote": "returned in May 1910"}])
    app.builder.delete("default", ID)
    app.builder.purge()
    assert _listed(client)[0]["evidence"][0]["quote"] is None
    root = app.settings.data_dir
    assert not any(b"May 1910" in file.read_bytes() for file in root.rglob("*") if file.is_file())


def test_a_persons_own_words_go_with_the_feedback(client: TestClient, app: App) -> None:
    kept = _give(client, rating="down", comment="mellifluous", correction="In May.")
    assert client.delete(f"/v1/feedback/{kept['id']}").status_code == 204
    assert _listed(client) == []
    again = client.delete(f"/v1/feedback/{kept['id']}")
    assert (again.status_code, again.json()["type"].rsplit("/", 1)[1]) == (404, "feedback-not-found")
    app.builder.purge()
    root = app.settings.data_dir
    assert not any(b"mellifluous" in file.read_bytes() for file in root.rglob("*") if file.is_file())


def test_feedback_comes_in_pages_in_its_order(client: TestClient) -> None:
    for number in range(5):
        _give(client, question=f"q{number}", rating="up" if number % 2 else "down")
    seen, cursor = [], 0
    while cursor is not None:
        page = client.get("/v1/feedback", params={"limit": 2, "cursor": cursor}).json()
        seen += [f["question"] for f in page["feedback"]]
        cursor = page["next_cursor"]
        if len(seen) == 2:  # what goes meanwhile moves nothing
            client.delete(f"/v1/feedback/{page['feedback'][-1]['id']}")
    assert seen == ["q0", "q1", "q2", "q3", "q4"]
    assert [f["question"] for f in _listed(client, rating="up")] == ["q3"]


def test_feedback_is_its_collections(client: TestClient, app: App) -> None:
    app.builder.put("other", Document(ID, TEXT))
    _give(client, collection="other")
    assert _listed(client) == []
    assert len(_listed(client, collection="other")) == 1
    client.delete("/v1/collections/other")
    app.builder.put("other", Document(ID, TEXT))
    assert _listed(client, collection="other") == []
    unknown = client.post(
        "/v1/feedback", json={"answer": "a", "question": "q", "rating": "up", "collection": "none"}
    )
    assert unknown.status_code == 404


def test_feedback_is_in_backups_and_stays_in_a_rebuild(client: TestClient, app: App, tmp_path: Path) -> None:
    _give(client, comment="Good.")
    before = _listed(client)
    app.builder.rebuild()
    assert _listed(client) == before
    back_up(app.index.store, tmp_path / "copy")
    client.delete(f"/v1/feedback/{before[0]['id']}")
    restore(tmp_path / "copy", Layout(app.settings.data_dir), replace=True)
    assert _listed(client) == before


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"rating": "good"}, "body.rating"),
        ({"question": ""}, "body.question"),
        ({"question": "x" * 4001}, "body.question"),
        ({"extra": 1}, "body.extra"),
        ({"evidence": [{"document_id": ID}]}, "body.evidence.0.quote"),
        ({"cited": [{"document_id": ID, "revision": "r", "start": 3, "end": 3}]}, "start must be below end"),
        ({"cited": [{"document_id": ID, "revision": "r", "start": -1, "end": 3}]}, "body.cited.0.start"),
        ({"cited": [{"document_id": ID, "revision": "r", "start": 1, "end": 2**63}]}, "body.cited.0.end"),
    ],
)
def test_what_is_not_feedback_is_refused_by_name(
    client: TestClient, given: dict[str, Any], named: str
) -> None:
    body = {"answer": "a1", "question": "q", "rating": "up", **given}
    response = client.post("/v1/feedback", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert named in response.json()["detail"]
    assert _listed(client) == []


def test_words_that_are_no_unicode_do_no_harm(client: TestClient) -> None:
    raw = b'{"answer": "a", "question": "What \\ud800?", "rating": "up"}'
    sent = client.post("/v1/feedback", content=raw, headers={"content-type": "application/json"})
    assert sent.status_code == 201
    assert _listed(client)[0]["question"] == "What \ufffd?"
