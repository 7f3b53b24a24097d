"""An index opened in this process."""

import time
from collections.abc import Mapping
from dataclasses import replace

from eval.runs import documents_digest
from eval.types import Case, Passage, Response
from index.errors import DocumentDeleted, DocumentNotFound, RevisionNotFound
from index.types import Json
from service.schemas.answers import AnswerResponse
from service.settings import Settings
from service.types import Ask
from service.wiring import App


def ask_of(settings: Settings) -> Ask:
    """What every question is asked with, as the settings say."""
    return Ask(
        "",
        settings.collection,
        top_k=settings.top_k,
        max_sentences=settings.max_sentences,
        composer=settings.composer,
    )


class InProcess:
    """Asks an opened index, with everything but the question fixed.

    Args:
        app: The opened index.
        ask: The settings of every question.
    """

    unmeasured: Mapping[str, str] = {}

    def __init__(self, app: App, ask: Ask) -> None:
        self._app = app
        self._ask = ask

    def answer(self, case: Case) -> Response:
        """Ask, and read what the contract would send."""
        ask = replace(self._ask, question=case.question, history=case.history)
        started = time.perf_counter()
        answer = self._app.asker.answer(ask)
        seconds = time.perf_counter() - started
        return Response.of_contract(AnswerResponse.of(ask, answer).model_dump(mode="json"), seconds)

    def search(self, case: Case, depth: int) -> list[Passage]:
        """Ask the retriever."""
        found = self._app.asker.search(replace(self._ask, question=case.question, top_k=depth))
        return [Passage(h.chunk.document_id, h.chunk.start, h.chunk.end) for h in found.hits]

    def text(self, document_id: str, revision: str | None = None) -> str | None:
        """Read the store."""
        try:
            return self._app.index.store.text(self._ask.collection, document_id, revision)
        except (DocumentNotFound, DocumentDeleted, RevisionNotFound):
            return None

    def describe(self) -> dict[str, Json]:
        """The manifest, the models and the settings of the questions."""
        manifest, store = self._app.index.manifest, self._app.index.store
        with store.snapshot() as version:
            store.require_collection(self._ask.collection)
            records = store.documents(self._ask.collection)
        return {
            "target": "in process",
            "index_version": version,
            "documents_sha256": documents_digest((r.id, r.revision, r.metadata) for r in records),
            "models": dict(self._app.pipeline.describe_models()),
            "chunker": dict(manifest.chunker),
            "collection": self._ask.collection,
            "top_k": self._ask.top_k,
            "max_sentences": self._ask.max_sentences,
        }
