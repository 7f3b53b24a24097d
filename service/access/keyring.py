"""API keys: made, kept as hashes, revoked, and found again.

A key is a token of 256 random bits. What nobody can guess needs no slow password hash: one
SHA-256 keeps a stolen file from giving away a single key, and costs a request nothing. Keys
lie in a file of their own beside the index, so they work before there is one, are in no
backup, and change while the index is being written.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import token_hex, token_urlsafe

from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from index.errors import IndexLocked, InvalidInput, KeyNotFound, StorageFailed
from service.access.rights import Right

_PATIENCE_SECONDS = 10.0


class Key(BaseModel):
    """What is kept of a key.

    Attributes:
        name: For people.
        collections: The only ones that exist for it; None for all.
        expires_at: From then on it is not valid; None for never.
        sha256: Of the whole token, in hex.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    right: Right
    collections: tuple[str, ...] | None
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    sha256: str


_KEYS = TypeAdapter(tuple[Key, ...])


class KeyRing:
    """The keys of a data directory. Several processes may read and change them at once.

    Args:
        folder: The data directory; made with the first key.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "keys.json"
        self._read: tuple[bytes, tuple[Key, ...]] = (b"[]", ())

    def keys(self) -> tuple[Key, ...]:
        """All keys as they are now, in the order of their making.

        The file is read each time, since it is small and no time stamp or inode tells every
        change; it is parsed again only when it is another.

        Raises:
            StorageFailed: The file is there and cannot be read.
        """
        try:
            raw = self._file.read_bytes()
        except FileNotFoundError:
            raw = b"[]"
        except OSError as error:
            raise StorageFailed(
                f"The API keys in {self._file} cannot be read ({error.strerror}).", "Check its permissions."
            ) from error
        if raw != self._read[0]:
            try:
                self._read = (raw, _KEYS.validate_json(raw))
            except ValidationError as error:
                raise StorageFailed(
                    f"{self._file} does not hold API keys.",
                    "Remove it, and make keys anew with citewise keys create.",
                ) from error
        return self._read[1]

    def create(
        self, name: str, right: Right, collections: Sequence[str] | None = None, days: float | None = None
    ) -> tuple[Key, str]:
        """Make a key.

        Args:
            name: For people.
            right: What it is good for.
            collections: The only ones that exist for it, the first being its default; None for all.
            days: How long it is valid; None for good.

        Returns:
            The key, and the token to send, which is kept nowhere.

        Raises:
            InvalidInput: A name cannot be printed, or one of a collection is empty.
            StorageFailed: The data directory cannot be written.
            IndexLocked: Another process keeps the keys locked.
        """
        if not all(text.strip() and text.isprintable() for text in (name, *(collections or ()))):
            raise InvalidInput(
                "A key's name, or that of a collection, is empty or has control characters.",
                "Give names that can be read.",
            )
        now = datetime.now(UTC).replace(microsecond=0)
        with self._changing() as kept:
            key_id = token_hex(6)
            token = f"cw_{key_id}_{token_urlsafe(32)}"
            key = Key(
                id=key_id,
                name=name,
                right=right,
                collections=None if collections is None else tuple(collections),
                created_at=now,
                expires_at=None if days is None else now + timedelta(days=days),
                sha256=_hashed(token),
            )
            self._write((*kept, key))
        return key, token

    def revoke(self, key_id: str) -> Key:
        """Make a key invalid at once, in running servers too.

        Raises:
            KeyNotFound: There is no such key.
            StorageFailed, IndexLocked: As ``create`` does.
        """
        with self._changing() as kept:
            revoked = next((key for key in kept if key.id == key_id), None)
            if revoked is None:
                raise KeyNotFound(f"There is no API key {key_id!r}.", "citewise keys list shows the ids.")
            self._write(tuple(key for key in kept if key is not revoked))
        return revoked

    def find(self, token: str) -> Key | None:
        """The valid key whose token this is.

        Raises:
            StorageFailed: As ``keys`` does.
        """
        hashed, now = _hashed(token), datetime.now(UTC)
        for key in self.keys():
            if compare_digest(key.sha256, hashed):
                return None if key.expires_at is not None and key.expires_at <= now else key
        return None

    @contextmanager
    def _changing(self) -> Iterator[tuple[Key, ...]]:
        lock = FileLock(self._folder / "keys.lock")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with lock.acquire(timeout=_PATIENCE_SECONDS, poll_interval=0.01):
                yield self.keys()
        except Timeout:
            raise IndexLocked(
                f"Another process is changing the API keys in {self._folder}.", "Try again."
            ) from None
        except OSError as error:
            raise StorageFailed(
                f"The API keys in {self._folder} cannot be written ({error.strerror}).",
                "Check its permissions and the disk.",
            ) from error

    def _write(self, keys: tuple[Key, ...]) -> None:
        """Replace the file whole; of a change that fails nothing is left, of a killed one until the next."""
        partial = self._file.with_name("keys.json.new")
        partial.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(_KEYS.dump_json(keys, indent=1))
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._file)
        except BaseException:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
