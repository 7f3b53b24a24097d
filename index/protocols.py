"""The seams: what each stage asks of the next, and nothing about how it is done."""

from collections.abc import Sequence
from typing import Protocol

from index.types import Chunk, Document, Json, Vector


class Chunker(Protocol):
    """Cuts a document into passages with exact ranges."""

    def chunk(self, document: Document) -> list[Chunk]:
        """Return passages in order; ``document.text[c.start:c.end] == c.text``."""
        ...


class Embedder(Protocol):
    """Maps text to unit vectors. Questions and passages may be embedded differently."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads; what is longer is cut off."""
        ...

    def describe(self) -> dict[str, Json]:
        """Name, revision, dimension, normalisation: what the manifest records."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without the model's special tokens."""
        ...

    def embed_query(self, question: str) -> Vector:
        """Embed one question; shape ``(dimension,)``.

        Zero for a question in a script that the model does not know: nothing is near it.
        """
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Embed passages; shape ``(len(texts), dimension)``."""
        ...
