"""The command as a person runs it: a process of its own, exit codes, stdout and stderr."""

import json
import os
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from index.layout import Layout
from service.settings import load_settings
from tests.conftest import CHENGDU, SEEDS

COMMAND = Path(sys.executable).with_name("citewise")


def _run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CITEWISE_")}
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path, seeds_dir: Path) -> Path:
    """A working directory whose settings name the seeds' index."""
    (tmp_path / "citewise.toml").write_text(f'data_dir = "{seeds_dir}"\n')
    return tmp_path


def test_index_ask_list_show_and_remove(tmp_path: Path) -> None:
    indexed = _run("index", str(SEEDS), "--json", cwd=tmp_path)
    assert indexed.returncode == 0, indexed.stderr
    assert len(json.loads(indexed.stdout)["added"]) == 5
    again = _run("index", str(SEEDS), cwd=tmp_path)
    assert "0 added, 0 changed, 5 unchanged" in again.stdout

    asked = _run("ask", CHENGDU, "--json", cwd=tmp_path)
    answer = json.loads(asked.stdout)
    assert answer["answerable"]
    assert all(s["verified"] for c in answer["citations"] for s in c["sources"])

    listed = json.loads(_run("docs", "list", "--json", cwd=tmp_path).stdout)
    assert len(listed["documents"]) == 5
    name = listed["documents"][0]["id"]
    assert "Chengdu" in _run("docs", "show", name, cwd=tmp_path).stdout
    assert "index version 6" in _run("docs", "rm", name, cwd=tmp_path).stdout
    gone = _run("docs", "show", name, cwd=tmp_path)
    assert (gone.returncode, "deleted" in gone.stderr) == (1, True)
    assert _run("index", "verify", cwd=tmp_path).stdout == "The index is whole.\n"


def test_a_document_is_named_however_its_characters_are_composed(tmp_path: Path) -> None:
    (tmp_path / "Cafe\u0301.txt").write_text("The comet returned in May 1910.")
    indexed = _run("index", "Cafe\u0301.txt", "-c", "cafe\u0301", cwd=tmp_path)
    assert indexed.returncode == 0, indexed.stderr
    for spelled in ("Cafe\u0301.txt", "Caf\u00e9.txt"):
        assert "1910" in _run("docs", "show", spelled, "-c", "caf\u00e9", cwd=tmp_path).stdout
    assert _run("collections", "rm", "cafe\u0301", cwd=tmp_path).returncode == 0


def test_ask_prints_answer_titles_and_ranges(folder: Path) -> None:
    shown = _run("ask", CHENGDU, cwd=folder)
    assert shown.returncode == 0
    assert "[1] " in shown.stdout
    assert ".txt " in shown.stdout


def test_ask_that_abstains_exits_0(folder: Path) -> None:
    shown = _run("ask", "Who won the chess game in Reykjavik?", cwd=folder)
    assert shown.returncode == 0
    assert "No answer" in shown.stdout


def test_search_prints_the_http_shape(folder: Path) -> None:
    found = json.loads(_run("search", CHENGDU, "--top-k", "2", "--json", cwd=folder).stdout)
    assert found.keys() == {"question", "passages", "index_version", "timings_ms"}
    assert len(found["passages"]) == 2
    assert all(len(p["text"]) == p["end"] - p["start"] for p in found["passages"])


def test_two_processes_give_the_same_bytes(folder: Path) -> None:
    questions = [
        "Who chaired the fourth meeting and where was it held?",
        CHENGDU,
        "How many scholarships are there?",
    ]
    for question in questions:
        seen = []
        for seed in ("1", "2"):
            body = json.loads(_run("ask", question, "--json", cwd=folder, PYTHONHASHSEED=seed).stdout)
            del body["timings_ms"]
            seen.append(json.dumps(body))
        assert seen[0] == seen[1]


def test_text_of_documents_is_printed_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "n[bold]x.txt").write_text("The comet :warning: returned [bold]in[/bold] May 1910.\x1b[31m\n")
    _run("index", "n[bold]x.txt", cwd=tmp_path)
    listed = _run("docs", "list", cwd=tmp_path).stdout
    assert listed.split("\t")[0] == "n[bold]x.txt"
    shown = _run("docs", "show", "n[bold]x.txt", cwd=tmp_path).stdout
    assert "The comet :warning: returned [bold]in[/bold] May 1910." in shown
    assert "\x1b" not in shown


def test_ask_on_a_built_index_loads_neither_torch_nor_transformers(folder: Path) -> None:
    code = (
        "import sys; from eval.cli import main\n"
        f"sys.argv = ['citewise', 'ask', {CHENGDU!r}]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'scipy'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.stdout.splitlines()[-1] == "[]", shown.stderr


def test_ask_writes_nothing_outside_the_index(folder: Path) -> None:
    """ONNX Runtime would keep a device id and a queue of events in the home folder."""
    home = folder / "home"
    home.mkdir()
    cache = load_settings().cache_dir
    shown = _run("ask", CHENGDU, cwd=folder, HOME=str(home), CITEWISE_CACHE_DIR=str(cache), TMPDIR=str(home))
    assert shown.returncode == 0, shown.stderr
    assert list(home.rglob("*")) == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", ""], 2, "empty"),
        (["ask", "x" * 100_000], 2, "100,000"),
        (["ask", "x", "-c", "none"], 1, "There is no collection 'none'"),
        (["ask", "x", "-f", "nonsense"], 2, "nonsense"),
        (["ask", "x", "--top-k", "0"], 2, "top_k"),
        (["index", "purge", "--revisions-older-than", "999999"], 2, "keep_revisions_days"),
        (["ask"], 2, "Missing argument"),
        (["index", "/nowhere/at/all"], 1, "/nowhere/at/all is not there"),
        (["docs", "show", "none"], 1, "no document 'none'"),
        (["eval", "run", "none.jsonl"], 1, "none.jsonl is not there"),
        (["eval", "run", "none.jsonl", "--limit", "-1"], 2, "--limit"),
        (["eval", "run", "none.jsonl", "--seed", "-1"], 2, "--seed"),
        (["eval", "run", "none.jsonl", "--report", "/dev/null/report.html"], 1, "/dev/null/report.html"),
        (["eval", "texts", "none.json", "texts"], 1, "none.json is not there"),
        (["eval", "texts", ".", "texts"], 2, "no DragonBall folder"),
        (["ask", "x", "--embedder", "no/such-model"], 1, "hf download no/such-model"),
    ],
)
def test_bad_input_is_named_with_what_to_do(
    folder: Path, arguments: list[str], code: int, message: str
) -> None:
    failed = _run(*arguments, cwd=folder)
    assert failed.returncode == code, failed.stderr
    assert message in failed.stderr
    assert failed.stdout == ""
    assert "Traceback" not in failed.stderr


def test_the_version_is_told(tmp_path: Path) -> None:
    assert _run("--version", cwd=tmp_path).stdout == f"citewise {version('citewise')}\n"


def test_ask_without_an_index_says_how_to_build_one(tmp_path: Path) -> None:
    failed = _run("ask", "x", cwd=tmp_path)
    assert failed.returncode == 1
    assert "citewise index PATH" in failed.stderr
    assert list(tmp_path.iterdir()) == []


def test_files_that_cannot_be_read_are_named_and_fail(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    (tmp_path / "fine.txt").write_text("The comet returned in May 1910.")
    given = [str(tmp_path / n) for n in ("empty.txt", "binary.txt", "image.png", "fine.txt")]
    shown = _run("index", *given, cwd=tmp_path)
    assert shown.returncode == 1
    for part in ("empty.txt holds no text", "binary.txt is binary", "image.png has no supported format"):
        assert part in shown.stderr
    assert "1 added, 0 changed, 0 unchanged, 0 removed, 3 failed" in shown.stdout


def test_an_index_of_another_chunker_is_refused_and_rebuilt(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The comet returned in May 1910.")
    assert _run("index", "a.txt", cwd=tmp_path).returncode == 0
    failed = _run("ask", "When did the comet return?", cwd=tmp_path, CITEWISE_CHUNK_TOKENS="64")
    assert failed.returncode == 1
    assert "citewise index rebuild" in failed.stderr
    assert _run("index", "rebuild", cwd=tmp_path, CITEWISE_CHUNK_TOKENS="64").returncode == 0
    asked = _run("ask", "When did the comet return?", cwd=tmp_path, CITEWISE_CHUNK_TOKENS="64")
    assert "1910" in asked.stdout


def test_a_damaged_database_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The comet returned in May 1910.")
    _run("index", "a.txt", cwd=tmp_path)
    database = Layout(tmp_path / ".citewise").database
    database.write_bytes(b"garbage" * 1000)
    failed = _run("ask", "x", cwd=tmp_path)
    assert failed.returncode == 1
    assert "damaged" in failed.stderr
    assert database.read_bytes().startswith(b"garbage")


def test_serving_where_another_serves_fails_and_is_no_wrong_usage(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = _run("serve", "--port", str(port), cwd=tmp_path)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
