"""``POST /v1/citations/verify``."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from service.http.app import create_app
from service.wiring import App
from tests.conftest import CHENGDU, TEST_HOSTS

TEXT = "Der Comet 🌠 kam 1910. 彗星回来了。"


@pytest.fixture
def own(app: App) -> Iterator[TestClient]:
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        opened.put("/v1/documents/comet", json={"text": TEXT})
        yield opened


def _verify(client: TestClient, *citations: Any) -> list[dict[str, Any]]:
    response = client.post("/v1/citations/verify", json={"citations": list(citations)})
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["citations"]
    return found


def _source(client: TestClient, start: int, end: int, text: str) -> dict[str, Any]:
    revision = client.get("/v1/documents/comet").json()["revision"]
    return {
        "document_id": "comet",
        "revision": revision,
        "start_char_index": start,
        "end_char_index": end,
        "cited_text": text,
    }


def test_citations_of_an_answer_verify_as_they_came(client: TestClient) -> None:
    citations = client.post("/v1/answers", json={"question": CHENGDU}).json()["citations"]
    verified = _verify(client, *citations)
    assert [c["id"] for c in verified] == [c["id"] for c in citations]
    assert all(c["verified"] and c["reason"] is None for c in verified)


def test_one_wrong_source_makes_a_citation_wrong(own: TestClient) -> None:
    good, bad = _source(own, 4, 11, "Comet 🌠"), _source(own, 0, 3, "Die")
    (citation,) = _verify(own, {"id": "1", "sources": [good, bad]})
    assert (citation["verified"], citation["reason"]) == (False, "text_differs")
    assert [s["verified"] for s in citation["sources"]] == [True, False]


def test_an_empty_revision_is_none(own: TestClient) -> None:
    (citation,) = _verify(own, {**_source(own, 0, 3, "Der"), "revision": ""})
    assert (citation["verified"], citation["reason"]) == (False, "revision_not_found")
    assert own.get("/v1/documents/comet/text", params={"revision": ""}).status_code == 404


def test_each_fault_has_its_reason(own: TestClient) -> None:
    good = _source(own, 0, 3, "Der")
    later = _source(own, 0, len(TEXT) + 1, TEXT)
    faults = _verify(
        own,
        {**good, "document_id": "none"},
        {**good, "revision": "sha256:0"},
        later,
        {**good, "end_char_index": 0},
        {"sources": []},
    )
    assert [c["reason"] for c in faults] == [
        "document_not_found",
        "revision_not_found",
        "out_of_range",
        "out_of_range",
        None,
    ]
    assert not any(c["verified"] for c in faults)
    own.delete("/v1/documents/comet")
    assert _verify(own, good)[0]["reason"] == "deleted"


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.text(max_size=5))
def test_only_the_exact_text_of_the_range_verifies(
    own_shared: TestClient, start: int, end: int, other: str
) -> None:
    exact, wrong = (
        _verify(own_shared, _source(own_shared, start, end, text))[0]["verified"]
        for text in (TEXT[start:end], other)
    )
    assert exact == (start < end)
    assert wrong == (start < end and other == TEXT[start:end])


@pytest.fixture(scope="module")
def own_shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    from service.settings import load_settings
    from service.wiring import open_app

    settings = load_settings(data_dir=tmp_path_factory.mktemp("verify") / "index", allowed_hosts=TEST_HOSTS)
    with open_app(settings, create=True) as app, TestClient(create_app(app)) as opened:
        opened.put("/v1/documents/comet", json={"text": TEXT})
        yield opened
