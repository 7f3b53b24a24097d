"""The lock that one writer at a time holds on a data directory."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from index.errors import IndexLocked, StorageFailed
from index.layout import Layout

_PATIENCE_SECONDS = 10.0


@contextmanager
def write_lock(layout: Layout) -> Iterator[None]:
    """Hold the lock; what a killed writer left half-done is cleared away first.

    Raises:
        IndexLocked: Another process or thread keeps it too long.
        StorageFailed: The data directory cannot be written.
    """
    lock = FileLock(layout.write_lock)
    try:
        lock.acquire(timeout=_PATIENCE_SECONDS, poll_interval=0.01)
    except Timeout:
        raise IndexLocked(
            "Another process is writing to the index.", "Wait until it has finished, then try again."
        ) from None
    except OSError as error:
        raise StorageFailed(
            f"{layout.root} cannot be written ({error.strerror}).", "Check its permissions and the disk."
        ) from error
    try:
        layout.sweep()
        yield
    finally:
        lock.release()
