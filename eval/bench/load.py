"""What a server does under load.

    python -m eval.bench.load [--seconds 600] [--soak MINUTES] [--out report.json]

Starts ``citewise serve`` on a copy of the index that the settings name and sends it, on loopback,
questions (nine in ten), uploads and deletes. Closed loop: 1 to 64 clients, each sending its next
request when the last one is answered. Open loop: arrivals at random (Poisson) at a fraction and a
multiple of the rate that the closed loop carried. With ``--soak`` one steady open loop instead.

The memory of answers is off, so that every question is worked on. Latency is of accepted requests
from sending to the last byte; what was refused (503 with Retry-After) is counted beside it, and what
has no answer at all would be a loss.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx
import numpy as np

from eval.bench.serving import serving
from eval.datasets.contract import read_cases
from service.client.problems import pause
from service.settings import load_settings

QUESTIONS = Path("seeds/questions.jsonl")
CLIENTS = (1, 2, 4, 8, 16, 32, 64)
# Of what the closed loop carried.
RATES = (0.5, 0.8, 2.0, 10.0)
_UPLOAD_SHARE = 0.1
# Requests a second of the steady load: so little that hours of it can run beside other work.
_SOAK_RATE = 1.0
# Documents that are written and deleted in turn, so that the index does not grow.
_DOCUMENTS = 20
_SEED = 7


@dataclass
class Phase:
    """What came of one kind of load.

    Attributes:
        latencies: Seconds of accepted questions.
        statuses: How often each status came; 0 is no answer at all.
        memory: Resident bytes of the server, once a second.
    """

    name: str
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    memory: list[int] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        """Its figures: milliseconds, answers a second, MiB."""
        ms = np.array(self.latencies or [np.nan]) * 1000
        return {
            "load": self.name,
            "seconds": round(self.seconds, 1),
            "accepted_per_second": round(len(self.latencies) / self.seconds, 2),
            **{f"p{p}_ms": round(float(np.percentile(ms, p)), 1) for p in (50, 95, 99)},
            "change_p95_ms": round(float(np.percentile(np.array(self.changes or [np.nan]) * 1000, 95)), 1),
            "refused": self.statuses[503],
            "lost": self.statuses[0],
            "statuses": {str(k): v for k, v in sorted(self.statuses.items())},
            "memory_mib": [round(m / 2**20) for m in (self.memory[0], max(self.memory), self.memory[-1])],
        }


class _Traffic:
    """Sends requests and keeps what came of them."""

    def __init__(self, client: httpx.AsyncClient, questions: list[str], changes: float) -> None:
        self._client = client
        self._questions = questions
        self._changes = changes
        self._random = random.Random(_SEED)

    async def send(self, phase: Phase) -> httpx.Response | None:
        """Send one request, a question or a change; returns what came of it, None for no answer."""
        changes = self._random.random() < self._changes
        started = time.perf_counter()
        try:
            response = await (self._change() if changes else self._ask())
        except httpx.HTTPError:
            phase.statuses[0] += 1
            return None
        # A document that was not there, or is gone already, was answered as it should be.
        absent = changes and response.status_code in (404, 410)
        status = 200 if absent else response.status_code
        phase.statuses[status] += 1
        if status < 300:
            (phase.changes if changes else phase.latencies).append(time.perf_counter() - started)
        return response

    async def _ask(self) -> httpx.Response:
        question = self._random.choice(self._questions)
        return await self._client.post("/v1/answers", json={"question": question})

    async def _change(self) -> httpx.Response:
        url = f"/v1/documents/load-{self._random.randrange(_DOCUMENTS)}"
        if self._random.random() < 0.5:
            return await self._client.delete(url)
        words = " ".join(self._random.choice(self._questions) for _ in range(10))
        return await self._client.put(url, json={"text": words})


async def _closed(traffic: _Traffic, clients: int, seconds: float, phase: Phase) -> None:
    end = time.monotonic() + seconds

    async def client() -> None:
        while time.monotonic() < end:
            response = await traffic.send(phase)
            # As the Python client waits before it asks again.
            await asyncio.sleep((response and pause(response, 0)) or 0)

    await asyncio.gather(*(client() for _ in range(clients)))


async def _open(traffic: _Traffic, rate: float, seconds: float, phase: Phase) -> None:
    arrivals, end = random.Random(_SEED), time.monotonic() + seconds
    async with asyncio.TaskGroup() as tasks:
        while time.monotonic() < end:
            tasks.create_task(traffic.send(phase))
            await asyncio.sleep(arrivals.expovariate(rate))


async def _measure(address: str, pid: int, seconds: float, soak: float) -> list[Phase]:
    questions = [case.question for case in read_cases(QUESTIONS)]
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    phases: list[Phase] = []

    async def phase(name: str, load: str, value: float, length: float, changes: float) -> Phase:
        made = Phase(name)
        phases.append(made)
        traffic = _Traffic(client, questions, changes)
        watching = asyncio.create_task(_watch(pid, made))
        started = time.monotonic()
        if load == "closed":
            await _closed(traffic, int(value), length, made)
        else:
            await _open(traffic, value, length, made)
        made.seconds = time.monotonic() - started
        watching.cancel()
        print(json.dumps(made.summary()), flush=True)
        return made

    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        await phase("warming", "closed", 2, 5, 0.0)
        if soak:
            await phase(f"soak, {_SOAK_RATE}/s, {soak:g} min", "open", _SOAK_RATE, soak * 60, _UPLOAD_SHARE)
            return phases
        each = seconds / (len(CLIENTS) + len(RATES) + 1)
        alone = await phase("closed, 2 clients, questions only", "closed", 2, each, 0.0)
        for clients in CLIENTS:
            await phase(f"closed, {clients} clients, mix", "closed", clients, each, _UPLOAD_SHARE)
        carried = len(alone.latencies) / alone.seconds
        for times in RATES:
            await phase(f"open, {times} x {carried:.1f}/s, questions", "open", carried * times, each, 0.0)
    return phases


async def _watch(pid: int, phase: Phase) -> None:
    while True:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        phase.memory.append(pages * os.sysconf("SC_PAGE_SIZE"))
        await asyncio.sleep(1)


def main() -> None:
    """Print the figures of each load, one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=600, help="for all loads together")
    parser.add_argument("--soak", type=float, default=0, help="minutes of one steady load instead")
    parser.add_argument("--out", type=Path, help="JSON file with the figures and the memory over time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "index"
        shutil.copytree(load_settings().data_dir, copy)
        with serving(copy) as (address, pid):
            phases = asyncio.run(_measure(address, pid, arguments.seconds, arguments.soak))
    if arguments.out:
        rows = [{**phase.summary(), "memory_over_time": asdict(phase)["memory"]} for phase in phases]
        arguments.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
