"""The queue in front of the models."""

import contextlib
import threading

import anyio
from anyio.abc import TaskGroup

from index.errors import Overloaded
from service.serving.admission import Admission


def test_admission_runs_some_lets_some_wait_and_refuses_the_rest() -> None:
    refused: list[str] = []
    release = threading.Event()

    async def main() -> list[str]:
        admission = Admission("questions", 2, 3, refused.append)
        outcomes = []

        async def one() -> None:
            try:
                await admission.run(release.wait)
                outcomes.append("done")
            except Overloaded as error:
                outcomes.append("refused" if error.retry_after >= 1 else "at once")

        async with anyio.create_task_group() as tasks:
            for _ in range(9):
                tasks.start_soon(one)
            while len(outcomes) < 4:
                await anyio.sleep(0.01)
            assert (admission.running, admission.waiting) == (2, 3)
            release.set()
        return outcomes

    assert anyio.run(main) == ["refused"] * 4 + ["done"] * 5
    assert refused == ["questions"] * 4


def test_admission_lets_nobody_wait_once_the_queue_has_been_too_short_for_a_second() -> None:
    release = threading.Event()

    async def main() -> list[int]:
        admission = Admission("questions", 1, 2, lambda _: None)
        waiting = []

        async def one() -> None:
            with contextlib.suppress(Overloaded):
                await admission.run(release.wait)

        async def come(tasks: TaskGroup, count: int) -> None:
            for _ in range(count):
                tasks.start_soon(one)
            await anyio.sleep(0.05)
            waiting.append(admission.waiting)

        async with anyio.create_task_group() as tasks:
            await come(tasks, 3)
            await anyio.sleep(1.1)  # a queue that is full and refuses nobody is no overload
            await come(tasks, 1)
            await anyio.sleep(0.6)
            await come(tasks, 1)
            await anyio.sleep(0.6)
            release.set()
        release.clear()
        async with anyio.create_task_group() as tasks:
            await come(tasks, 2)
            await anyio.sleep(1.1)  # nobody was refused for so long
            await come(tasks, 1)
            release.set()
        return waiting

    assert anyio.run(main) == [2, 2, 2, 0, 1]


def test_admission_forgets_who_leaves_the_queue() -> None:
    release = threading.Event()

    async def main() -> None:
        admission = Admission("questions", 1, 1, lambda _: None)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(admission.run, release.wait)
            await anyio.sleep(0.05)
            with anyio.move_on_after(0.05):
                await admission.run(release.wait)
            assert admission.waiting == 0
            release.set()

    anyio.run(main)
