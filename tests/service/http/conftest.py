from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.http.app import create_app
from service.wiring import App


@pytest.fixture(scope="module")
def client(seeds_app: App) -> Iterator[TestClient]:
    """Of the seeds; a module whose tests change documents has one of its own."""
    with TestClient(create_app(seeds_app), raise_server_exceptions=False) as opened:
        yield opened
