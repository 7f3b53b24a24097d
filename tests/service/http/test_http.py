"""The HTTP contract, in process over ASGI."""

import re

import httpx2
import pytest
from fastapi.testclient import TestClient

from index.types import Document
from service.wiring import App
from tests.conftest import CHENGDU
from tests.service.http.conftest import problem


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


def test_lone_surrogates_in_a_question_do_no_harm(client: TestClient) -> None:
    raw = b'{"question": "What \\ud800 happened in Chengdu?"}'
    response = client.post("/v1/answers", content=raw, headers={"content-type": "application/json"})
    assert response.status_code == 200
    assert response.json()["question"] == "What \ufffd happened in Chengdu?"


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
    problem(client.get(f"/v1/documents/{name}/text", params={"end": 10**7}), 422, "invalid-input")
    problem(
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
    problem(own.get(url), 410, "document-deleted")
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
