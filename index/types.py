"""The values that flow through the index. All are frozen; ids are content hashes.

Every range is half-open, in Unicode code points, over the canonical text of one
revision: ``text[start:end]``.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Metadata: TypeAlias = Mapping[str, Json]
Vector: TypeAlias = npt.NDArray[np.float32]
SentenceKind: TypeAlias = Literal["prose", "item", "heading"]
Outcome: TypeAlias = Literal["added", "changed", "unchanged"]

DEFAULT_COLLECTION = "default"


def sha256_hex(*parts: str) -> str:
    """Hash strings so that no two different sequences of parts collide by joining."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def revision_of(text: str) -> str:
    """Name a canonical text by its content: ``sha256:<hex of its UTF-8 bytes>``."""
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's line in the text; ``level`` 1 is the outermost."""

    start: int
    end: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page (of a presentation: a slide) and its range of the text; ``number`` counts from 1."""

    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence-like range. Bullet marks and surrounding white space lie outside it."""

    start: int
    end: int
    kind: SentenceKind


@dataclass(frozen=True, slots=True)
class Document:
    """One loaded document: canonical text, what is known about it, and its outline.

    Attributes:
        headings: In order of their ranges.
        pages: In order of their ranges, which do not overlap; none where the format has
            no pages.
    """

    id: str
    text: str
    metadata: Metadata = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    pages: tuple[Page, ...] = ()

    @property
    def revision(self) -> str:
        """The content-derived name of this text."""
        return revision_of(self.text)

    @property
    def title(self) -> str | None:
        """The title its metadata states, if any."""
        title = self.metadata.get("title")
        return title if isinstance(title, str) and title else None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences that is retrieved as one passage.

    Attributes:
        context: Title and headings that the passage stands under. It is embedded and
            searched with the passage, but lies outside ``start:end``.
        sentences: The sentences inside the range, in order.
    """

    document_id: str
    revision: str
    start: int
    end: int
    text: str
    context: str
    sentences: tuple[Sentence, ...]

    @property
    def id(self) -> str:
        """Content-derived and unique within a collection."""
        return sha256_hex(self.document_id, self.revision, f"{self.start}:{self.end}")[:32]

    def quote(self, start: int, end: int) -> str:
        """The words in a range of the document that lies within the passage."""
        return self.text[start - self.start : end - self.start]

    @property
    def embedded_text(self) -> str:
        """What the embedder sees of this passage."""
        return f"{self.context}\n{self.text}" if self.context else self.text

    @property
    def embedding_key(self) -> str:
        """Equal for chunks whose vectors must be equal, so that these can be reused."""
        spans = (f"{s.start - self.start}:{s.end - self.start}" for s in self.sentences)
        return sha256_hex(self.embedded_text, *spans)


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedChunk:
    """A chunk with its vectors.

    Attributes:
        vector: Shape ``(dimension,)``, float32, unit length.
        sentence_vectors: Shape ``(len(chunk.sentences), dimension)``, float32, unit
            length up to the half precision that they are stored in.
    """

    chunk: Chunk
    vector: Vector
    sentence_vectors: Vector


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A stored document without its text."""

    id: str
    collection: str
    revision: str
    metadata: Metadata
    revisions: tuple[str, ...]
    characters: int
    chunks: int
    index_version: int
    updated_at: str

    @property
    def title(self) -> str | None:
        """The title its metadata states, if any."""
        title = self.metadata.get("title")
        return title if isinstance(title, str) and title else None


class Change(NamedTuple):
    """What became of a document, and the ``index_version`` from which it is so."""

    outcome: Outcome
    index_version: int


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A retrieved chunk.

    Attributes:
        score: The fused score by which hits are ordered (higher is better).
        dense: Cosine similarity of question and passage, in [-1, 1].
        lexical: BM25 score, or None when it is not among the best by terms.
        scope: The share of the question's names and numbers, by weight, that occur in its
            document, in [0, 1]; 1 for a question without any. Of a question in a script
            without capitals, the share of all its terms.
    """

    embedded: EmbeddedChunk
    document: DocumentRecord
    score: float
    dense: float
    lexical: float | None
    scope: float = 1.0

    @property
    def chunk(self) -> Chunk:
        """The passage itself."""
        return self.embedded.chunk
