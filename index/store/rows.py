"""Rows of the SQLite store into values, and back."""

import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import numpy as np

from index.database import RESTORE_HINT
from index.errors import IndexDamaged
from index.types import Chunk, Document, EmbeddedChunk, Heading, Page, Sentence, Vector

Columns: TypeAlias = Sequence[str | int | float | bytes | None]


def chunk_row(collection: str, embedded: EmbeddedChunk) -> Columns:
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
    return sealed(*row)


def checksum(*columns: str | int | float | bytes | None) -> int:
    """CRC-32 over the columns of a row."""
    crc = 0
    for column in columns:
        data = column if isinstance(column, bytes) else str(column).encode("utf-8")
        crc = zlib.crc32(data, zlib.crc32(len(data).to_bytes(8, "big"), crc))
    return crc


def sealed(*columns: str | int | float | bytes | None) -> Columns:
    """The columns with their checksum behind them."""
    return (*columns, checksum(*columns))


def is_intact(row: Columns) -> bool:
    """Whether columns still have the checksum that stands behind them."""
    *columns, expected = row
    return checksum(*columns) == expected


def require_intact(row: sqlite3.Row) -> sqlite3.Row:
    """The row, whose last column is the checksum of the others.

    Raises:
        IndexDamaged: It is not as it was written.
    """
    if not is_intact(tuple(row)):
        raise damaged("a row is not as it was written")
    return row


def damaged(what: str) -> IndexDamaged:
    """The error for a store whose rows cannot be trusted."""
    return IndexDamaged(f"The index is damaged: {what}.", RESTORE_HINT)


def embedded_chunk(row: sqlite3.Row) -> EmbeddedChunk:
    """A row of ``chunks`` as the passage that it holds.

    Raises:
        IndexDamaged: The row is not as it was written.
    """
    require_intact(row)
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


def revision_row(collection: str, document: Document, version: int) -> Columns:
    """A document's text as the columns of ``revisions``, its current one."""
    headings = json.dumps([(h.start, h.end, h.level, h.title) for h in document.headings])
    pages = json.dumps([(p.start, p.end, p.number) for p in document.pages])
    key = (collection, document.id, document.revision, version)
    short = sealed(*key, len(document.text), None, checksum(headings, pages))
    return (*short, headings, pages, document.text)


def outline(row: sqlite3.Row) -> tuple[tuple[Heading, ...], tuple[Page, ...]]:
    """Headings and pages of a row of ``revisions`` that has not lost them.

    Raises:
        IndexDamaged: They are not as they were written.
    """
    if checksum(row["headings"], row["pages"]) != row["outline"]:
        raise damaged("the headings or pages of a revision are not as they were written")
    headings = tuple(Heading(*h) for h in json.loads(row["headings"]))
    return headings, tuple(Page(*p) for p in json.loads(row["pages"]))


def dump_metadata(metadata: Mapping[str, object]) -> str:
    """Metadata as JSON, the same text for equal metadata."""
    return json.dumps(dict(metadata), ensure_ascii=False, sort_keys=True, allow_nan=False)


def timestamp(moment: datetime) -> str:
    """A moment as RFC 3339, to the second, in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
