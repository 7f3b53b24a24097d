"""What people said of answers.

Text of documents is not copied here: what an answer cited, and a quote that is found in its
document, is kept as a range of a revision, so it goes when the document is deleted. A
person's own words (question, comment, correction, and a quote that stands in no text) stay
until the feedback or its collection is deleted, even where they repeat a document.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Literal, TypeAlias

from index.database import Database
from index.errors import DocumentDeleted, DocumentNotFound, FeedbackNotFound
from index.store.reader import Reader
from index.store.rows import damaged, is_intact, sealed, timestamp
from index.text.quotes import like, occurrences

Rating: TypeAlias = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a revision's text."""

    document_id: str
    revision: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quotation:
    """A person's words on where an answer stands, which are in no text."""

    document_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of one answer.

    Attributes:
        answer: The answer's id.
        correction: The text of a better answer.
        evidence: Where a better answer stands.
        cited: What the answer cited; nothing for an abstention, None if that is not known.
    """

    answer: str
    question: str
    rating: Rating
    comment: str | None = None
    correction: str | None = None
    evidence: tuple[Place | Quotation, ...] = ()
    cited: tuple[Place, ...] | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was said, as it is kept.

    Attributes:
        number: Counts up with every feedback of the store; a later one has a higher number.
    """

    number: int
    id: str
    collection: str
    created_at: str
    said: Said


class FeedbackTable:
    """The store's feedback. Writing is for one process at a time, as in all of the store."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self._reader = reader

    def add(self, collection: str, said: Said) -> Feedback:
        """Keep what a person said, in one transaction.

        A quotation that stands in its document becomes a place of the current revision, even
        if it differs in white space and typography.

        Raises:
            CollectionNotFound: There is no such collection.
        """
        with self._database.writing() as tx:
            self._reader.require_collection(collection)
            evidence = tuple(self._placed(collection, e) for e in said.evidence)
            row = sealed(
                token_hex(12),
                collection,
                timestamp(datetime.now(UTC)),
                said.answer,
                said.question,
                said.rating,
                said.comment,
                said.correction,
                json.dumps([asdict(e) for e in evidence]),
                None if said.cited is None else json.dumps([asdict(c) for c in said.cited]),
            )
            tx.execute(
                "INSERT INTO feedback (id, collection, created_at, answer, question, rating, comment,"
                " correction, evidence, cited, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            return _feedback(tx.execute("SELECT * FROM feedback WHERE id = ?", row[:1]).fetchone())

    def page(
        self,
        collection: str,
        *,
        rating: Rating | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> list[Feedback]:
        """Feedback of a collection in the order in which it came, after the number ``after``."""
        rows = self._database.connection.execute(
            "SELECT * FROM feedback WHERE collection = ? AND number > ? AND rating = coalesce(?, rating)"
            " ORDER BY number LIMIT ?",
            (collection, after, rating, -1 if limit is None else limit),
        )
        return [_feedback(row) for row in rows]

    def delete(self, feedback_id: str, collections: Sequence[str] | None = None) -> None:
        """Delete one feedback with every word in it.

        Args:
            feedback_id: Its id.
            collections: Where it may be; anywhere if None.

        Raises:
            FeedbackNotFound: There is no such feedback there.
        """
        with self._database.writing() as tx:
            deleted = tx.execute(
                "DELETE FROM feedback WHERE id = ?"
                " AND (? IS NULL OR collection IN (SELECT value FROM json_each(?)))",
                (feedback_id, *[None if collections is None else json.dumps(collections)] * 2),
            )
            if not deleted.rowcount:
                raise FeedbackNotFound(
                    f"There is no feedback {feedback_id!r}.", "GET /v1/feedback lists what there is."
                )

    def _placed(self, collection: str, evidence: Place | Quotation) -> Place | Quotation:
        if isinstance(evidence, Place):
            return evidence
        try:
            document = self._reader.source(collection, evidence.document_id)
        except (DocumentNotFound, DocumentDeleted):
            return evidence
        found = occurrences(document.text, evidence.quote) or like(document.text, evidence.quote)
        return Place(document.id, document.revision, *found[0]) if found else evidence


def _feedback(row: sqlite3.Row) -> Feedback:
    if not is_intact(tuple(row)[1:]):
        raise damaged(f"the feedback {row['id']} is not as it was written")
    return Feedback(
        number=row["number"],
        id=row["id"],
        collection=row["collection"],
        created_at=row["created_at"],
        said=Said(
            answer=row["answer"],
            question=row["question"],
            rating=row["rating"],
            comment=row["comment"],
            correction=row["correction"],
            evidence=tuple(
                Quotation(**e) if "quote" in e else Place(**e) for e in json.loads(row["evidence"])
            ),
            cited=None if row["cited"] is None else tuple(Place(**c) for c in json.loads(row["cited"])),
        ),
    )
