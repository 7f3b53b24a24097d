"""Keys, rights, origins, limits and headers, in process over ASGI."""

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.types import Message

from index.errors import InvalidInput, InvalidSettings, KeyNotFound, StorageFailed
from index.types import Document
from service.access.keyring import KeyRing
from service.access.rights import Right
from service.http.app import create_app
from service.http.guard.access import OPEN
from service.settings import load_settings
from service.wiring import App

SKY = "The comet returned in May 1910, they said."
SEA = "The tide rose by four metres at the harbour."
PROBLEM = "application/problem+json"


class _Service(NamedTuple):
    client: TestClient
    keys: KeyRing
    http: FastAPI

    def call(self, method: str, path: str, token: str, **sent: Any) -> httpx2.Response:
        return self.client.request(method, path, headers={"authorization": f"Bearer {token}"}, **sent)

    def token(self, right: Right, *collections: str) -> str:
        return self.keys.create("test", right, collections or None)[1]


@pytest.fixture
def make(app: App) -> Iterator[Callable[..., _Service]]:
    """Makes a service over an index with the collections sky and sea."""
    app.builder.put("sky", Document("a", SKY))
    app.builder.put("sea", Document("a", SEA))
    opened = []

    def made(**changed: Any) -> _Service:
        settings = app.settings.model_copy(update={"collection": "sea", **changed})
        http = create_app(replace(app, settings=settings))
        client = TestClient(http, raise_server_exceptions=False)
        opened.append(client.__enter__())
        return _Service(client, KeyRing(settings.data_dir), http)

    yield made
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def keyed(make: Callable[..., _Service]) -> _Service:
    return make(require_keys=True)


# Keys


def test_a_key_is_found_by_its_token_until_it_is_revoked(tmp_path: Path) -> None:
    ring, elsewhere = KeyRing(tmp_path / "new"), KeyRing(tmp_path / "new")
    key, token = ring.create("web", Right.READ, ["sky"])
    assert elsewhere.find(token) == key
    assert elsewhere.find(token + "x") is None
    assert elsewhere.find(key.sha256) is None
    assert ring.revoke(key.id) == key
    assert elsewhere.find(token) is None
    with pytest.raises(KeyNotFound):
        ring.revoke(key.id)


def test_a_key_is_kept_as_a_hash_that_its_owner_alone_reads(tmp_path: Path) -> None:
    _, token = KeyRing(tmp_path).create("web", Right.READ)
    kept = tmp_path / "keys.json"
    assert token.rpartition("_")[2] not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_an_expired_key_is_none(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert ring.find(ring.create("web", Right.READ, days=1)[1])
    assert ring.find(ring.create("web", Right.READ, days=0)[1]) is None


def test_keys_made_at_once_are_all_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: KeyRing(tmp_path).create(str(n), Right.READ)[1], range(40)))
    ring = KeyRing(tmp_path)
    assert len(ring.keys()) == 40
    assert all(ring.find(token) for token in made)


def test_a_change_that_fails_leaves_the_keys_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = KeyRing(tmp_path)
    key, _ = ring.create("web", Right.READ)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageFailed, match="No space left"):
        ring.create("more", Right.READ)
    assert KeyRing(tmp_path).keys() == (key,)
    assert {path.name for path in tmp_path.iterdir()} <= {"keys.json", "keys.lock"}


@pytest.mark.parametrize("damage", [b"", b"[", b"{}", b'[{"id": "a"}]', b"\xff"])
def test_a_damaged_file_lets_nobody_in(keyed: _Service, app: App, damage: bytes) -> None:
    token = keyed.token(Right.ADMIN)
    (app.settings.data_dir / "keys.json").write_bytes(damage)
    response = keyed.call("GET", "/v1/collections", token)
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (503, "storage-failed")


# Rights


class _Operation(NamedTuple):
    right: Right
    method: str
    path: str
    body: dict[str, Any] | None = None  # where the collection is named; None for the address

    def call(self, service: _Service, token: str, collection: str) -> int:
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


def test_who_may_do_what_is_as_the_model_says(keyed: _Service) -> None:
    tokens: dict[tuple[Right | None, tuple[str, ...]], str] = {}

    @given(
        st.sampled_from(OPERATIONS),
        st.sampled_from(list(RANKS)),
        st.sampled_from([(), ("sky",), ("sea",), ("sky", "sea"), ("none",)]),
        st.sampled_from(["sky", "sea", "none"]),
    )
    @hypothesis_settings(max_examples=150, deadline=None)
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


def test_every_route_is_open_on_purpose_or_closed(keyed: _Service) -> None:
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


def test_a_route_that_declares_nothing_is_for_an_admin_of_everything(keyed: _Service) -> None:
    keyed.http.add_api_route("/forgotten", lambda: "secret")
    keyed.http.mount("/mounted", FastAPI())
    for path, found in (("/forgotten", 200), ("/mounted/x", 404)):
        assert keyed.client.get(path).status_code == 401
        assert keyed.call("GET", path, keyed.token(Right.WRITE)).status_code == 403
        assert keyed.call("GET", path, keyed.token(Right.ADMIN, "sky")).status_code == 403
        assert keyed.call("GET", path, keyed.token(Right.ADMIN)).status_code == found


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic {}", "Bearer x {}", "{}", "Bearer {}é"])
def test_no_or_a_wrong_key_is_a_401(keyed: _Service, header: str) -> None:
    sent = header.format(keyed.token(Right.ADMIN)).encode()
    response = keyed.client.get("/v1/documents", headers=[(b"authorization", sent)])
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["content-type"] == PROBLEM
    assert response.json()["type"].endswith("/problems/invalid-api-key")


def test_a_key_in_the_address_is_none(keyed: _Service) -> None:
    token = keyed.token(Right.ADMIN)
    for name in ("key", "api_key", "access_token", "token"):
        assert keyed.client.get("/v1/documents", params={name: token}).status_code == 401


def test_openai_clients_are_told_as_they_expect(keyed: _Service) -> None:
    refused = keyed.client.post("/v1/chat/completions", json={})
    assert refused.status_code == 401
    assert refused.json()["error"].keys() == {"message", "type", "code", "param"}
    assert refused.json()["error"]["type"] == "authentication_error"
    assert refused.json()["error"]["code"] == "invalid_api_key"


def test_a_bound_key_sees_nothing_of_other_collections(keyed: _Service) -> None:
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


def test_feedback_of_another_collection_is_not_there(keyed: _Service) -> None:
    everything, sky = keyed.token(Right.ADMIN), keyed.token(Right.ADMIN, "sky")
    said = {"answer": "a", "question": "q", "rating": "up", "collection": "sea"}
    made = keyed.call("POST", "/v1/feedback", everything, json=said).json()["id"]
    refused = keyed.call("DELETE", f"/v1/feedback/{made}", sky)
    unknown = keyed.call("DELETE", "/v1/feedback/unknown", sky)
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert refused.json()["title"] == unknown.json()["title"]
    assert keyed.call("DELETE", f"/v1/feedback/{made}", everything).status_code == 204


def test_models_and_answers_of_another_collection_are_not_there(keyed: _Service) -> None:
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
def test_a_collection_that_is_not_named_is_not_deleted(keyed: _Service, name: str) -> None:
    for token in (keyed.token(Right.ADMIN), keyed.token(Right.ADMIN, "sky")):
        before = keyed.call("GET", "/v1/collections", token).json()
        assert keyed.call("DELETE", f"/v1/collections/{name}", token).status_code in (403, 404)
        assert keyed.call("GET", "/v1/collections", token).json() == before


def test_a_key_for_what_is_not_there_is_told_of_nothing_else(keyed: _Service) -> None:
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


def test_a_line_break_behind_an_id_is_no_other_way_to_it(keyed: _Service) -> None:
    token = keyed.token(Right.ADMIN, "sky")
    assert keyed.call("DELETE", "/v1/documents/a%0a", token).status_code == 422
    assert keyed.call("GET", "/v1/documents/a", token).status_code == 200


def test_a_key_needs_names_that_can_be_read(tmp_path: Path) -> None:
    for name, collections in (("", None), ("a\tb", None), ("web", [""]), ("web", ["a", "\n"])):
        with pytest.raises(InvalidInput):
            KeyRing(tmp_path).create(name, Right.READ, collections)


def test_measures_are_for_an_admin_of_everything(keyed: _Service) -> None:
    for token, status in (
        (keyed.token(Right.WRITE), 403),
        (keyed.token(Right.ADMIN, "sky"), 403),
        (keyed.token(Right.ADMIN), 200),
    ):
        assert keyed.call("GET", "/metrics", token).status_code == status


def test_a_body_is_not_read_before_the_key_is_known(keyed: _Service) -> None:
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


def test_the_api_reference_says_what_keys_are_for(keyed: _Service) -> None:
    described = keyed.client.get("/openapi.json").json()
    assert described["components"]["securitySchemes"]["API key"]["scheme"] == "bearer"
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert ("security" in operation) == (path not in OPEN), path
            assert {"401", "403", "429"} <= operation["responses"].keys() or path in OPEN


# Pages of others


def test_without_keys_a_foreign_name_or_page_reaches_nothing(make: Callable[..., _Service]) -> None:
    client = make().client
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "[", ""):
        assert client.get("/v1/documents", headers={"host": host}).status_code == 421, host
    for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"):
        assert client.get("/v1/documents", headers={"host": host}).status_code == 200, host
    for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
        refused = client.post("/v1/documents", json={"text": SKY}, headers={"origin": origin})
        assert (refused.status_code, refused.headers["content-type"]) == (403, PROBLEM)
    own = client.post("/v1/search", json={"question": "tide"}, headers={"origin": "http://testserver"})
    assert own.status_code == 200


def test_pages_may_call_from_listed_origins_only(make: Callable[..., _Service]) -> None:
    page = "https://example.org"
    asked = {"origin": page, "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in make(require_keys=True).client.options(
        "/v1/answers", headers=asked
    ).headers  # fmt: skip
    service = make(require_keys=True, cors_origins=[page])
    allowed = service.client.options(
        "/v1/answers", headers={**asked, "access-control-request-headers": "authorization,content-type"}
    )
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == page
    other = service.client.options("/v1/answers", headers={**asked, "origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    refused = service.client.get("/v1/documents", headers={"origin": page})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, page)
    assert "Retry-After" in refused.headers["access-control-expose-headers"]
    listed = make(cors_origins=[page]).client.get("/v1/documents", headers={"origin": page})
    assert listed.status_code == 200


# Limits


def test_over_the_limit_is_a_429_per_key_and_before_any_work(make: Callable[..., _Service]) -> None:
    service = make(require_keys=True, rate_limit="2/minute")
    first, second = service.token(Right.READ), service.token(Right.READ)
    asked = {"question": "tide"}
    statuses = [service.call("POST", "/v1/search", first, json=asked).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = service.call("POST", "/v1/search", first, content=b"not even JSON")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["content-type"] == PROBLEM
    assert service.call("POST", "/v1/search", second, json=asked).status_code == 200
    assert service.call("GET", "/health/ready", first).status_code == 200


def test_without_keys_an_address_is_limited(make: Callable[..., _Service]) -> None:
    client = make(rate_limit="1/hour").client
    assert [client.get("/v1/documents").status_code for _ in range(2)] == [200, 429]
    assert client.get("/health/live").status_code == 200


# Headers


def test_every_response_has_the_security_headers(
    keyed: _Service, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    token = keyed.token(Right.READ)
    monkeypatch.setattr(type(app.pipeline), "search", fail)
    responses = {
        200: keyed.call("GET", "/v1/documents", token),
        401: keyed.client.get("/v1/documents"),
        404: keyed.call("GET", "/nowhere", token),
        500: keyed.call("POST", "/v1/search", token, json={"question": "x"}),
    }
    for status, response in responses.items():
        assert response.status_code == status
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "script-src 'self'" in keyed.client.get("/docs").headers["content-security-policy"]


# Settings


@pytest.mark.parametrize(
    ("host", "required", "demanded"),
    [
        ("127.0.0.1", None, False),
        ("127.8.0.1", None, False),
        ("::1", None, False),
        ("localhost", None, False),
        ("0.0.0.0", None, True),  # noqa: S104
        ("::", None, True),
        ("", None, True),
        ("192.168.1.4", None, True),
        ("example.org", None, True),
        ("127.0.0.1", True, True),
        ("::", False, False),
    ],
)
def test_keys_are_demanded_unless_this_machine_alone_gets_in(
    host: str, required: bool | None, demanded: bool
) -> None:
    assert load_settings(host=host, require_keys=required).demands_keys is demanded


@pytest.mark.parametrize(
    ("given_", "named"),
    [
        ({"cors_origins": ["*"]}, "unless keys are demanded"),
        ({"cors_origins": ["https://example.org/"]}, "cors_origins"),
        ({"cors_origins": ["example.org"]}, "cors_origins"),
        ({"rate_limit": "many"}, "rate_limit"),
    ],
)
def test_settings_that_are_not_safe_or_not_clear_are_refused(given_: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidSettings, match=named):
        load_settings(**given_)


def test_every_origin_may_call_where_keys_are_demanded() -> None:
    assert load_settings(cors_origins=["*"], require_keys=True).cors_origins == ["*"]


def test_a_list_in_the_environment_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWISE_ALLOWED_HOSTS", json.dumps(["citewise.lan"]))
    assert load_settings().allowed_hosts == ["citewise.lan"]
    monkeypatch.setenv("CITEWISE_ALLOWED_HOSTS", "citewise.lan")
    with pytest.raises(InvalidSettings, match="allowed_hosts"):
        load_settings()
