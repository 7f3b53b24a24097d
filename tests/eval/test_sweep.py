"""Sweeps over the seeds, in processes as a person's run has them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from eval.gold.files import write_new
from eval.runs import load_run
from eval.sweep.grid import Combination, read_grid, sweepable
from eval.sweep.indexes import of_files, of_index, prepare
from eval.sweep.memory import available_bytes, peak_bytes
from eval.sweep.sweep import Outcome, Sweep
from eval.sweep.table import tabulate
from eval.types import Case, GoldEvidence
from index.errors import InvalidInput, InvalidSettings, PathNotFound
from index.load.files import find_sources
from index.types import Document
from service.settings import Settings
from service.wiring import App, open_app
from tests.eval.making import INTERRUPTIBLE, result, run_of


def _grid(folder: Path, text: str, **flags: object) -> list[Combination]:
    path = folder / "grid.toml"
    path.write_text(text)
    return read_grid(path, **flags)


def test_a_grid_is_all_combinations_in_its_order(tmp_path: Path) -> None:
    combinations = _grid(tmp_path, "max_sentences = [3, 1]\ntop_k = [8, 4]\nchunk_tokens = 96\n")
    assert [c.name for c in combinations] == [
        f"max_sentences={m},top_k={k},chunk_tokens=96" for m, k in ((3, 8), (3, 4), (1, 8), (1, 4))
    ]
    assert {c.index_name for c in combinations} == {"embedder=all-MiniLM-L6-v2,chunk_tokens=96"}
    assert (combinations[3].settings.max_sentences, combinations[3].settings.top_k) == (1, 4)


def test_a_name_is_a_file_name_whatever_the_setting(tmp_path: Path) -> None:
    one, other = _grid(tmp_path, 'embedder = ["../models/a b", "../models/a_b"]')
    assert "/" not in one.name + other.name
    assert one.name != other.name
    (long,) = _grid(tmp_path, f'embedder = "{"x" * 400}"')
    assert len(long.name) < 200


@pytest.mark.parametrize(
    ("text", "error", "named"),
    [
        ("topk = [4]", InvalidSettings, "'topk'.*top_k"),
        ("port = [4]", InvalidSettings, "'port'"),
        ("queue = [4]", InvalidSettings, "'queue'"),
        ("data_dir = ['a']", InvalidSettings, "'data_dir'"),
        ("top_k = [4, 0]", InvalidSettings, "'top_k'"),
        ("top_k = ['many']", InvalidSettings, "'top_k'"),
        ("top_k = []", InvalidInput, "no value for 'top_k'"),
        ("top_k = [4, 4]", InvalidInput, "top_k=4 twice"),
        ("top_k = ", InvalidInput, "not TOML"),
        ("", InvalidInput, "sweeps nothing"),
    ],
)
def test_a_wrong_grid_is_refused_by_name(
    tmp_path: Path, text: str, error: type[Exception], named: str
) -> None:
    with pytest.raises(error, match=named):
        _grid(tmp_path, text)


def test_a_missing_grid_is_named(tmp_path: Path) -> None:
    with pytest.raises(PathNotFound, match=r"none\.toml"):
        read_grid(tmp_path / "none.toml")
    assert (
        {"embedder", "chunk_tokens", "top_k", "max_sentences"}
        <= set(sweepable())
        <= set(Settings.model_fields)
    )


def test_memory_is_seen() -> None:
    assert 2**20 < peak_bytes() < 2**40
    assert available_bytes() > 2**20


def test_an_index_holds_exactly_the_documents(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"The {name} comet returned.")
    root, told = tmp_path / "sweep", list[str]()

    def held() -> list[str]:
        with open_app(app.settings.model_copy(update={"data_dir": root})) as opened:
            return [record.id for record in opened.index.store.documents("default")]

    prepare(app.settings, root, of_files(list(find_sources([folder])), told.append), told.append)
    assert held() == ["a.txt", "b.txt"]
    (folder / "b.txt").unlink()
    prepare(app.settings, root, of_files(list(find_sources([folder])), told.append), told.append)
    assert held() == ["a.txt"]
    app.builder.put("default", Document("kept", "The comet."))
    prepare(app.settings, root, of_index(app.settings), told.append)
    assert held() == ["kept"]
    (root / "citewise.db").write_bytes(b"no database" * 1000)
    prepare(app.settings, root, of_index(app.settings), told.append)
    assert held() == ["kept"]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a few short texts."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "halley.txt").write_text("The comet of Halley returned in May 1910. Many saw it in Bern.")
    (folder / "encke.txt").write_text("The comet of Encke returns every three years. It is faint.")
    return folder


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gold questions about the texts."""
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    when = GoldEvidence("halley.txt", "returned in May 1910")
    often = GoldEvidence("encke.txt", "returns every three years")
    write_new(
        path,
        [
            Case("a", "When did the comet of Halley return?", True, ("1910",), evidence=(when,)),
            Case("b", "How often does the comet of Encke return?", True, evidence=(often,)),
            Case("c", "Who won the chess game in Reykjavik?", False),
        ],
    )
    return path


@pytest.fixture(scope="module")
def swept(gold: Path, texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a sweep with two failing combinations has been run."""
    folder = tmp_path_factory.mktemp("sweep")
    outcomes, told = _sweep(gold, folder, texts)
    assert [o.failure is None for o in outcomes] == [True, True, False, False]
    assert "chunk_tokens is 5000" in (outcomes[2].failure or "")
    assert sum(": done" in text for text in told) == 2
    (folder / "table.md").write_text(tabulate(outcomes).markdown())
    return folder


def _sweep(gold: Path, folder: Path, texts: Path) -> tuple[list[Outcome], list[str]]:
    told: list[str] = []
    combinations = _grid(folder, "chunk_tokens = [200, 5000]\nmax_sentences = [3, 1]\n")
    sources = list(find_sources([texts]))
    return Sweep(gold, combinations, folder, sources, None, told.append).run(), told


def test_combinations_share_an_index_and_one_that_fails_stops_no_other(swept: Path) -> None:
    runs = sorted(p.name for p in swept.glob("*.json"))
    assert runs == [f"chunk_tokens=200,max_sentences={m}.json" for m in (1, 3)]
    assert [p.name for p in (swept / "indexes").iterdir() if (p / "citewise.db").exists()] == [
        "embedder=all-MiniLM-L6-v2,chunk_tokens=200"
    ]
    short, long = (load_run(swept / name) for name in runs)
    assert (short.fingerprint["max_sentences"], long.fingerprint["max_sentences"]) == (1, 3)
    assert all(len(r.response.citations or ()) <= 1 for r in short.results if r.response)
    assert not any(r.failure for r in long.results)


def test_the_table_has_figures_verdicts_and_failures(swept: Path) -> None:
    lines = (swept / "table.md").read_text().splitlines()
    assert len({line.count("|") for line in lines[:6]}) == 1
    assert "answerable: right, from a right source" in lines[0]
    assert " (1.000 to 1.000) |" in lines[2]
    assert lines[3].endswith("| 3 | no difference shown |")
    assert "failed: " in lines[4]


def test_what_is_done_is_not_run_again(swept: Path, gold: Path, texts: Path) -> None:
    def times() -> dict[str, int]:
        return {p.name: p.stat().st_mtime_ns for p in swept.glob("*.json")}

    before = times()
    name = min(before)
    run = load_run(swept / name)
    (swept / name).write_text("{}")  # no run: made again
    _, told = _sweep(gold, swept, texts)
    assert sum("kept from before" in text for text in told) == 1
    assert [n for n, t in times().items() if t != before[n]] == [name]
    again = load_run(swept / name)
    assert again.fingerprint == run.fingerprint
    assert [r.outcome for r in again.results] == [r.outcome for r in run.results]


def test_verdicts_are_against_the_first(tmp_path: Path) -> None:
    combinations = _grid(tmp_path, "max_sentences = [3, 1]")
    cases = [Case(str(number), "q", True) for number in range(12)]
    wrong = run_of(*(result(case.id, "wrong", right=0.0) for case in cases))
    right = run_of(*(result(case.id, "right", right=1.0) for case in cases))
    outcomes = [Outcome(c, r, None) for c, r in zip(combinations, (wrong, right), strict=True)]
    rows = tabulate(outcomes).rows
    assert rows[0][-1] == ""
    assert rows[1][-1].startswith("better: answerable: right, from a right source (+1.000, p ")
    assert tabulate(outcomes[::-1]).rows[1][-1].startswith("worse: ")


@pytest.fixture
def command(gold: Path, swept: Path, tmp_path: Path) -> list[str]:
    (tmp_path / "grid.toml").write_text("max_sentences = [3, 1]\n")
    program = [sys.executable, "-c", f"{INTERRUPTIBLE}from eval.cli import main; main()"]
    options = ["--grid", str(tmp_path / "grid.toml"), "--out", str(tmp_path / "out")]
    (index,) = (swept / "indexes").glob("*=200")
    return [*program, "eval", "sweep", str(gold), *options, "--data-dir", str(index)]


def test_ctrl_c_leaves_nothing_half_done(command: list[str], tmp_path: Path) -> None:
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stderr is not None
    while "[1/2]" not in running.stderr.readline():
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "run the same command again" in err
    assert "Traceback" not in err
    kept = list((tmp_path / "out").iterdir())
    assert [p.name for p in kept] == ["max_sentences=3.json"]
    assert len(json.loads(kept[0].read_text())["results"]) == 3
