"""Named moments of writing, at each of which the crash tests stop the process once.

The product only passes them; ``on_reach`` is for tests.
"""

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """A moment between two steps of a write."""

    PUT_BEGUN = "put.begun"
    PUT_DOCUMENT_WRITTEN = "put.document-written"
    PUT_BEFORE_COMMIT = "put.before-commit"
    PUT_COMMITTED = "put.committed"
    DELETE_BEFORE_COMMIT = "delete.before-commit"
    DELETE_COMMITTED = "delete.committed"
    COLLECTION_BEFORE_COMMIT = "collection.before-commit"
    COLLECTION_COMMITTED = "collection.committed"
    FILE_RECORDED = "file.recorded"
    REBUILD_BEFORE_COMMIT = "rebuild.before-commit"
    REBUILD_COMMITTED = "rebuild.committed"
    VECTORS_HALF_WRITTEN = "vectors.half-written"
    VECTORS_BEFORE_RENAME = "vectors.before-rename"
    VECTORS_RENAMED = "vectors.renamed"
    LEXICAL_HALF_APPLIED = "lexical.half-applied"
    LEXICAL_BEFORE_COMMIT = "lexical.before-commit"
    LEXICAL_COMMITTED = "lexical.committed"
    ERASE_EXPIRED = "erase.expired"
    ERASE_VACUUMED = "erase.vacuumed"
    BACKUP_COPIED = "backup.copied"
    BACKUP_BEFORE_RENAME = "backup.before-rename"
    RESTORE_CHECKED = "restore.checked"
    RESTORE_BEFORE_COMMIT = "restore.before-commit"
    RESTORE_COMMITTED = "restore.committed"


def _pass(point: Point) -> None:
    """Go on."""


_hook: Callable[[Point], None] = _pass


def reach(point: Point) -> None:
    """Pass a moment of writing."""
    _hook(point)


def on_reach(hook: Callable[[Point], None] = _pass) -> None:
    """Call ``hook`` at every moment from now on in this process; without one, nothing."""
    global _hook  # noqa: PLW0603  # one hook for the whole process is what it is for
    _hook = hook
