"""The examples of docs/http.md, run in their order against a server that begins empty."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

from service.settings import load_settings
from service.wiring import open_app
from tests.conftest import ROOT
from tests.serving import serving

_BLOCK = re.compile(r"^```(sh|python|js)\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.M | re.S)
_RUN = {
    "sh": ["sh", "-eu", "-c"],
    "python": [sys.executable, "-c"],
    "js": ["node", "--input-type=module", "--eval"],
}


class Example(NamedTuple):
    """A block of the page, and the block of what it prints."""

    language: str
    code: str
    output: str


Runs: TypeAlias = Mapping[Example, subprocess.CompletedProcess[str]]
EXAMPLES = [Example(*found) for found in _BLOCK.findall((ROOT / "docs/http.md").read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    folder = tmp_path_factory.mktemp("examples")
    with open_app(load_settings(data_dir=folder / "index"), create=True):
        pass
    with serving(folder / "index") as address:
        yield {e: _run(e, address, folder) for e in EXAMPLES if shutil.which(_RUN[e.language][0])}


def _run(example: Example, address: str, folder: Path) -> subprocess.CompletedProcess[str]:
    code = example.code.replace("localhost:8000", address.removeprefix("http://"))
    return subprocess.run(
        [*_RUN[example.language], code], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def _pattern(output: str) -> str:
    """A regular expression for what is shown, whatever its white space; an ellipsis is anything."""
    return ".*?".join(re.escape("".join(part.split())) for part in output.split("…"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code.split("\n")[0])
def test_example_prints_what_the_page_shows(runs: Runs, example: Example) -> None:
    if example not in runs:
        pytest.skip(f"{_RUN[example.language][0]} is not on this machine")
    run = runs[example]
    assert (run.returncode, run.stderr) == (0, ""), example.code
    assert example.output
    shown = "".join(run.stdout.split())
    assert re.fullmatch(_pattern(example.output), shown, re.S), f"{example.code}\nprinted\n{run.stdout}"
