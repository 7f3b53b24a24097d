"""What is refused over HTTP, and the problem that says why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.errors import CitewiseError
from index.types import Document
from service.http.problems import STATUS, status_of
from service.wiring import App
from tests.service.http.conftest import problem


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("DELETE", "/v1/documents/comet?colection=other"),
        ("POST", "/v1/answers?collection=other"),
        ("GET", "/v1/documents?source=S"),
        ("GET", "/v1/documents/comet/text?begin=3"),
    ],
)
def test_a_parameter_that_an_address_does_not_have_is_refused(
    own: TestClient, method: str, address: str
) -> None:
    own.put("/v1/documents/comet", json={"text": "The comet returned."})
    body = {"question": "When?"} if method == "POST" else None
    told = problem(own.request(method, address, json=body), 422, "invalid-input")
    (wrong,) = told["errors"]
    assert wrong["loc"] == ["query", address.partition("?")[2].partition("=")[0]]
    assert own.get("/v1/documents/comet").status_code == 200


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", None])
def test_json_that_is_not_called_so_is_a_matter_of_its_type(own: TestClient, kind: str | None) -> None:
    headers = {"content-type": kind} if kind else {}
    response = own.post("/v1/search", content=b'{"question": "When?"}', headers=headers)
    assert "application/json" in problem(response, 415, "unsupported-format")["detail"]


def test_a_problem_names_the_address_that_it_is_of(own: TestClient) -> None:
    for address in ("/v1/documents/sp%20ace", "/v1/documents/%C3%A9"):
        assert own.get(address).json()["instance"] == address


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"question": ""}, "empty"),
        ({"question": "  \n"}, "empty"),
        ({"question": "?"}, "no word"),
        ({"question": "\u202e😀"}, "no word"),
        ({"question": "x" * 100_000}, "100,000"),
        ({"question": "x", "top_k": 0}, "top_k"),
        ({"question": "x", "unknown": 1}, "unknown"),
        ({"question": "x", "filters": {"a": {"near": 1}}}, "near"),
        ({}, "question"),
        ({"question": "x", "filters": {"a": 10**30}}, "filter"),
        ({"question": "x", "filters": {"a": [1] * 1001}}, "filters"),
        ({"question": "x", "filters": {f"k{i}": 1 for i in range(51)}}, "filters"),
        ({"question": "x", "filters": {"a": [[1]]}}, "filters"),
    ],
)
def test_what_is_not_valid_is_a_422_that_names_it(
    client: TestClient, body: dict[str, Any], named: str
) -> None:
    told = client.post("/v1/answers", json=body)
    assert named in told.json()["detail"]
    assert told.status_code == 422
    assert told.headers["content-type"] == "application/problem+json"


def test_validation_lists_each_place(client: TestClient) -> None:
    told = problem(client.post("/v1/answers", json={"top_k": 0}), 422, "invalid-input")
    assert {tuple(e["loc"]) for e in told["errors"]} == {("body", "question"), ("body", "top_k")}


def test_unknown_collection_and_path_are_404(client: TestClient) -> None:
    problem(
        client.post("/v1/answers", json={"question": "x", "collection": "none"}), 404, "collection-not-found"
    )
    problem(client.get("/v1/documents/none"), 404, "document-not-found")
    problem(client.get("/nowhere"), 404, "not-found")
    for address, allowed in [
        ("/v1/answers", "POST"),
        ("/v1/documents", "GET, HEAD, POST"),
        ("/v1/documents/comet", "DELETE, GET, HEAD, PUT"),
    ]:
        wrong = client.patch(address)
        problem(wrong, 405, "method-not-allowed")
        assert wrong.headers["allow"] == allowed


def test_an_unexpected_fault_is_a_500_without_internals(
    own: TestClient, app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("internal detail")

    monkeypatch.setattr(type(app.pipeline), "search", fail)
    told = problem(own.post("/v1/search", json={"question": "x"}), 500, "internal-error")
    assert "internal detail" not in told["detail"]
    fault = told["detail"].split("fault ")[1].rstrip(".")
    assert fault in caplog.text


def _tree(kind: type[CitewiseError]) -> Iterator[type[CitewiseError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _tree(below)


def test_every_error_of_the_tree_has_a_status() -> None:
    kinds = list(_tree(CitewiseError))
    assert len(kinds) > 15
    assert all(status_of(kind("x")) >= 400 for kind in kinds)
    assert len({kind.slug for kind in kinds}) == len(kinds)
    assert len({kind for kind, _ in STATUS}) == len(STATUS)


def test_an_index_rebuilt_another_way_under_the_server_is_a_409(
    own: TestClient, app: App, tmp_path: Path
) -> None:
    from service.wiring import open_app

    app.builder.put("default", Document("a", "The comet returned."))
    changed = app.settings.model_copy(update={"chunk_tokens": 64})
    with open_app(changed, rebuilding=True) as rebuilding:
        rebuilding.builder.rebuild()
    problem(own.post("/v1/search", json={"question": "comet"}), 409, "index-mismatch")
    problem(own.get("/health/ready"), 409, "index-mismatch")


@pytest.mark.parametrize("document_id", [".", "..", "../x", "a/../b", "a/."])
def test_an_id_that_an_address_cannot_hold_is_refused(own: TestClient, document_id: str) -> None:
    response = own.post("/v1/documents", json={"text": "The comet returned.", "id": document_id})
    assert problem(response, 422, "invalid-input")


def test_an_overlong_body_is_refused_before_it_is_sent(client: TestClient) -> None:
    said = {"content-type": "application/json", "content-length": "99999999999"}
    refused = client.post("/v1/answers", content=b"{", headers=said)
    assert problem(refused, 413, "request-entity-too-large")
    assert refused.headers["x-request-id"]
    assert refused.headers["x-content-type-options"] == "nosniff"
    long = {"question": "x", "history": [{"role": "user", "content": "x" * 90_000}] * 50}
    assert problem(client.post("/v1/answers", json=long), 413, "request-entity-too-large")


def test_a_filter_that_nests_deeply_is_plain_text(client: TestClient) -> None:
    assert client.get("/v1/documents", params={"filter": "a=" + "[" * 1200}).json()["documents"] == []


def test_of_many_errors_some_are_named(client: TestClient) -> None:
    body = {"question": "q"} | {f"unknown{i}": i for i in range(500)}
    told = problem(client.post("/v1/search", json=body), 422, "invalid-input")
    assert len(told["errors"]) == 20


@pytest.mark.parametrize(
    ("body", "slug", "place"),
    [
        ({"question": " "}, "invalid-question", ["body", "question"]),
        (
            {"question": "q", "filters": {"published_at": {"gte": "soon"}}},
            "invalid-filter",
            ["body", "filters"],
        ),
    ],
)
def test_what_only_the_pipeline_can_judge_is_named_too(
    client: TestClient, body: dict[str, Any], slug: str, place: list[str]
) -> None:
    told = problem(client.post("/v1/answers", json=body), 422, slug)
    assert told["errors"] == [{"loc": place, "msg": told["detail"]}]


def test_every_422_says_where(client: TestClient) -> None:
    boundless = client.post("/v1/documents", content=b"x", headers={"content-type": "multipart/form-data"})
    empty = client.put("/v1/documents/empty", json={"text": ""})
    broken = client.put("/v1/documents/a", content=b"%PDF-1.7", headers={"content-type": "application/pdf"})
    for refused in (boundless, empty, broken):
        told = refused.json()
        assert (refused.status_code, told["errors"]) == (
            422,
            [{"loc": ["body"], "msg": told["detail"]}],
        )
    listed = client.get("/v1/documents", params={"filter": "abc"}).json()
    assert [e["loc"] for e in listed["errors"]] == [["query", "filter"]]
    asked = client.post("/v1/answers", json={"question": "q", "filters": {"x": {"foo": 1}}}).json()
    assert [e["loc"] for e in asked["errors"]] == [["body", "filters", "x"]]


def test_an_error_names_places_of_the_body_alone(client: TestClient) -> None:
    body = {"model": "citewise", "messages": [{"role": "user", "content": 5}]}
    message = client.post("/v1/chat/completions", json=body).json()["error"]["message"]
    assert "function" not in message
    assert "0x" not in message


@pytest.mark.parametrize("body", [b"\xff\x00", b"{", b"[]", b""])
def test_a_body_that_is_no_json_object_is_invalid(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/answers", content=body, headers={"content-type": "application/json"})
    assert problem(response, 422, "invalid-input")
