"""Any running Citewise, over HTTP."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx
from pydantic import ValidationError

from eval.runs import documents_digest
from eval.types import Case, Passage, Response
from index.errors import ServerUnusable
from index.types import Json
from service.client import Client, ProblemError
from service.schemas.answers import Turn

T = TypeVar("T")

_TIMEOUT_SECONDS = 120.0
# Of what the server does not hold, or holds no more.
_MISSING = frozenset({404, 410})


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
        self._top_k = top_k
        self._max_sentences = max_sentences
        self._client = Client(url, api_key=key, timeout=_TIMEOUT_SECONDS)
        self._texts: dict[tuple[str, str | None], str | None] = {}

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def answer(self, case: Case) -> Response:
        """Ask ``POST /v1/answers``; the seconds are those that the one who asks waits."""
        started = time.perf_counter()
        answered = self._ask(
            lambda: self._client.answer(
                case.question,
                history=[Turn(role=turn.role, content=turn.content) for turn in case.history],
                collection=self._collection,
                top_k=self._top_k,
                max_sentences=self._max_sentences,
            )
        )
        return Response.of_contract(answered.model_dump(), time.perf_counter() - started)

    def search(self, case: Case, depth: int) -> list[Passage]:
        """Ask ``POST /v1/search``."""
        found = self._ask(
            lambda: self._client.search(case.question, collection=self._collection, top_k=depth)
        )
        return [Passage(p.document_id, p.start, p.end) for p in found.passages]

    def text(self, document_id: str, revision: str | None = None) -> str | None:
        """Ask for a document's text, once for each revision."""
        key = (document_id, revision)
        if key not in self._texts:
            self._texts[key] = self._ask(lambda: self._text(document_id, revision))
        return self._texts[key]

    def describe(self) -> dict[str, Json]:
        """What the server says of itself."""
        asked: dict[str, Json] = {
            "collection": self._collection,
            "top_k": self._top_k,
            "max_sentences": self._max_sentences,
        }
        documents = self._ask(lambda: list(self._client.documents(collection=self._collection)))
        return {
            "target": self._url,
            "index_version": self._ask(self._client.ready).index_version,
            "documents_sha256": documents_digest((d.id, d.revision, d.metadata) for d in documents),
            "server": self._ask(self._client.version),
            **{name: value for name, value in asked.items() if value is not None},
        }

    def _text(self, document_id: str, revision: str | None) -> str | None:
        try:
            return self._client.text(document_id, revision=revision, collection=self._collection).text
        except ProblemError as problem:
            if problem.status in _MISSING:
                return None
            raise

    def _ask(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except httpx.HTTPError as error:
            raise ServerUnusable(
                f"{self._url} does not answer ({type(error).__name__}: {error}).", "Check that it is running."
            ) from error
        except ProblemError as problem:
            raise ServerUnusable(f"{self._url} answered {problem.status}: {problem.detail}") from problem
        except ValidationError as error:
            raise ServerUnusable(
                f"{self._url} does not answer as Citewise does ({error.error_count()} fields are wrong).",
                "Check the address.",
            ) from error
