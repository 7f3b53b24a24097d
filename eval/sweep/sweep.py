"""All combinations of a grid, side by side in processes, as far as they are not done."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from eval.runs import Run, load_run
from eval.sweep.grid import SHAPING, Combination, index_settings
from eval.sweep.indexes import of_files, of_index, prepare
from eval.sweep.memory import available_bytes
from eval.sweep.work import Done, Task, work
from index.errors import CitewiseError
from index.load.files import Source


@dataclass(frozen=True, slots=True)
class Outcome:
    """A combination with its run, or why there is none."""

    combination: Combination
    run: Run | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """A gold set under a grid of settings.

    Attributes:
        gold: The gold questions.
        combinations: The first is what the others are compared with.
        folder: Where runs (``NAME.json``) and indexes (``indexes/NAME``) are kept.
        sources: The files to ask about; what the configured index holds if None.
        workers: Processes at a time; without it, as many as cores and memory allow.
        tell: Told what goes on, in sentences.
    """

    gold: Path
    combinations: Sequence[Combination]
    folder: Path
    sources: Sequence[Source] | None
    workers: int | None
    tell: Callable[[str], None]

    def run(self) -> list[Outcome]:
        """Run what is not done yet; one combination that fails does not stop the others.

        When it is interrupted, what is done is kept and what is not leaves no file.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        roots, failures = self._prepared()
        tasks = {
            c.name: Task(
                c.settings.model_copy(update={"data_dir": roots[c.index_name]}), self.gold, self._file(c)
            )
            for c in self.combinations
            if c.index_name in roots
        }
        failed = {c.name: failures[c.index_name] for c in self.combinations if c.index_name in failures}
        for number, (name, done) in enumerate(self._done(tasks), start=1):
            state = "kept from before" if done.reused else "done"
            self.tell(f"[{number}/{len(tasks)}] {name}: {done.failure or state}")
            if done.failure:
                failed[name] = done.failure
        return [
            Outcome(c, None if c.name in failed else load_run(self._file(c)), failed.get(c.name))
            for c in self.combinations
        ]

    def _file(self, combination: Combination) -> Path:
        return self.folder / f"{combination.name}.json"

    def _prepared(self) -> tuple[Mapping[str, Path], Mapping[str, str]]:
        """The data directory of each index by its name, and why some cannot be made."""
        needed = index_settings(self.combinations)
        if self.sources is None and not any(key in SHAPING for c in self.combinations for key in c.chosen):
            return {name: settings.data_dir for name, settings in needed.items()}, {}
        roots, failures = {}, {}
        for number, (name, settings) in enumerate(needed.items(), start=1):
            self.tell(f"Index {number} of {len(needed)}: {name}")
            root = self.folder / "indexes" / name
            fill = of_index(settings) if self.sources is None else of_files(self.sources, self.tell)
            try:
                prepare(settings, root, fill, self.tell)
                roots[name] = root
            except CitewiseError as error:
                failures[name] = str(error)
                self.tell(f"{name}: {error}")
        return roots, failures

    def _done(self, tasks: Mapping[str, Task]) -> Iterator[tuple[str, Done]]:
        """Tasks as they are done: first one alone, to see what memory it takes."""
        waiting = dict(tasks)
        workers = self.workers
        while waiting and workers is None:
            name = next(iter(waiting))
            ((_, done),) = _each({name: waiting.pop(name)}, 1)
            yield name, done
            if done.peak:
                workers = _affordable(done.peak)
        if waiting:
            self.tell(f"{workers} at a time.")
            yield from _each(waiting, workers or 1)


def _affordable(peak: int) -> int:
    return max(1, min(len(os.sched_getaffinity(0)), available_bytes() // peak))


def _each(tasks: Mapping[str, Task], workers: int) -> Iterator[tuple[str, Done]]:
    pool = ProcessPool(
        max_workers=min(workers, len(tasks)),
        context=multiprocessing.get_context("spawn"),
        # Ctrl-C goes to the whole group; this process ends the others.
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        names: dict[Future[Done], str] = {
            pool.schedule(work, args=(task,)): name for name, task in tasks.items()
        }
        for future in as_completed(names):
            try:
                yield names[future], future.result()
            except ProcessExpired as error:
                how = (
                    "was killed, perhaps for want of memory" if error.exitcode == -signal.SIGKILL else "ended"
                )
                yield names[future], Done(False, f"Its process {how} (exit code {error.exitcode}).", 0)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]  # pebble declares no types
        pool.join()
        for task in tasks.values():
            task.out.with_name(task.out.name + ".tmp").unlink(missing_ok=True)
