"""Keys: made, found, kept as hashes, revoked."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.errors import InvalidInput, KeyNotFound, StorageFailed
from service.access.keyring import KeyRing
from service.access.rights import Right


def test_a_key_is_found_by_its_token_until_it_is_revoked(tmp_path: Path) -> None:
    ring, elsewhere = KeyRing(tmp_path / "new"), KeyRing(tmp_path / "new")
    key, token = ring.create("web", Right.READ, ["sky"])
    assert elsewhere.find(token) == key
    assert elsewhere.find(token + "x") is None
    assert elsewhere.find(key.sha256) is None
    assert ring.revoke(key.id) == key
    assert elsewhere.find(token) is None
    with pytest.raises(KeyNotFound):
        ring.revoke(key.id)


def test_a_key_is_kept_as_a_hash_that_its_owner_alone_reads(tmp_path: Path) -> None:
    _, token = KeyRing(tmp_path).create("web", Right.READ)
    kept = tmp_path / "keys.json"
    assert token.split("_", 2)[2] not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_an_expired_key_is_none(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert ring.find(ring.create("web", Right.READ, days=1)[1])
    assert ring.find(ring.create("web", Right.READ, days=0)[1]) is None


def test_keys_made_at_once_are_all_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: KeyRing(tmp_path).create(str(n), Right.READ)[1], range(40)))
    ring = KeyRing(tmp_path)
    assert len(ring.keys()) == 40
    assert all(ring.find(token) for token in made)


def test_a_change_that_fails_leaves_the_keys_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = KeyRing(tmp_path)
    key, _ = ring.create("web", Right.READ)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageFailed, match="No space left"):
        ring.create("more", Right.READ)
    assert KeyRing(tmp_path).keys() == (key,)
    assert {path.name for path in tmp_path.iterdir()} <= {"keys.json", "keys.lock"}


def test_a_key_needs_names_that_can_be_read(tmp_path: Path) -> None:
    for name, collections in (("", None), ("a\tb", None), ("web", [""]), ("web", ["a", "\n"])):
        with pytest.raises(InvalidInput):
            KeyRing(tmp_path).create(name, Right.READ, collections)
