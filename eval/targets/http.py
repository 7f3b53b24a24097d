"""Any running Citewise, over HTTP."""

import time
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import httpx

from eval.runs import documents_digest
from eval.types import Case, Passage, Response
from index.errors import ServerUnusable
from index.types import Json

_TIMEOUT_SECONDS = 120.0


class HttpTarget:
    """Asks a server.

    Args:
        url: Where it is, such as ``http://127.0.0.1:8000``.
        key: Its API key, if it wants one.
        collection: The collection to ask; the server's default if None.
        top_k: Passages a question; the server's default if None.
        max_sentences: Most sentences an answer; the server's default if None.
    """

    unmeasured: Mapping[str, str] = {}

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        collection: str | None = None,
        top_k: int | None = None,
        max_sentences: int | None = None,
    ) -> None:
        self._url = url
        self._collection = collection
        self._asked = {
            name: value
            for name, value in (
                ("collection", collection),
                ("top_k", top_k),
                ("max_sentences", max_sentences),
            )
            if value is not None
        }
        self._client = httpx.Client(
            base_url=url,
            timeout=_TIMEOUT_SECONDS,
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )
        self._texts: dict[tuple[str, str | None], str | None] = {}

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def answer(self, case: Case) -> Response:
        """Ask ``POST /v1/answers``."""
        history = [{"role": turn.role, "content": turn.content} for turn in case.history]
        body = {"question": case.question, "history": history, **self._asked}
        started = time.perf_counter()
        answered = self._request("POST", "/v1/answers", json=body)
        return Response.of_contract(answered.json(), time.perf_counter() - started)

    def search(self, case: Case, depth: int) -> list[Passage]:
        """Ask ``POST /v1/search``."""
        body = {"question": case.question, **self._asked, "top_k": depth}
        body.pop("max_sentences", None)
        found = self._request("POST", "/v1/search", json=body).json()["passages"]
        return [Passage(p["document_id"], p["start"], p["end"]) for p in found]

    def text(self, document_id: str, revision: str | None = None) -> str | None:
        """Ask for a document's text, once for each revision."""
        key = (document_id, revision)
        if key not in self._texts:
            place = {"revision": revision, "collection": self._collection}
            response = self._request(
                "GET",
                f"/v1/documents/{quote(document_id, safe='')}/text",
                params={name: value for name, value in place.items() if value is not None},
                missing=True,
            )
            self._texts[key] = response.text if response.is_success else None
        return self._texts[key]

    def describe(self) -> dict[str, Json]:
        """What the server says of itself."""
        ready = self._request("GET", "/health/ready").json()
        version = self._request("GET", "/openapi.json").json()["info"]["version"]
        return {
            "target": self._url,
            "index_version": ready["index_version"],
            "documents_sha256": documents_digest(self._documents()),
            "server": version,
            **self._asked,
        }

    def _documents(self) -> Iterator[tuple[str, str, dict[str, Json]]]:
        asked: dict[str, str | int] = {"limit": 1000}
        if self._collection:
            asked["collection"] = self._collection
        while True:
            page = self._request("GET", "/v1/documents", params=asked).json()
            yield from ((d["id"], d["revision"], d["metadata"]) for d in page["documents"])
            if page["next_cursor"] is None:
                return
            asked["cursor"] = page["next_cursor"]

    def _request(self, method: str, path: str, *, missing: bool = False, **sent: object) -> httpx.Response:
        try:
            response = self._client.request(method, path, **sent)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            raise ServerUnusable(
                f"{self._url} does not answer ({type(error).__name__}: {error}).", "Check that it is running."
            ) from error
        if response.is_success or (missing and response.status_code in (404, 410)):
            return response
        try:
            detail = response.json().get("detail", response.text)
        except ValueError:
            detail = response.text[:200]
        raise ServerUnusable(f"{self._url} answered {response.status_code}: {detail}")
