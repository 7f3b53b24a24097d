"""Tables of the SQLite store."""

TABLES = """
CREATE TABLE manifest (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  body TEXT NOT NULL,
  -- Random, new with every database and rebuild: projections of another one are not used.
  generation TEXT NOT NULL
) STRICT;

-- Every change, in one sequence over all collections: its number is the index_version.
CREATE TABLE changes (
  version INTEGER PRIMARY KEY AUTOINCREMENT,
  collection TEXT NOT NULL,
  document_id TEXT NOT NULL
) STRICT;
CREATE INDEX changes_of_collection ON changes (collection, version);

-- A deleted document stays as a tombstone: no revision, metadata or text.
CREATE TABLE documents (
  collection TEXT NOT NULL,
  id TEXT NOT NULL,
  revision TEXT,
  metadata TEXT NOT NULL,
  version INTEGER NOT NULL REFERENCES changes (version),
  updated_at TEXT NOT NULL,
  PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID;

-- A deleted document's revisions stay without their text, so that a citation of one is gone
-- and not merely unknown.
CREATE TABLE revisions (
  collection TEXT NOT NULL,
  document_id TEXT NOT NULL,
  revision TEXT NOT NULL,
  version INTEGER NOT NULL,
  characters INTEGER NOT NULL,
  headings TEXT,
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
  PRIMARY KEY (collection, id)
) STRICT;
CREATE INDEX chunks_of_document ON chunks (collection, document_id, start);
"""
