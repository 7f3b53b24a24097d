"""Who may do what, over HTTP."""

import asyncio
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.types import Message

from service.access.rights import Right
from service.http.guard.access import OPEN
from service.wiring import App
from tests.service.access.service import PROBLEM, SKY, Service


class _Operation(NamedTuple):
    right: Right
    method: str
    path: str
    body: dict[str, Any] | None = None  # where the collection is named; None for the address

    def call(self, service: Service, token: str, collection: str) -> int:
        where = {"json": {**self.body, "collection": collection}} if self.body is not None else {}
        path = self.path.format(collection=collection)
        return service.call(self.method, path, token, **where).status_code


_UPLOAD = "/v1/documents/new?collection={collection}"
OPERATIONS = [
    _Operation(Right.READ, "POST", "/v1/answers", {"question": "When did the comet return?"}),
    _Operation(Right.READ, "POST", "/v1/answers", {"question": "When did it return?", "stream": True}),
    _Operation(Right.READ, "POST", "/v1/search", {"question": "comet"}),
    _Operation(Right.READ, "POST", "/v1/citations/verify", {"citations": []}),
    _Operation(Right.READ, "POST", "/v1/feedback", {"answer": "a", "question": "q", "rating": "up"}),
    _Operation(Right.READ, "GET", "/v1/documents?collection={collection}"),
    _Operation(Right.READ, "GET", "/v1/documents/a?collection={collection}"),
    _Operation(Right.READ, "GET", "/v1/documents/a/text?collection={collection}"),
    _Operation(Right.WRITE, "PUT", _UPLOAD),
    _Operation(Right.WRITE, "POST", "/v1/documents?collection={collection}"),
    _Operation(Right.WRITE, "DELETE", _UPLOAD),
    _Operation(Right.ADMIN, "GET", "/v1/feedback?collection={collection}"),
    _Operation(Right.ADMIN, "DELETE", "/v1/collections/{collection}"),
]
RANKS = {None: 0, Right.READ: 1, Right.WRITE: 2, Right.ADMIN: 3}


def test_who_may_do_what_is_as_the_model_says(keyed: Service) -> None:
    tokens: dict[tuple[Right | None, tuple[str, ...]], str] = {}

    @given(
        st.sampled_from(OPERATIONS),
        st.sampled_from(list(RANKS)),
        st.sampled_from([(), ("sky",), ("sea",), ("sky", "sea"), ("none",)]),
        st.sampled_from(["sky", "sea", "none"]),
    )
    @hypothesis_settings(max_examples=150)
    def check(operation: _Operation, right: Right | None, bound: tuple[str, ...], collection: str) -> None:
        if (right, bound) not in tokens:
            tokens[right, bound] = keyed.token(right, *bound) if right else "cw_nobody_knows"
        status = operation.call(keyed, tokens[right, bound], collection)
        if right is None:
            assert status == 401
        elif RANKS[right] < RANKS[operation.right] or (bound and collection not in bound):
            assert status == 403
        else:
            assert status not in (401, 403, 500)

    check()


def test_every_route_is_open_on_purpose_or_closed(keyed: Service) -> None:
    met = set()
    for route in iter_route_contexts(keyed.http.routes):
        path = str(route.path_format).replace("{document_id}", "a").replace("{path}", "swagger-ui.css")
        for method in route.methods or {"GET"}:
            status = keyed.client.request(method, path).status_code
            if route.path in OPEN or path.startswith(("/static-offline-docs/", "/static/")):
                assert status not in (401, 403), path
            else:
                assert status == 401, path
                met.add(path)
    assert len(met) > 8


def test_a_route_that_declares_nothing_is_for_an_admin_of_everything(keyed: Service) -> None:
    keyed.http.add_api_route("/forgotten", lambda: "secret")
    keyed.http.mount("/mounted", FastAPI())
    for path, found in (("/forgotten", 200), ("/mounted/x", 404)):
        assert keyed.client.get(path).status_code == 401
        assert keyed.call("GET", path, keyed.token(Right.WRITE)).status_code == 403
        assert keyed.call("GET", path, keyed.token(Right.ADMIN, "sky")).status_code == 403
        assert keyed.call("GET", path, keyed.token(Right.ADMIN)).status_code == found


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic {}", "Bearer x {}", "{}", "Bearer {}é"])
def test_no_or_a_wrong_key_is_a_401(keyed: Service, header: str) -> None:
    sent = header.format(keyed.token(Right.ADMIN)).encode()
    response = keyed.client.get("/v1/documents", headers=[(b"authorization", sent)])
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["content-type"] == PROBLEM
    assert response.json()["type"].endswith("/problems/invalid-api-key")


def test_a_key_in_the_address_is_none(keyed: Service) -> None:
    token = keyed.token(Right.ADMIN)
    for name in ("key", "api_key", "access_token", "token"):
        assert keyed.client.get("/v1/documents", params={name: token}).status_code == 401


def test_openai_clients_are_told_as_they_expect(keyed: Service) -> None:
    refused = keyed.client.post("/v1/chat/completions", json={})
    assert refused.status_code == 401
    assert refused.json()["error"].keys() == {"message", "type", "code", "param"}
    assert refused.json()["error"]["type"] == "authentication_error"
    assert refused.json()["error"]["code"] == "invalid_api_key"


def test_a_bound_key_sees_nothing_of_other_collections(keyed: Service) -> None:
    token = keyed.token(Right.ADMIN, "sky")
    assert [c["name"] for c in keyed.call("GET", "/v1/collections", token).json()["collections"]] == ["sky"]
    assert keyed.call("GET", "/health/ready", token).json()["collections"] == ["sky"]
    assert keyed.client.get("/health/ready").json()["collections"] == []
    # The default is the key's, not the service's.
    assert keyed.call("GET", "/v1/documents/a/text", token).text == SKY
    found = keyed.call("POST", "/v1/search", token, json={"question": "tide"}).json()
    assert {p["text"] for p in found["passages"]} == {SKY}
    there = keyed.call("GET", "/v1/documents?collection=sea", token).json()
    nowhere = keyed.call("GET", "/v1/documents?collection=moon", token).json()
    assert {**there, "detail": there["detail"].replace("sea", "moon")} == nowhere


def test_feedback_of_another_collection_is_not_there(keyed: Service) -> None:
    everything, sky = keyed.token(Right.ADMIN), keyed.token(Right.ADMIN, "sky")
    said = {"answer": "a", "question": "q", "rating": "up", "collection": "sea"}
    made = keyed.call("POST", "/v1/feedback", everything, json=said).json()["id"]
    refused = keyed.call("DELETE", f"/v1/feedback/{made}", sky)
    unknown = keyed.call("DELETE", "/v1/feedback/unknown", sky)
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert refused.json()["title"] == unknown.json()["title"]
    assert keyed.call("DELETE", f"/v1/feedback/{made}", everything).status_code == 204


def test_models_and_answers_of_another_collection_are_not_there(keyed: Service) -> None:
    everything, sky = keyed.token(Right.READ), keyed.token(Right.READ, "sky")
    models = keyed.call("GET", "/v1/models", sky).json()["data"]
    assert [model["id"] for model in models] == ["citewise", "citewise/sky"]
    asked = {"model": "citewise/sea", "messages": [{"role": "user", "content": "What of the tide?"}]}
    refused = keyed.call("POST", "/v1/chat/completions", sky, json=asked)
    assert (refused.status_code, refused.json()["error"]["type"]) == (403, "permission_error")
    question = {"question": "When was the tide?", "collection": "sea"}
    answer = keyed.call("POST", "/v1/answers", everything, json=question).json()["id"]
    opinion = f"/v1/answers/{answer}/feedback"
    assert keyed.call("POST", opinion, sky, json={"rating": "up"}).status_code == 404
    assert keyed.call("POST", opinion, everything, json={"rating": "up"}).status_code == 201


@pytest.mark.parametrize("name", ["", "%20", "ghost"])
def test_a_collection_that_is_not_named_is_not_deleted(keyed: Service, name: str) -> None:
    for token in (keyed.token(Right.ADMIN), keyed.token(Right.ADMIN, "sky")):
        before = keyed.call("GET", "/v1/collections", token).json()
        assert keyed.call("DELETE", f"/v1/collections/{name}", token).status_code in (403, 404)
        assert keyed.call("GET", "/v1/collections", token).json() == before


def test_a_key_for_what_is_not_there_is_told_of_nothing_else(keyed: Service) -> None:
    ghost = keyed.token(Right.ADMIN, "ghost")
    for method, path, body in (
        ("GET", "/v1/documents", None),
        ("POST", "/v1/search", {"question": "tide"}),
        ("POST", "/v1/answers", {"question": "tide"}),
        ("POST", "/v1/answers", {"question": "tide", "stream": True}),
        ("GET", "/v1/feedback", None),
        ("DELETE", "/v1/collections/ghost", None),
    ):
        refused = keyed.call(method, path, ghost, **({"json": body} if body else {}))
        assert refused.status_code == 404, path
        assert "sky" not in refused.json()["detail"]
        assert "sea" not in refused.json()["detail"]


def test_a_line_break_behind_an_id_is_no_other_way_to_it(keyed: Service) -> None:
    token = keyed.token(Right.ADMIN, "sky")
    assert keyed.call("DELETE", "/v1/documents/a%0a", token).status_code == 422
    assert keyed.call("GET", "/v1/documents/a", token).status_code == 200


def test_measures_are_for_an_admin_of_everything(keyed: Service) -> None:
    for token, status in (
        (keyed.token(Right.WRITE), 403),
        (keyed.token(Right.ADMIN, "sky"), 403),
        (keyed.token(Right.ADMIN), 200),
    ):
        assert keyed.call("GET", "/metrics", token).status_code == status


def test_a_body_is_not_read_before_the_key_is_known(keyed: Service) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was asked for")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "PUT", "scheme": "http", "path": "/v1/documents/a",
        "raw_path": b"/v1/documents/a", "query_string": b"", "headers": [(b"host", b"testserver")],
        "server": ("testserver", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    asyncio.run(keyed.http(scope, receive, send))
    assert sent[0]["status"] == 401


def test_the_api_reference_says_what_keys_are_for(keyed: Service) -> None:
    described = keyed.client.get("/openapi.json").json()
    assert described["components"]["securitySchemes"]["API key"]["scheme"] == "bearer"
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert ("security" in operation) == (path not in OPEN), path
            assert {"401", "403", "429"} <= operation["responses"].keys() or path in OPEN


@pytest.mark.parametrize("damage", [b"", b"[", b"{}", b'[{"id": "a"}]', b"\xff"])
def test_a_damaged_file_lets_nobody_in(keyed: Service, app: App, damage: bytes) -> None:
    token = keyed.token(Right.ADMIN)
    (app.settings.data_dir / "keys.json").write_bytes(damage)
    response = keyed.call("GET", "/v1/collections", token)
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (503, "storage-failed")
    assert str(app.settings.data_dir) not in response.text
    # A probe that sends a key learns that the process lives.
    for path in ("/health/live", "/health/ready", "/docs"):
        assert keyed.call("GET", path, token).status_code == 200
