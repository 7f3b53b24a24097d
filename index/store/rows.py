"""Rows of the SQLite store into values, and back."""

import json
import sqlite3
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

import numpy as np

from index.types import Chunk, Document, EmbeddedChunk, Heading, Page, Sentence, Vector

ChunkRow: TypeAlias = tuple[str | int | bytes, ...]


def chunk_row(collection: str, embedded: EmbeddedChunk) -> ChunkRow:
    """A passage as the columns of ``chunks``."""
    chunk = embedded.chunk
    row = (
        collection,
        chunk.id,
        chunk.document_id,
        chunk.revision,
        chunk.start,
        chunk.end,
        chunk.context,
        json.dumps([(s.start, s.end, s.kind) for s in chunk.sentences]),
        chunk.embedding_key,
        embedded.vector.astype("<f4").tobytes(),
        # Sentence vectors only re-score what was found: half precision is enough.
        embedded.sentence_vectors.astype("<f2").tobytes(),
        chunk.text,
    )
    return (*row, checksum(row))


def checksum(columns: ChunkRow) -> int:
    """CRC-32 over the columns of a passage, the checksum itself left out."""
    crc = 0
    for column in columns:
        data = column if isinstance(column, bytes) else str(column).encode("utf-8")
        crc = zlib.crc32(data, zlib.crc32(len(data).to_bytes(8, "big"), crc))
    return crc


def embedded_chunk(row: sqlite3.Row) -> EmbeddedChunk:
    """A row of ``chunks`` as the passage that it holds."""
    sentences = tuple(Sentence(*s) for s in json.loads(row["sentences"]))
    vector: Vector = np.frombuffer(row["vector"], dtype="<f4").astype(np.float32)
    halves = np.frombuffer(row["sentence_vectors"], dtype="<f2")
    return EmbeddedChunk(
        chunk=Chunk(
            document_id=row["document_id"],
            revision=row["revision"],
            start=row["start"],
            end=row["end"],
            text=row["text"],
            context=row["context"],
            sentences=sentences,
        ),
        vector=vector,
        sentence_vectors=halves.astype(np.float32).reshape(len(sentences), -1),
    )


def dump_outline(document: Document) -> tuple[str, str]:
    """A document's headings and pages as JSON."""
    headings = json.dumps([(h.start, h.end, h.level, h.title) for h in document.headings])
    return headings, json.dumps([(p.start, p.end, p.number) for p in document.pages])


def load_headings(text: str) -> tuple[Heading, ...]:
    """Headings from JSON."""
    return tuple(Heading(*h) for h in json.loads(text))


def load_pages(text: str) -> tuple[Page, ...]:
    """Pages from JSON."""
    return tuple(Page(*p) for p in json.loads(text))


def dump_metadata(metadata: Mapping[str, object]) -> str:
    """Metadata as JSON, the same text for equal metadata."""
    return json.dumps(dict(metadata), ensure_ascii=False, sort_keys=True, allow_nan=False)


def timestamp(moment: datetime) -> str:
    """A moment as RFC 3339, to the second, in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
