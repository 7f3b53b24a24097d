from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.http.app import create_app
from service.wiring import App


@pytest.fixture(scope="module")
def client(seeds_app: App) -> Iterator[TestClient]:
    """Of the seeds; a module whose tests change documents has one of its own."""
    with TestClient(create_app(seeds_app), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def own(app: App) -> Iterator[TestClient]:
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened


def problem(response: httpx2.Response, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"].endswith(f"/problems/{slug}")
    assert body["title"]
    assert body["detail"]
    return body
