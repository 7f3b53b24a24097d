"""One combination asked every question, in a process of its own."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from eval.datasets.gold import read_gold
from eval.runner import run as run_cases
from eval.runs import fingerprint, load_run, save_run
from eval.sweep.grid import sweepable
from eval.sweep.memory import peak_bytes
from eval.targets.in_process import InProcess, ask_of
from index.errors import CitewiseError
from index.types import Json
from service.settings import Settings
from service.wiring import open_app


@dataclass(frozen=True, slots=True)
class Task:
    """What to run.

    Attributes:
        settings: All settings, with the data directory of the index to ask.
        out: The run file.
    """

    settings: Settings
    gold: Path
    out: Path


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task.

    Attributes:
        reused: The run file was there, of the same fingerprint.
        failure: Why there is no run.
        peak: The most memory that the process ever held, in bytes.
    """

    reused: bool
    failure: str | None
    peak: int


def work(task: Task) -> Done:
    """Run a task unless its run file is there; the file appears when it is complete."""
    try:
        return Done(_run(task), None, peak_bytes())
    except CitewiseError as error:
        return Done(False, str(error), peak_bytes())
    except Exception as error:
        return Done(False, f"{type(error).__name__}: {error}", peak_bytes())


def _run(task: Task) -> bool:
    settings = task.settings
    cases = read_gold(task.gold)
    with open_app(settings) as app:
        target = InProcess(app, ask_of(settings))
        swept: dict[str, Json] = settings.model_dump(mode="json", include=set(sweepable()))
        known = fingerprint(task.gold, {**target.describe(), "settings": swept})
        if _is_done(task.out, known):
            return True
        save_run(replace(run_cases(target, cases, task.gold), fingerprint=known), task.out)
        return False


def _is_done(out: Path, known: dict[str, Json]) -> bool:
    try:
        return bool(load_run(out).fingerprint == json.loads(json.dumps(known)))
    except CitewiseError:
        return False
