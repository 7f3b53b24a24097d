"""Pages of others, limits and headers."""

from collections.abc import Callable

import pytest

from service.access.rights import Right
from service.wiring import App
from tests.service.access.service import PROBLEM, SKY, Service


def test_without_keys_a_foreign_name_or_page_reaches_nothing(make: Callable[..., Service]) -> None:
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


def test_pages_may_call_from_listed_origins_only(make: Callable[..., Service]) -> None:
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


def test_over_the_limit_is_a_429_per_key_and_before_any_work(make: Callable[..., Service]) -> None:
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


def test_without_keys_an_address_is_limited(make: Callable[..., Service]) -> None:
    client = make(rate_limit="1/hour").client
    assert [client.get("/v1/documents").status_code for _ in range(2)] == [200, 429]
    assert client.get("/health/live").status_code == 200


def test_every_response_has_the_security_headers(
    keyed: Service, app: App, monkeypatch: pytest.MonkeyPatch
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
