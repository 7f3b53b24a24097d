"""What is wrong with a store: its pages, by SQLite, and every row, by its checksum."""

import sqlite3
from collections.abc import Iterator

from index.store.rows import checksum, is_intact
from index.store.schema import has_tables
from index.types import revision_of

_TABLES = {
    "manifest": "SELECT 'the manifest', body, generation, checksum FROM manifest",
    "documents": "SELECT id, * FROM documents",
    "chunks": "SELECT document_id, * FROM chunks",
    "files": "SELECT path, * FROM files",
    "feedback": (
        "SELECT 'feedback ' || id, id, collection, created_at, answer, question, rating, comment,"
        " correction, evidence, cited, checksum FROM feedback"
    ),
    "revisions": (
        "SELECT document_id, collection, document_id, revision, version, characters, replaced_at, outline,"
        " checksum FROM revisions"
    ),
}
# Nothing but a document makes a collection, and only deleting it whole unmakes it.
_COLLECTIONS = """
SELECT collection FROM documents WHERE revision IS NOT NULL
  AND collection NOT IN (SELECT name FROM collections)
UNION SELECT name FROM collections WHERE name NOT IN (SELECT collection FROM documents)
"""
_CURRENT = """
SELECT id FROM documents WHERE revision IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM revisions WHERE revisions.collection = documents.collection AND document_id = id
  AND revisions.revision = documents.revision AND outline IS NOT NULL
)
"""
# A number that the sequence does not have would be given again.
_NUMBERED = "SELECT id FROM documents WHERE version NOT IN (SELECT version FROM changes)"


def find_damage(connection: sqlite3.Connection) -> Iterator[str]:
    """What SQLite and the checksums find wrong, one sentence each."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        yield from (f"SQLite reports: {line}." for line in found)
    if not has_tables(connection):
        yield "The tables are not as they were made."
        return
    for part in (_rows, _texts, _relations):
        try:
            yield from part(connection)
        except sqlite3.DatabaseError as error:
            yield f"The database cannot be read whole ({error})."


def _rows(connection: sqlite3.Connection) -> Iterator[str]:
    for table, query in _TABLES.items():
        for name, *row in connection.execute(query):
            if not is_intact(row):
                yield f"{name}: the checksum of a row of {table} does not match."


def _texts(connection: sqlite3.Connection) -> Iterator[str]:
    query = "SELECT document_id, revision, outline, headings, pages, text FROM revisions"
    for name, revision, outline, *outlines, text in connection.execute(query):
        if outline is None:
            if (*outlines, text) != (None, None, None):
                yield f"{name}: there is something left of {revision}, which is gone."
        elif text is None or revision_of(str(text)) != revision:
            yield f"{name}: the text is not that of {revision}."
        elif checksum(*outlines) != outline:
            yield f"{name}: the headings or pages are not those of {revision}."


def _relations(connection: sqlite3.Connection) -> Iterator[str]:
    for (name,) in connection.execute(_COLLECTIONS):
        yield f"The list of collections is wrong about {name!r}."
    for (document_id,) in connection.execute(_NUMBERED):
        yield f"{document_id}: the number of its last change is not there."
    for (document_id,) in connection.execute(_CURRENT):
        yield f"{document_id}: its current revision is not there."
