"""The seeds' gold questions, asked once."""

from pathlib import Path

import pytest

from eval.datasets.contract import read_cases
from eval.runner import run
from eval.runs import Run, load_run, save_run
from eval.targets.in_process import InProcess
from service.types import Ask
from service.wiring import App
from tests.conftest import QUESTIONS, once


@pytest.fixture(scope="session")
def seeds_run(seeds_app: App, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What the real system answers to the seeds' questions."""

    def make(path: Path) -> None:
        save_run(run(InProcess(seeds_app, Ask("")), read_cases(QUESTIONS), QUESTIONS), path)

    return load_run(once(tmp_path_factory, "seeds.run", make))
