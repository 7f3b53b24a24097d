"""The seams: what each stage asks of the next, and nothing about how it is done."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from index.load.reading import Loaded, Reading
from index.types import Chunk, Document, Json, Metadata, Vector


class Loader(Protocol):
    """Turns the bytes of one format into documents."""

    def load(
        self, data: bytes, document_id: str, metadata: Metadata, reading: "Reading"
    ) -> "Iterator[Loaded]":
        """Yield the documents in ``data``, in canonical form.

        Most formats hold one, under the id ``document_id``. One that holds several (an
        archive, a mail with attachments) names each ``<document_id>/<its name in there>``
        and yields a ``Failure`` for one that cannot be read, so that the others are kept.

        Args:
            data: The whole file.
            document_id: The file's id.
            metadata: What is known from outside; it wins over what the file says of itself.
            reading: The limits, and the way to read a file inside this one.

        Raises:
            LoadError: The bytes are not of this format, or pass a limit.
        """
        ...


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
        """Embed one question; shape ``(dimension,)``."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Embed passages; shape ``(len(texts), dimension)``."""
        ...
