"""A cited range with the text around it, so that it can be read in its place."""

from dataclasses import dataclass

from index.errors import InvalidInput
from index.store.reader import Reader
from index.types import Document

_AROUND = 400
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A range of a document's text: ``document.text[start:end] == text``.

    Attributes:
        before: Whole words just before it.
        after: Whole words just after it.
        page: The number of the page that it begins on, in a document with pages.
    """

    document: Document
    start: int
    end: int
    text: str
    before: str
    after: str
    page: int | None


def stop_of(text: str, start: int, end: int | None) -> int:
    """Where a range of a text stops: at ``end``, or with the text if that is None.

    Raises:
        InvalidInput: The range is not in the text.
    """
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise InvalidInput(
            f"The range {start}:{stop} is not in the text, which has {len(text)} code points.",
            "Give 0 <= start <= end <= that length.",
        )
    return stop


def excerpt(
    store: Reader, collection: str, document_id: str, revision: str | None, start: int, end: int | None
) -> Excerpt:
    """Read a range of a revision with some context, at most 20,000 code points of it.

    Args:
        store: Where the text is.
        collection: The document's collection.
        document_id: The document.
        revision: Its revision; None for the current one.
        start: First code point.
        end: The one after the last; None for the end of the text.

    Raises:
        DocumentNotFound, DocumentDeleted, RevisionNotFound: As ``Reader.source`` does.
        InvalidInput: The range is not in the text.
    """
    with store.snapshot():
        document = store.source(collection, document_id, revision)
    text = document.text
    stop = min(stop_of(text, start, end), start + _MOST)
    before, after = text[max(0, start - _AROUND) : start], text[stop : stop + _AROUND]
    if start > _AROUND:
        before = before.partition(" ")[2] or before
    if stop + _AROUND < len(text):
        after = after.rpartition(" ")[0] or after
    return Excerpt(
        document,
        start,
        stop,
        text[start:stop],
        before,
        after,
        next((page.number for page in document.pages if page.start <= start < page.end), None),
    )
