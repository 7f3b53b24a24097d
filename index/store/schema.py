"""Tables of the SQLite store."""

import sqlite3
from contextlib import closing
from functools import cache

# "CWSE": tells a Citewise database from any other SQLite file.
APPLICATION_ID = 0x43575345

TABLES = """
CREATE TABLE manifest (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  body TEXT NOT NULL,
  -- Random, new with every database, rebuild and restore: projections of another one are
  -- not used.
  generation TEXT NOT NULL,
  -- Here and below: CRC-32 of the row, since SQLite itself does not notice a bit that flips
  -- in a value.
  checksum INTEGER NOT NULL
) STRICT;

-- The numbers of all changes, in one sequence over all collections: the last one is the
-- index_version. What was changed is told by the documents, which carry the number of their last.
CREATE TABLE changes (version INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;

-- A collection is there from its first document on, or from when a server made it empty, until it is
-- deleted whole.
CREATE TABLE collections (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- A deleted document stays as a tombstone: no revision, metadata or text.
CREATE TABLE documents (
  collection TEXT NOT NULL,
  id TEXT NOT NULL,
  revision TEXT,
  metadata TEXT NOT NULL,
  version INTEGER NOT NULL REFERENCES changes (version),
  updated_at TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_by_version ON documents (collection, version);

-- Revisions of a deleted document, and those past their retention, stay without their text,
-- so that a citation of one is gone and not merely unknown.
CREATE TABLE revisions (
  collection TEXT NOT NULL,
  document_id TEXT NOT NULL,
  revision TEXT NOT NULL,
  version INTEGER NOT NULL,
  characters INTEGER NOT NULL,
  replaced_at TEXT,
  -- CRC-32 of headings and pages, null where they and the text are gone.
  outline INTEGER,
  -- Of the columns above: the text is checked by its revision, and listing reads no text.
  checksum INTEGER NOT NULL,
  headings TEXT,
  pages TEXT,
  text TEXT,
  PRIMARY KEY (collection, document_id, revision)
) STRICT;

-- The passages of current revisions only.
CREATE TABLE chunks (
  collection TEXT NOT NULL,
  id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  revision TEXT NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  context TEXT NOT NULL,
  sentences TEXT NOT NULL,
  embedding_key TEXT NOT NULL,
  vector BLOB NOT NULL,
  sentence_vectors BLOB NOT NULL,
  text TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (collection, id)
) STRICT;
CREATE INDEX chunks_of_document ON chunks (collection, document_id, start);

-- Which file brought which documents, each with the version that it got then: what is
-- unchanged is not read again, and what vanished can be pruned.
CREATE TABLE files (
  collection TEXT NOT NULL,
  path TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  documents TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (collection, path)
) STRICT, WITHOUT ROWID;

-- What people said of answers. Places in documents are ranges, not text.
CREATE TABLE feedback (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  collection TEXT NOT NULL,
  created_at TEXT NOT NULL,
  answer TEXT NOT NULL,
  question TEXT NOT NULL,
  rating TEXT NOT NULL CHECK (rating IN ('up', 'down')),
  comment TEXT,
  correction TEXT,
  evidence TEXT NOT NULL,
  cited TEXT,
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX feedback_of_collection ON feedback (collection, number);
"""


@cache
def _made() -> frozenset[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)
        return _described(connection)


def _described(connection: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    return frozenset((str(name), str(sql)) for name, sql in rows)


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether a database has just these tables and indexes, each as it is made here."""
    return _described(connection) == _made()
