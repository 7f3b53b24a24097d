"""A service with keys, in process over ASGI."""

from typing import Any, NamedTuple

import httpx2
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.access.keyring import KeyRing
from service.access.rights import Right

SKY = "The comet returned in May 1910, they said."
SEA = "The tide rose by four metres at the harbour."
PROBLEM = "application/problem+json"


class Service(NamedTuple):
    client: TestClient
    keys: KeyRing
    http: FastAPI

    def call(self, method: str, path: str, token: str, **sent: Any) -> httpx2.Response:
        return self.client.request(method, path, headers={"authorization": f"Bearer {token}"}, **sent)

    def token(self, right: Right, *collections: str) -> str:
        return self.keys.create("test", right, collections or None)[1]
