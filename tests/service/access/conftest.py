from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.types import Document
from service.access.keyring import KeyRing
from service.http.app import create_app
from service.wiring import App
from tests.service.access.service import SEA, SKY, Service


@pytest.fixture
def make(app: App) -> Iterator[Callable[..., Service]]:
    """Makes a service over an index with the collections sky and sea."""
    app.builder.put("sky", Document("a", SKY))
    app.builder.put("sea", Document("a", SEA))
    opened = []

    def made(**changed: Any) -> Service:
        settings = app.settings.model_copy(update={"collection": "sea", **changed})
        http = create_app(replace(app, settings=settings))
        client = TestClient(http, raise_server_exceptions=False)
        opened.append(client.__enter__())
        return Service(client, KeyRing(settings.data_dir), http)

    yield made
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def keyed(make: Callable[..., Service]) -> Service:
    return make(require_keys=True)
