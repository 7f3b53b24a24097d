"""Passages to ask about."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from eval.measures.gold import Place, overlap
from eval.measures.reference import facts
from index.errors import DocumentDeleted, DocumentNotFound
from index.store.reader import Reader
from index.types import Chunk, Document

# Beyond so many, a passage is no better to ask about.
_ENOUGH = 8


@dataclass(frozen=True, slots=True)
class Proposal:
    """A passage in its document."""

    document: Document
    chunk: Chunk


def proposals(store: Reader, collection: str, used: Sequence[Place], seed: int) -> Iterator[Proposal]:
    """Yield passages to ask about, one of each document before a second one of any.

    The documents come in random order. In each, passages are drawn at random without
    replacement, their chance in proportion to ``sentences × (1 + facts)`` (each counted up
    to 8; facts are numbers, names and months). One that overlaps a place that is used, or
    that holds headings only, is not drawn.

    Source of the weighted draw: Efraimidis and Spirakis (2006).

    Args:
        store: Where the documents are.
        collection: Whose documents.
        used: Places that are evidence of a case already.
        seed: Which draw.
    """
    rng = np.random.default_rng(seed)
    with store.snapshot():
        ids = [record.id for record in store.documents(collection)]
    rng.shuffle(ids)
    turns = deque(_drawn(store, collection, name, used, int(rng.integers(2**32))) for name in ids)
    while turns:
        document = turns.popleft()
        for proposal in islice(document, 1):
            yield proposal
            turns.append(document)


def _drawn(
    store: Reader, collection: str, document_id: str, used: Sequence[Place], seed: int
) -> Iterator[Proposal]:
    rng = np.random.default_rng(seed)
    with store.snapshot():
        try:
            document = store.source(collection, document_id)
        except (DocumentNotFound, DocumentDeleted):  # deleted meanwhile
            return
        chunks = [embedded.chunk for embedded in store.document_chunks(collection, document_id)]
    taken = [place for place in used if place.document_id == document_id]
    keys = {
        chunk: rng.random() ** (1 / weight)
        for chunk in chunks
        if (weight := _weight(chunk)) and not any(overlap(p, chunk.start, chunk.end) for p in taken)
    }
    for chunk in sorted(keys, key=lambda c: -keys[c]):
        yield Proposal(document, chunk)


def _weight(chunk: Chunk) -> int:
    sentences = sum(sentence.kind != "heading" for sentence in chunk.sentences)
    return min(sentences, _ENOUGH) * (1 + min(len(facts(chunk.text)), _ENOUGH))
