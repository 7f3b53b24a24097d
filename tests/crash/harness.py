"""Kills the driver again and again, and compares what is left with the model each time."""

import json
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from index.backup import back_up
from index.points import Point
from tests.crash.compare import Comparison, Wrong, differs, loaded
from tests.crash.model import Model, Operation
from tests.crash.plan import plan, plan_for

_STUCK_SECONDS = 60
_STARTING = -1


class Failed(AssertionError):
    """A kill after which the index was not right."""


@dataclass(slots=True)
class Tally:
    """What was killed, and what became of the operation that was in flight."""

    operations: Counter[tuple[str, str]] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    acknowledged: int = 0
    citations: int = 0


@dataclass(frozen=True, slots=True)
class _Run:
    """What the driver said before it died: acknowledged operations, and the one in flight."""

    acknowledged: int
    in_flight: int | None
    killed: bool


class Driver:
    """The fork server."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.driver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            bufsize=0,
            # Who is killed cannot give back a semaphore; Python does it for them, and says so.
            env={**os.environ, "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning"},
        )
        self._buffer = b""
        self._seconds: dict[str, float] = {}

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=_STUCK_SECONDS)
        self._log.close()

    def run(
        self,
        request: dict[str, Any],
        random: Random,
        stop_in: int | None,
    ) -> _Run:
        """Perform operations in a child; kill it in the middle of the ``stop_in``-th if given."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        operations: list[Operation] = request["operations"]
        pid, acknowledged, in_flight = 0, 0, None
        while True:
            said = self._read()
            if "pid" in said:
                pid = said["pid"]
            elif "begin" in said:
                in_flight = said["begin"]
                if in_flight == stop_in:
                    kind = "start" if in_flight == _STARTING else operations[in_flight]["do"]
                    # Up to a little more than it takes: some kills come when it has just ended.
                    time.sleep(random.uniform(0, 1.1) * self._seconds.get(kind, 0.01))
                    _kill_group(pid)
            elif "ack" in said:
                number, in_flight = said["ack"], None
                acknowledged = number + 1
                kind = "start" if number == _STARTING else operations[number]["do"]
                self._seconds[kind] = 0.8 * self._seconds.get(kind, said["seconds"]) + 0.2 * said["seconds"]
            elif "error" in said:
                raise Failed(f"the driver failed:\n{said['error']}")
            else:
                # The readers of the sandbox, which may have been left behind.
                _kill_group(pid)
                return _Run(acknowledged, in_flight, os.WIFSIGNALED(said["end"]))

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._process.stdout], [], [], _STUCK_SECONDS)
            block = os.read(self._process.stdout.fileno(), 65536) if ready else b""
            if not block:
                raise Failed("the driver is stuck or gone")
            self._buffer += block
        line, _, self._buffer = self._buffer.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        return said


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


class History:
    """One data directory, from its beginning through many kills.

    Args:
        driver: Performs.
        comparison: Compares.
        where: An empty folder.
        seed: Decides everything but the moments of kills by the clock.
        tally: Counts.
    """

    def __init__(self, driver: Driver, comparison: Comparison, where: Path, seed: int, tally: Tally) -> None:
        self._driver, self._comparison, self._tally = driver, comparison, tally
        self._random = Random(seed)
        self._where = where
        self._data, self._folder, self._backups = where / "data", where / "folder", where / "backups"
        self._model = Model(loaded)
        self._checked: dict[str, int] = {}

    def kill_at(self, point: Point, nth: int = 1) -> bool:
        """Run until the driver kills itself at a point, reached so often; whether it came there."""
        operations = plan_for(self._random, self._model, point, str(self._folder), str(self._backups))
        run = self._run(operations, point=point, nth=nth)
        if run.killed:
            self._tally.points[point] += 1
        return run.killed

    def kill_at_a_moment(self) -> None:
        """Run until some random moment."""
        length = self._random.randint(1, 8)
        operations = plan(self._random, self._model, str(self._folder), str(self._backups), length)
        stop_in = self._random.choice([_STARTING, *range(length), *range(length), *range(length)])
        self._run(operations, stop_in=stop_in)

    def _run(
        self,
        operations: list[Operation],
        *,
        point: Point | None = None,
        nth: int = 1,
        stop_in: int | None = None,
    ) -> _Run:
        request = {
            "data_dir": str(self._data),
            "operations": operations,
            "point": point,
            "nth": nth,
        }
        run = self._driver.run(request, self._random, stop_in)
        for operation in operations[: run.acknowledged]:
            self._model.apply(operation)
        self._tally.acknowledged += run.acknowledged
        kind, became = "between operations", ""
        pending: Operation | None = None
        if run.in_flight is not None:
            pending = operations[run.in_flight] if run.in_flight != _STARTING else None
            kind = pending["do"] if pending else "start"
        with self._comparison.open(self._data) as builder, _no_warnings():
            became = self._settle(builder.index.store, pending)
            self._comparison.require(builder.index, self._model.state)
            self._tally.citations += self._comparison.require_answers(builder.index, self._model.state)
            became = self._require_backups(pending) or became
            builder.save()
            self._require_clean(builder, pending)
        if run.killed:
            self._tally.kills += 1
            self._tally.operations[kind, became] += 1
        return run

    def _settle(self, store: Any, pending: Operation | None) -> str:
        """Find how far the operation in flight came, and let the model be there."""
        steps = self._model.steps(pending) if pending else []
        states = [self._model.state, *steps]
        differences = [differs(store, state) for state in states]
        for number, difference in reversed(list(enumerate(differences))):
            if difference is None:
                self._model.state = states[number]
                if not steps:
                    return ""
                return "applied" if number == len(steps) else "in part" if number else "not applied"
        raise Wrong(f"neither as before {pending} nor as after it: {differences}")

    def _require_backups(self, pending: Operation | None) -> str:
        """Raise Wrong unless each backup is there whole; says what became of one in flight."""
        became = ""
        for name in (f"{self._backups}/x.db", f"{self._backups}/y.db"):
            file = Path(name)
            former = self._model.backups.get(name)
            states = [former] if former else []
            in_flight = pending is not None and pending["do"] == "backup" and pending["file"] == name
            if in_flight:
                states.insert(0, self._model.state)
            if not file.exists():
                if former:
                    raise Wrong(f"the backup {name} is gone")
                became = "not applied" if in_flight else became
                continue
            changed = file.stat().st_mtime_ns
            if self._checked.get(name) != changed:
                self._model.backups[name] = self._comparison.require_backup(file, *states).copy()
                became = "applied" if in_flight else became
                self._checked[name] = changed
            elif in_flight:
                became = "not applied"
        return became

    def _require_clean(self, builder: Any, pending: Operation | None) -> None:
        if pending and pending["do"] == "backup":
            back_up(builder.index.store, Path(pending["file"]))
            self._model.backups[pending["file"]] = self._model.state.copy()
            half = [p.name for p in self._backups.iterdir() if p.name not in {"x.db", "y.db"}]
            if half:
                raise Wrong(f"left beside the backups: {half}")
        left = [str(p) for p in self._data.rglob("*.tmp*")]
        if left:
            raise Wrong(f"left after a write: {left}")


@contextmanager
def _no_warnings() -> Iterator[None]:
    """A killed process does not damage a file, so nothing may be found to be damaged."""
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    listener = Listener(logging.WARNING)
    logging.getLogger("index").addHandler(listener)
    try:
        yield
    finally:
        logging.getLogger("index").removeHandler(listener)
    if said:
        raise Wrong(f"the product warned: {said}")


def kill_many(where: Path, kills: int, seed: int, each: int = 40) -> Tally:
    """Kill until every point was killed at and there were so many kills.

    Args:
        where: A folder for the data directories; those of runs without fault are removed.
        kills: How many, at least.
        seed: The first history's; the next ones count up.
        each: How many kills a history lasts.

    Raises:
        Failed: An index was not right afterwards, or a point is never reached.
    """
    tally, comparison = Tally(), Comparison()
    driver = Driver(where / "driver.log")
    points = list(Point)
    misses: Counter[str] = Counter()
    try:
        while tally.kills < kills or any(not tally.points[p] for p in points):
            folder = where / f"seed-{seed}"
            folder.mkdir()
            history = History(driver, comparison, folder.resolve(), seed, tally)
            choose = Random(seed)
            before = tally.kills
            try:
                while tally.kills - before < each and (
                    tally.kills < kills or any(not tally.points[p] for p in points)
                ):
                    if choose.random() < 0.5:
                        history.kill_at_a_moment()
                        continue
                    point = min(points, key=lambda p: (tally.points[p] + misses[p], choose.random()))
                    if not history.kill_at(point, choose.choice([1, 1, 1, 2, 3])):
                        misses[point] += 1
                        if misses[point] > 10 and not tally.points[point]:
                            raise Wrong(f"the point {point} is never reached")
            except BaseException as error:
                raise Failed(f"seed {seed}, after {tally.kills} kills; see {folder}: {error}") from error
            shutil.rmtree(folder)
            seed += 1
    finally:
        driver.close()
    return tally
