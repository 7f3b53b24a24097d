"""How long a person waits: the command from cold, and a warm server.

    python -m eval.bench.latency [--runs 15] [--requests 300]

The index is the one that the settings name. Questions are the seeds' gold questions.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO, cast

import httpx2
import numpy as np
import numpy.typing as npt

from eval.datasets.contract import read_cases

COMMAND = Path(sys.executable).with_name("citewise")
QUESTIONS = Path("seeds/questions.jsonl")


def main() -> None:
    """Print percentiles of a cold ``citewise ask`` and of warm ``POST /v1/answers``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=15, help="cold commands")
    parser.add_argument("--requests", type=int, default=300, help="warm requests")
    arguments = parser.parse_args()
    questions = [case.question for case in read_cases(QUESTIONS)]

    cold = []
    for i in range(arguments.runs):
        started = time.perf_counter()
        subprocess.run([COMMAND, "ask", questions[i % len(questions)]], check=True, stdout=subprocess.DEVNULL)
        cold.append(time.perf_counter() - started)
    _print("cold citewise ask, seconds", np.array(cold), "{:.2f}")

    with _server() as address, httpx2.Client(base_url=address, timeout=60) as client:
        for question in questions[:20]:
            client.post("/v1/answers", json={"question": question})
        warm, stages = [], []
        for i in range(arguments.requests):
            started = time.perf_counter()
            body = client.post("/v1/answers", json={"question": questions[i % len(questions)]}).json()
            warm.append((time.perf_counter() - started) * 1000)
            stages.append(body["timings_ms"])
    _print("warm POST /v1/answers, ms", np.array(warm), "{:.1f}")
    print(json.dumps({stage: round(float(np.median([s[stage] for s in stages])), 2) for stage in stages[0]}))


@contextmanager
def _server() -> Iterator[str]:
    # Each question is asked several times, and has to be answered anew.
    environment = {**os.environ, "CITEWISE_CACHE_ANSWERS": "0"}
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        log = cast("IO[str]", process.stderr)
        for line in log:
            if found := re.search(r"running on (http://\S+)", line):
                Thread(target=log.read, daemon=True).start()  # or it fills the pipe
                yield found[1]
                break
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _print(label: str, values: npt.NDArray[np.float64], form: str) -> None:
    p50, p95 = np.percentile(values, [50, 95])
    spread = f"{form.format(values.min())} to {form.format(values.max())}"
    print(f"{label}: p50 {form.format(p50)}, p95 {form.format(p95)}, {spread} (n={len(values)})")


if __name__ == "__main__":
    main()
