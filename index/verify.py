"""Proof that an index is whole: passages against texts, projections against the store."""

from index.errors import IndexDamaged
from index.index import Index, View


def verify(index: Index) -> list[str]:
    """Check the database, every text and passage, and that the projections hold just these.

    Returns:
        What is wrong, one sentence each; empty when all is well.
    """
    with index.store.snapshot():
        problems = index.store.damage()
        collections = index.store.collection_names()
    for collection in collections:
        try:
            problems += index.read(collection, _verify_collection)
        except IndexDamaged as error:
            problems.append(f"Collection {collection}: {error.message}")
    return problems


def _verify_collection(view: View) -> list[str]:
    problems, expected = [], []
    for record in view.store.documents(view.collection):
        document = view.store.source(view.collection, record.id)
        for embedded in view.store.document_chunks(view.collection, record.id):
            expected.append(embedded)
            chunk = embedded.chunk
            if (chunk.revision, document.text[chunk.start : chunk.end]) != (record.revision, chunk.text):
                problems.append(f"{record.id}: passage {chunk.start}:{chunk.end} does not match the text.")
    found = view.vectors.damage(expected) + view.lexical.damage(expected)
    return problems + [f"Collection {view.collection}: {what}." for what in found]
