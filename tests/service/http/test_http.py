"""The HTTP contract, in process over ASGI."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from index.errors import CitewiseError
from index.types import Document
from service.http.app import create_app
from service.http.problems import STATUS, status_of
from service.wiring import App
from tests.conftest import CHENGDU


@pytest.fixture
def own(app: App) -> Iterator[TestClient]:
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened


def _problem(response: httpx2.Response, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"].endswith(f"/problems/{slug}")
    assert body["title"]
    assert body["detail"]
    return body


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
    problem = _problem(own.request(method, address, json=body), 422, "invalid-input")
    (wrong,) = problem["errors"]
    assert wrong["loc"] == ["query", address.partition("?")[2].partition("=")[0]]
    assert own.get("/v1/documents/comet").status_code == 200


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", None])
def test_json_that_is_not_called_so_is_a_matter_of_its_type(own: TestClient, kind: str | None) -> None:
    headers = {"content-type": kind} if kind else {}
    response = own.post("/v1/search", content=b'{"question": "When?"}', headers=headers)
    assert "application/json" in _problem(response, 415, "unsupported-format")["detail"]


def test_a_problem_names_the_address_that_it_is_of(own: TestClient) -> None:
    for address in ("/v1/documents/sp%20ace", "/v1/documents/%C3%A9"):
        assert own.get(address).json()["instance"] == address


def test_metadata_are_found_by_the_text_that_they_were_given_as(own: TestClient) -> None:
    for name, source in {"a": "one\r\ntwo", "b": "\ufeffthree", "c": "nul\x00", "d": "Cafe\u0301"}.items():
        metadata = {"source": source, "tags": [source]}
        own.put(f"/v1/documents/{name}", json={"text": "Pears.", "metadata": metadata})
        for field in metadata:
            found = own.post("/v1/search", json={"question": "Pears?", "filters": {field: source}}).json()
            assert [p["document_id"] for p in found["passages"]] == [name], (name, field)


def test_answer_has_the_contract_shape_and_its_citations_resolve(client: TestClient) -> None:
    response = client.post("/v1/answers", json={"question": CHENGDU})
    assert response.status_code == 200
    body = response.json()
    assert body.keys() == {
        "id", "question", "standalone_question", "answerable", "abstention", "confidence", "short_answer",
        "answer", "citations", "passages", "conflicts", "index_version", "composer", "models", "timings_ms",
        "withheld",
    }  # fmt: skip
    assert body["answerable"] is True
    assert body["abstention"] is None
    assert body["timings_ms"].keys() == {"retrieve", "rerank", "compose", "total"}
    for citation in body["citations"]:
        assert body["answer"][citation["start"] : citation["end"]] == citation["text"]
        for source in citation["sources"]:
            assert source["verified"] is True
            assert client.get(source["url"]).text == source["cited_text"]
            length = source["end_char_index"] - source["start_char_index"]
            assert length == len(source["cited_text"])
    for passage in body["passages"]:
        assert passage["end"] - passage["start"] == len(passage["text"])
        assert passage["scores"].keys() == {"dense", "lexical", "rerank"}


def test_abstention_has_a_reason_and_the_nearest_passages(client: TestClient) -> None:
    body = client.post("/v1/answers", json={"question": "Who won the chess game in Reykjavik?"}).json()
    assert body["answerable"] is False
    assert body["citations"] == []
    assert body["short_answer"] is None
    assert body["abstention"]["reason"] == "entity_missing"
    assert "Reykjavik" in body["abstention"]["detail"]
    assert body["passages"]


def test_what_is_said_to_be_missing_is_in_no_passage_that_is_shown(own: TestClient) -> None:
    texts = (
        "The comet expedition of 1910 was costly. Its members were paid in gold.",
        "Members of the academy met Nobel at a dinner in Paris. The dinner was long.",
        "Berg bought a telescope. It was sold again.",
        "The weather was mild during the expedition.",
    )
    for number, text in enumerate(texts):
        own.put(f"/v1/documents/{number}", json={"text": text})
    reasons = set()
    for question in (
        "What was the weather during the Paris expedition?",
        "Which telescope did Nobel sell in Paris?",
        "Who painted the ceiling of the Berg chapel in Oslo?",
        "How tall is Nobel?",
    ):
        body = own.post("/v1/answers", json={"question": question}).json()
        if body["answerable"]:
            continue
        reasons.add(body["abstention"]["reason"])
        shown = " ".join(passage["text"] for passage in body["passages"])
        for word in re.findall("“(.+?)”", body["abstention"]["detail"]):
            assert word not in shown
    assert "entity_missing" in reasons


def test_a_filter_that_lets_nothing_through_is_the_reason(client: TestClient) -> None:
    body = client.post("/v1/answers", json={"question": CHENGDU, "filters": {"source": "Nobody"}}).json()
    assert body["abstention"]["reason"] == "filtered_out"
    assert body["passages"] == []


def test_filters_hold_in_answers(client: TestClient) -> None:
    asked = {"question": CHENGDU, "filters": {"source": "The Gulf Observer"}}
    body = client.post("/v1/answers", json=asked).json()
    assert {p["document_id"][:3] for p in body["passages"]} == {"002"}


def test_the_same_question_gives_the_same_bytes(client: TestClient) -> None:
    first, second = (client.post("/v1/answers", json={"question": CHENGDU}).json() for _ in range(2))
    del first["timings_ms"], second["timings_ms"]
    assert first == second


def test_search_returns_ranked_passages(client: TestClient) -> None:
    body = client.post("/v1/search", json={"question": CHENGDU, "top_k": 3}).json()
    scores = [p["score"] for p in body["passages"]]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


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
    problem = client.post("/v1/answers", json=body)
    assert named in problem.json()["detail"]
    assert problem.status_code == 422
    assert problem.headers["content-type"] == "application/problem+json"


def test_validation_lists_each_place(client: TestClient) -> None:
    problem = _problem(client.post("/v1/answers", json={"top_k": 0}), 422, "invalid-input")
    assert {tuple(e["loc"]) for e in problem["errors"]} == {("body", "question"), ("body", "top_k")}


def test_lone_surrogates_in_a_question_do_no_harm(client: TestClient) -> None:
    raw = b'{"question": "What \\ud800 happened in Chengdu?"}'
    response = client.post("/v1/answers", content=raw, headers={"content-type": "application/json"})
    assert response.status_code == 200
    assert response.json()["question"] == "What \ufffd happened in Chengdu?"


def test_unknown_collection_and_path_are_404(client: TestClient) -> None:
    _problem(
        client.post("/v1/answers", json={"question": "x", "collection": "none"}), 404, "collection-not-found"
    )
    _problem(client.get("/v1/documents/none"), 404, "document-not-found")
    _problem(client.get("/nowhere"), 404, "not-found")
    for address, allowed in [
        ("/v1/answers", "POST"),
        ("/v1/documents", "GET, HEAD, POST"),
        ("/v1/documents/comet", "DELETE, GET, HEAD, PUT"),
    ]:
        wrong = client.patch(address)
        _problem(wrong, 405, "method-not-allowed")
        assert wrong.headers["allow"] == allowed


@pytest.mark.parametrize(
    "address", ["/health/live", "/metrics", "/v1/documents", "/v1/documents/none", "/openapi.json", "/"]
)
def test_head_is_get_without_what_it_sends(client: TestClient, address: str) -> None:
    whole, head = client.get(address), client.head(address)
    assert head.content == b""
    assert head.status_code == whole.status_code
    of = ("content-type", "etag", "x-frame-options")
    assert {name: head.headers.get(name) for name in of} == {name: whole.headers.get(name) for name in of}


def test_text_of_a_range_and_as_json(client: TestClient) -> None:
    name = "002_6f44717531d63dab.txt"
    whole = client.get(f"/v1/documents/{name}/text").text
    part = client.get(f"/v1/documents/{name}/text", params={"start": 5, "end": 25})
    assert part.text == whole[5:25]
    as_json = client.get(f"/v1/documents/{name}/text", headers={"accept": "application/json"}).json()
    assert (as_json["text"], as_json["end"]) == (whole, len(whole))
    _problem(client.get(f"/v1/documents/{name}/text", params={"end": 10**7}), 422, "invalid-input")
    _problem(
        client.get(f"/v1/documents/{name}/text", params={"revision": "sha256:0"}), 404, "revision-not-found"
    )


def test_documents_are_listed_in_pages(client: TestClient) -> None:
    first = client.get("/v1/documents", params={"limit": 3}).json()
    second = client.get("/v1/documents", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    ids = [d["id"][:3] for d in first["documents"] + second["documents"]]
    assert ids == ["000", "001", "002", "003", "004"]
    assert second["next_cursor"] is None


def test_a_citation_of_a_deleted_document_is_gone(own: TestClient, app: App) -> None:
    app.builder.put("default", Document("folder/ü?.txt", "The comet returned in May 1910, they said."))
    body = own.post("/v1/answers", json={"question": "When did the comet return?"}).json()
    url = body["citations"][0]["sources"][0]["url"]
    assert own.get(url).status_code == 200
    app.builder.delete("default", "folder/ü?.txt")
    _problem(own.get(url), 410, "document-deleted")
    assert (
        own.post("/v1/answers", json={"question": "When did the comet return?"}).json()["answerable"] is False
    )


def test_health_says_alive_and_ready(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "alive"}
    assert client.get("/health/ready").json()["index_version"] == 5


def test_api_reference_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "https://" not in page
    assert client.get("/static-offline-docs/swagger-ui-bundle.js").status_code == 200
    described = client.get("/openapi.json").json()
    assert "codepoint" in described["info"]["description"]
    assert {"/v1/answers", "/v1/search", "/v1/documents/{document_id}/text"} <= described["paths"].keys()


def test_an_unexpected_fault_is_a_500_without_internals(
    own: TestClient, app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("internal detail")

    monkeypatch.setattr(type(app.pipeline), "search", fail)
    problem = _problem(own.post("/v1/search", json={"question": "x"}), 500, "internal-error")
    assert "internal detail" not in problem["detail"]
    fault = problem["detail"].split("fault ")[1].rstrip(".")
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
    _problem(own.post("/v1/search", json={"question": "comet"}), 409, "index-mismatch")
    _problem(own.get("/health/ready"), 409, "index-mismatch")


@pytest.mark.parametrize("document_id", [".", "..", "../x", "a/../b", "a/."])
def test_an_id_that_an_address_cannot_hold_is_refused(own: TestClient, document_id: str) -> None:
    response = own.post("/v1/documents", json={"text": "The comet returned.", "id": document_id})
    assert _problem(response, 422, "invalid-input")


def test_an_overlong_body_is_refused_before_it_is_sent(client: TestClient) -> None:
    said = {"content-type": "application/json", "content-length": "99999999999"}
    refused = client.post("/v1/answers", content=b"{", headers=said)
    assert _problem(refused, 413, "request-entity-too-large")
    assert refused.headers["x-request-id"]
    assert refused.headers["x-content-type-options"] == "nosniff"
    long = {"question": "x", "history": [{"role": "user", "content": "x" * 90_000}] * 50}
    assert _problem(client.post("/v1/answers", json=long), 413, "request-entity-too-large")


def test_a_filter_that_nests_deeply_is_plain_text(client: TestClient) -> None:
    assert client.get("/v1/documents", params={"filter": "a=" + "[" * 1200}).json()["documents"] == []


def test_of_many_errors_some_are_named(client: TestClient) -> None:
    body = {"question": "q"} | {f"unknown{i}": i for i in range(500)}
    problem = _problem(client.post("/v1/search", json=body), 422, "invalid-input")
    assert len(problem["errors"]) == 20


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
    problem = _problem(client.post("/v1/answers", json=body), 422, slug)
    assert problem["errors"] == [{"loc": place, "msg": problem["detail"]}]


def test_every_422_says_where(client: TestClient) -> None:
    boundless = client.post("/v1/documents", content=b"x", headers={"content-type": "multipart/form-data"})
    empty = client.put("/v1/documents/empty", json={"text": ""})
    broken = client.put("/v1/documents/a", content=b"%PDF-1.7", headers={"content-type": "application/pdf"})
    for refused in (boundless, empty, broken):
        problem = refused.json()
        assert (refused.status_code, problem["errors"]) == (
            422,
            [{"loc": ["body"], "msg": problem["detail"]}],
        )
    listed = client.get("/v1/documents", params={"filter": "abc"}).json()
    assert [e["loc"] for e in listed["errors"]] == [["query", "filter"]]
    asked = client.post("/v1/answers", json={"question": "q", "filters": {"x": {"foo": 1}}}).json()
    assert [e["loc"] for e in asked["errors"]] == [["body", "filters", "x"]]


def test_a_collection_is_found_however_its_name_is_composed(own: TestClient) -> None:
    own.put("/v1/documents/a?collection=caf%C3%A9", json={"text": "The comet returned."})
    assert own.get("/v1/models/citewise/cafe%CC%81").status_code == 200
    listed = own.get("/v1/collections").json()
    assert ([c["name"] for c in listed["collections"]], listed["default"]) == (["café"], "default")
    assert own.delete("/v1/collections/cafe%CC%81").status_code == 200


def test_a_chat_may_name_its_collection_beside_the_plain_model(own: TestClient) -> None:
    own.put("/v1/documents/comet?collection=sky", json={"text": "The comet returned in May 1910."})
    asked = {"messages": [{"role": "user", "content": "When did the comet return?"}]}

    def chat(**named: str) -> httpx2.Response:
        return own.post("/v1/chat/completions", json={**asked, **named})

    for named in ({"model": "citewise", "collection": "sky"}, {"model": "citewise/sky", "collection": "sky"}):
        assert "1910" in chat(**named).json()["choices"][0]["message"]["content"]
    assert chat(model="citewise/sky", collection="sea").status_code == 422
    assert chat(model="citewise", collection="sea").status_code == 404


def test_an_error_names_places_of_the_body_alone(client: TestClient) -> None:
    body = {"model": "citewise", "messages": [{"role": "user", "content": 5}]}
    message = client.post("/v1/chat/completions", json=body).json()["error"]["message"]
    assert "function" not in message
    assert "0x" not in message


@pytest.mark.parametrize("body", [b"\xff\x00", b"{", b"[]", b""])
def test_a_body_that_is_no_json_object_is_invalid(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/answers", content=body, headers={"content-type": "application/json"})
    assert _problem(response, 422, "invalid-input")
