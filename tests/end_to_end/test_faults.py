"""Full disks, read-only folders, and several processes at once: the command as a person runs it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from index.backup import restore
from index.layout import Layout
from index.verify import verify
from service.settings import load_settings
from service.types import Ask
from service.wiring import open_app

COMMAND = Path(sys.executable).with_name("citewise")
_QUESTION = "When did the comet return?"
# Root may write everywhere, until it gives that up.
_POWERLESS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.getuid() == 0 else ("env",)


# Without the signal, too large a file is an error of the write: as if the disk were full.
_LIMITED = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
os.execv(sys.argv[2], sys.argv[2:])
"""


def _start(
    *arguments: object,
    largest_file: int | None = None,
    powerless: bool = False,
) -> subprocess.Popen[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CITEWISE_")}
    limit = [sys.executable, "-c", _LIMITED, str(largest_file)] if largest_file else []
    return subprocess.Popen(
        [*limit, *(_POWERLESS if powerless else ()), COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean,
    )


def _run(
    *arguments: object,
    largest_file: int | None = None,
    powerless: bool = False,
) -> tuple[int, str, str]:
    process = _start(*arguments, largest_file=largest_file, powerless=powerless)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    assert "unexpected" not in err
    return process.returncode, out, err


def _ok(*arguments: object) -> str:
    code, out, err = _run(*arguments)
    assert code == 0, err
    return out


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "comet.txt").write_text("The comet returned in May 1910. It was seen from Lisbon.")
    (folder / "harbour.txt").write_text("The harbour was dredged in 1931. The work took three years.")
    return folder


@pytest.fixture
def data(tmp_path: Path, docs: Path) -> Path:
    """A data directory with two documents."""
    _ok("index", docs, "--data-dir", tmp_path / "data")
    return tmp_path / "data"


def _require_whole(data: Path, documents: int) -> None:
    with open_app(load_settings(data_dir=data)) as app:
        assert verify(app.index) == []
        assert len(app.index.store.documents("default")) == documents
        assert "1910" in app.pipeline.answer(Ask(_QUESTION)).text


def test_indexing_with_no_room_fails_by_name_and_loses_nothing(data: Path, docs: Path) -> None:
    (docs / "long.txt").write_text("\n\n".join(f"Paragraph {n} is about nothing much." for n in range(300)))
    size = Layout(data).database.stat().st_size
    code, _, err = _run("index", docs, "--data-dir", data, largest_file=size + 20_000)
    assert code == 1
    # Or it is a temporary file of the reader that does not fit.
    assert "citewise.db cannot be" in err or "no room on the disk" in err
    _require_whole(data, 2)
    _ok("index", docs, "--data-dir", data)
    _require_whole(data, 3)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["backup", "restore", "purge"])
def test_copies_with_no_room_fail_by_name_and_lose_nothing(data: Path, tmp_path: Path, command: str) -> None:
    backup = tmp_path / "copy.db"
    _ok("backup", backup, "--data-dir", data)
    kept = backup.read_bytes()
    arguments: tuple[object, ...] = {
        "backup": ("backup", backup),
        "restore": ("restore", backup, "--replace"),
        "purge": ("index", "purge"),
    }[command]
    code, _, err = _run(*arguments, "--data-dir", data, largest_file=20_000)
    assert code == 1, err
    assert "disk" in err
    assert "damaged" not in err
    assert "cannot be used as a backup" not in err
    assert backup.read_bytes() == kept
    assert not list(tmp_path.glob("*.tmp*"))
    _require_whole(data, 2)
    _ok(*arguments, "--data-dir", data)
    _require_whole(data, 2)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    where = tmp_path / "disk"
    where.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", where], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not permitted here")
    yield where
    subprocess.run(["umount", where], check=True)


@pytest.mark.slow
def test_a_disk_that_runs_full_loses_nothing(disk: Path, docs: Path) -> None:
    data = disk / "data"
    _ok("index", docs, "--data-dir", data)
    for number in range(6):
        paragraphs = [f"Paragraph {n} of {number} is about nothing much." for n in range(150)]
        (docs / f"long{number}.txt").write_text("\n\n".join(paragraphs))
    code, _, err = _run("index", docs, "--data-dir", data)
    assert code == 1
    assert re.search(r"citewise.db cannot be .* full", err)
    before = json.loads(_ok("docs", "list", "--json", "--data-dir", data))["documents"]
    assert 2 <= len(before) < 8
    code, _, err = _run("backup", disk / "copy.db", "--data-dir", data)
    assert code == 1, err
    assert "copy.db cannot be written" in err
    assert not list(disk.glob("copy*"))
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
    _require_whole(data, len(before))
    _ok("index", docs, "--data-dir", data)
    _require_whole(data, 8)


def _lock_away(root: Path, *, mode: int) -> None:
    for path in (root, *root.rglob("*")):
        path.chmod(mode | (0o111 if path.is_dir() else 0))


@pytest.mark.slow
@pytest.mark.parametrize("log_left", [False, True])
def test_a_folder_that_cannot_be_written_is_read(data: Path, docs: Path, *, log_left: bool) -> None:
    if subprocess.run([*_POWERLESS, "true"], check=False).returncode:
        pytest.skip("root cannot give up its powers here")
    if log_left:
        _leave_a_log(data)
    _lock_away(data, mode=0o444)
    before = {p: p.read_bytes() for p in data.rglob("*") if p.is_file()}
    try:
        for reading in (["ask", _QUESTION], ["search", _QUESTION], ["docs", "list"]):
            code, out, err = _run(*reading, "--data-dir", data, powerless=True)
            if log_left:
                assert code == 0 or (code == 1 and "citewise.db" in err), err
            else:
                assert code == 0, err
                assert "comet" in out.lower()
        for writing in (["index", str(docs)], ["docs", "rm", "comet.txt"]):
            code, _, err = _run(*writing, "--data-dir", data, powerless=True)
            assert code == 1, err
            assert str(data) in err
    finally:
        _lock_away(data, mode=0o644)
    assert all(path.read_bytes() == held for path, held in before.items() if not path.name.endswith("-shm"))
    _require_whole(data, 2)


def _leave_a_log(data: Path) -> None:
    """What a process leaves that is killed after a write."""
    code = (
        "import os, sqlite3, signal\n"
        f"c = sqlite3.connect({str(Layout(data).database)!r})\n"
        "c.execute('PRAGMA wal_autocheckpoint = 0')\n"
        "c.execute('UPDATE files SET path = path')\nc.commit()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert Layout(data).database.with_name("citewise.db-wal").stat().st_size > 0


@contextmanager
def _serving(data: Path) -> Iterator[httpx2.Client]:
    process = _start("serve", "--port", 0, "--data-dir", data)
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    address = next(m[1] for line in lines if (m := re.search(r"running on (http://\S+)", line)))
    reader = Thread(target=process.stderr.read)  # or its log fills the pipe
    reader.start()
    try:
        with httpx2.Client(base_url=address, timeout=30) as client:
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        reader.join(timeout=20)
        process.communicate(timeout=20)


def _answer(client: httpx2.Client, question: str = _QUESTION) -> str:
    answered = client.post("/v1/answers", json={"question": question})
    assert answered.status_code == 200, answered.text
    body = answered.json()
    del body["timings_ms"]
    return json.dumps(body)


@pytest.mark.slow
def test_a_server_sees_what_others_write_delete_and_restore(data: Path, docs: Path, tmp_path: Path) -> None:
    with _serving(data) as client:
        backup = tmp_path / "copy.db"
        _ok("backup", backup, "--data-dir", data)
        then = _answer(client)
        assert "1910" in then

        (docs / "comet.txt").write_text("The comet returned in March 1986. It was seen from Hobart.")
        _ok("index", docs, "--data-dir", data)
        assert "1986" in _answer(client)
        _ok("docs", "rm", "comet.txt", "--data-dir", data)
        assert "comet.txt" not in client.post("/v1/search", json={"question": _QUESTION}).text
        assert client.get("/v1/documents/comet.txt/text").status_code == 410

        _ok("restore", backup, "--replace", "--data-dir", data)
        assert _answer(client) == then

        # The same versions again, in another history.
        (docs / "comet.txt").write_text("The comet returned in April 2061. It was seen from Quito.")
        _ok("index", docs, "--data-dir", data)
        answered = _answer(client)
        assert "2061" in answered
        assert "1986" not in answered
    _require_verified(data)


def _require_verified(data: Path) -> None:
    with open_app(load_settings(data_dir=data)) as app:
        assert verify(app.index) == []


@pytest.mark.slow
def test_a_server_never_shows_half_a_document_while_it_is_indexed(data: Path, docs: Path) -> None:
    with _serving(data) as client:
        for year in (1911, 1912):
            # Every sentence of a version names its year.
            text = "\n\n".join(f"The comet returned in {year}, said witness {n}." for n in range(60))
            (docs / "comet.txt").write_text(text)
            writing = _start("index", docs, "--data-dir", data)
            seen = set()
            while writing.poll() is None:
                found = client.post("/v1/search", json={"question": _QUESTION, "top_k": 20}).json()
                passages = [p["text"] for p in found["passages"] if p["document_id"] == "comet.txt"]
                years = set(re.findall(r"returned in (?:May )?(\d{4})", " ".join(passages)))
                assert len(years) == 1
                seen |= years
            writing.communicate()
            assert str(year) in _answer(client)
    _require_verified(data)


@pytest.mark.slow
def test_two_writers_at_once_both_finish_or_say_why(tmp_path: Path, docs: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for number in range(10):
        (docs / f"d{number}.txt").write_text(f"The orchard bore pears in {1900 + number}.")
        (other / f"o{number}.txt").write_text(f"The violin was tuned in {1900 + number}.")
    data = tmp_path / "data"
    writers = [_start("index", folder, "--data-dir", data) for folder in (docs, other)]
    for writer in writers:
        _, err = writer.communicate(timeout=120)
        assert writer.returncode == 0 or "Another process is writing" in err, err
    _ok("index", docs, "--data-dir", data)
    _ok("index", other, "--data-dir", data)
    _require_whole(data, 22)


@pytest.mark.slow
def test_a_backup_while_somebody_writes_is_of_one_version(data: Path, docs: Path, tmp_path: Path) -> None:
    for number in range(30):
        (docs / f"d{number:02}.txt").write_text(f"The orchard bore pears in {1900 + number}.")
    writing = _start("index", docs, "--data-dir", data)
    backups: list[dict[str, Any]] = []
    while writing.poll() is None and len(backups) < 4:
        file = tmp_path / f"{len(backups)}.db"
        backups.append(json.loads(_ok("backup", file, "--json", "--data-dir", data)))
    writing.communicate()
    assert backups
    for number, made in enumerate(backups):
        layout = Layout(tmp_path / f"restored{number}")
        layout.root.mkdir()
        assert restore(Path(made["file"]), layout, replace=False) == made["index_version"]
        with open_app(load_settings(data_dir=layout.root)) as app:
            assert verify(app.index) == []
            listed = app.index.store.documents("default")
        # Each version added one document.
        assert {record.index_version for record in listed} == {*range(1, made["index_version"] + 1)}


def test_removing_with_purge_leaves_no_byte(data: Path, docs: Path) -> None:
    (docs / "secret.txt").write_text("The quetzalcoatlus flew over Xochimilco in 1871.")
    _ok("index", docs, "--data-dir", data)
    held = b"".join(p.read_bytes() for p in data.rglob("*") if p.is_file())
    assert b"Xochimilco" in held
    with _serving(data) as client:
        assert "secret.txt" in client.post("/v1/search", json={"question": "quetzalcoatlus"}).text
        _ok("docs", "rm", "secret.txt", "--purge", "--data-dir", data)
        for path in (p for p in data.rglob("*") if p.is_file()):
            content = path.read_bytes().lower()
            assert not [w for w in (b"xochimilco", b"quetzalcoatl", b"1871") if w in content], path
        assert client.get("/v1/documents/secret.txt/text").status_code == 410
        assert "1910" in _answer(client)
    _require_whole(data, 2)
