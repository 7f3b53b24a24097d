"""Evidence made by hand."""

from collections.abc import Sequence

import numpy as np

from index.types import Chunk, Document, DocumentRecord, EmbeddedChunk, Hit, Json, Sentence
from service.answering.evidence import FEATURES, Evidence

ALIKE = np.array([1, 0], dtype=np.float32)


def evidence(
    text: str,
    support: float = 0.9,
    document_id: str = "d",
    vector: np.ndarray = ALIKE,
    before: Sequence[str] = (),
    **metadata: Json,
) -> Evidence:
    """The last sentence of a passage of ``before`` and ``text``, as answering judges it."""
    sentences, start = [], 0
    for written in (*before, text):
        sentences.append(Sentence(start, start + len(written), "prose"))
        start += len(written) + 1
    document = Document(document_id, " ".join((*before, text)), metadata)
    chunk = Chunk(document_id, document.revision, 0, len(document.text), document.text, "", tuple(sentences))
    record = DocumentRecord(
        document_id, "default", document.revision, metadata, (document.revision,), 1, 1, 1, "now"
    )
    hit = Hit(EmbeddedChunk(chunk, vector, np.stack([vector] * len(sentences))), record, 1.0, 1.0, None)
    return Evidence(hit, sentences[-1], text, vector, support, np.zeros(len(FEATURES)))
