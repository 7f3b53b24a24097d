"""Documents and searches of the tests of the index."""

from index.retrieve import Question, retrieve
from index.types import Document, Hit
from service.wiring import App

TOPICS = [
    "The harbour was dredged.",
    "The orchard bore pears.",
    "The comet returned.",
    "The violin was tuned.",
]


def put(app: App, document_id: str, text: str, **metadata: str) -> None:
    """Put a document into the default collection."""
    app.builder.put("default", Document(document_id, text, metadata))


def search(app: App, text: str, k: int = 5, **filters: str) -> list[Hit]:
    """The best passages of the default collection."""
    question = Question.of(text, app.builder.embedder.embed_query)
    return app.index.read("default", lambda view: retrieve(view, question, k, filters))
