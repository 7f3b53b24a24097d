"""Reading files in a process of its own, so that a hostile one can cost no more than its limits."""

import ctypes
import multiprocessing
import resource
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from stat import S_ISREG
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from index.errors import DocumentTooLarge, UnreadableFile
from index.load.files import Source, printable
from index.load.reading import MEGABYTE, Limits, Loaded, Reading
from index.load.registry import Format, loader_for, loader_of, require_format

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


class Sandbox:
    """A reading process; it is started when it is first needed and replaced when it dies.

    Args:
        limits: What one file may cost.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._pool: ProcessPool | None = None
        # The process dies with the thread that starts it (prctl(2)), so that is one which stays.
        self._keeper = ThreadPoolExecutor(1, "sandbox")

    def read(self, source: Source) -> list[Loaded]:
        """All documents in a file, and what in it could not be read.

        Raises:
            LoadError: It cannot be read, or passed a limit, which is named.
        """
        return self.result(self.submit(source), source)

    def check(self, source: Source) -> Format:
        """The format of a file that may be read.

        Raises:
            LoadError: It is no regular file, is too large or has no loader.
        """
        wanted = source.format or require_format(printable(source.path.name))
        if printable(str(source.path)) != str(source.path):
            raise UnreadableFile(f"The name of {source.shown} is not UTF-8.", "Rename the file.")
        try:
            status = source.path.stat()
        except OSError as error:
            raise UnreadableFile(
                f"{source.shown} cannot be read ({error.strerror}).", "Check that it is still there."
            ) from error
        if not S_ISREG(status.st_mode):
            raise UnreadableFile(f"{source.shown} is not a regular file.", "Give files and folders.")
        if status.st_size > self._limits.bytes:
            raise DocumentTooLarge(
                f"{source.shown} has {status.st_size:,} bytes; "
                f"the limit for one file is {self._limits.bytes:,}.",
                "Split it, or raise limit_megabytes.",
            )
        return wanted

    def submit(self, source: Source) -> "Future[list[Loaded]]":
        """Begin to read a file; ``result`` waits for it.

        Raises:
            LoadError: It is no regular file, is too large or has no loader.
        """
        wanted = self.check(source)
        return self._keeper.submit(self._schedule, source, wanted).result()

    def _schedule(self, source: Source, wanted: Format) -> "Future[list[Loaded]]":
        if self._pool is None or not self._pool.active:
            self._pool = ProcessPool(
                max_workers=1,
                context=multiprocessing.get_context("spawn"),
                initializer=_confine,
                initargs=(self._limits,),
            )
        future: Future[list[Loaded]] = self._pool.schedule(
            _read,
            args=(source, wanted, self._limits),
            timeout=self._limits.seconds,
        )
        return future

    def result(self, future: "Future[list[Loaded]]", source: Source) -> list[Loaded]:
        """What a submitted file holds.

        Raises:
            LoadError: It cannot be read, or passed a limit, which is named.
        """
        document_id = source.document_id
        try:
            return future.result()
        except TimeoutError as error:
            raise DocumentTooLarge(
                f"{document_id} took longer than {self._limits.seconds:g} seconds to read.",
                "Split it, or raise limit_seconds.",
            ) from error
        except MemoryError as error:
            raise self._out_of_memory(document_id) from error
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGKILL:
                raise self._out_of_memory(document_id) from error
            raise UnreadableFile(
                f"{document_id} made its reader stop (exit code {error.exitcode}).",
                "The file is damaged; save it again with the program that made it.",
            ) from error

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._pool:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble declares no types
            self._pool.join()
            self._pool = None
        self._keeper.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _out_of_memory(self, document_id: str) -> DocumentTooLarge:
        return DocumentTooLarge(
            f"{document_id} needs more than {self._limits.memory // MEGABYTE:,} MiB of memory to read.",
            "Split it, or raise limit_memory_megabytes.",
        )


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    # Ctrl-C goes to the whole group; the parent ends this process when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _read(source: Source, wanted: Format, limits: Limits) -> list[Loaded]:
    reading = Reading(limits, loader_for)
    try:
        with source.path.open("rb") as file:
            data = file.read(limits.bytes)  # it may have grown since it was looked at
    except OSError as error:
        raise UnreadableFile(
            f"{source.shown} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    return list(reading.load(loader_of(wanted), data, source.document_id, source.metadata))
