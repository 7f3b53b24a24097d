"""Anything that speaks OpenAI's chat endpoint."""

import time
from collections.abc import Mapping

import httpx

from eval.types import Case, Passage, Response
from index.errors import ServerUnusable
from index.types import Json

_TIMEOUT_SECONDS = 300.0


class OpenAiTarget:
    """Asks ``POST …/chat/completions``; only the text of the answer can be measured.

    Args:
        url: The base address, such as ``http://127.0.0.1:8080/v1``.
        model: The model to name in the request.
        key: The API key, if it wants one.
    """

    unmeasured: Mapping[str, str] = {
        "citations": "a chat endpoint names no ranges of documents",
        "retrieval": "a chat endpoint shows no passages",
        "abstention": "a chat endpoint does not say whether it refuses, nor how sure it is",
    }

    def __init__(self, url: str, model: str, key: str | None = None) -> None:
        self._url = url
        self._model = model
        self._client = httpx.Client(
            timeout=_TIMEOUT_SECONDS, headers={"Authorization": f"Bearer {key}"} if key else {}
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def answer(self, case: Case) -> Response:
        """Ask with the history as it is, at temperature 0."""
        turns = [{"role": turn.role, "content": turn.content} for turn in case.history]
        body = {
            "model": self._model,
            "temperature": 0,
            "messages": [*turns, {"role": "user", "content": case.question}],
        }
        started = time.perf_counter()
        try:
            response = self._client.post(f"{self._url.rstrip('/')}/chat/completions", json=body)
            response.raise_for_status()
            text = response.json()["choices"][0]["message"]["content"] or ""
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            raise ServerUnusable(
                f"{self._url} gave no answer ({type(error).__name__}: {error}).",
                "Check the address, the model and the key.",
            ) from error
        return Response(text=text, seconds=time.perf_counter() - started)

    def search(self, case: Case, depth: int) -> list[Passage]:
        """Nothing, since it shows no passages."""
        return []

    def text(self, document_id: str, revision: str | None = None) -> str | None:
        """Nothing, since it shows no documents."""
        return None

    def describe(self) -> dict[str, Json]:
        """Its address and model."""
        return {"target": self._url, "model": self._model}
