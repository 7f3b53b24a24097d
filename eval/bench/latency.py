"""How long a person waits: the command from cold, and a warm server.

    python -m eval.bench.latency [--runs 15] [--requests 300]

The index is the one that the settings name. Questions are the seeds' gold questions.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

import httpx2
import numpy as np
import numpy.typing as npt

from eval.bench.serving import COMMAND, serving
from eval.datasets.contract import read_cases
from service.settings import load_settings

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

    with (
        serving(load_settings().data_dir) as (address, _),
        httpx2.Client(base_url=address, timeout=60) as client,
    ):
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


def _print(label: str, values: npt.NDArray[np.float64], form: str) -> None:
    p50, p95 = np.percentile(values, [50, 95])
    spread = f"{form.format(values.min())} to {form.format(values.max())}"
    print(f"{label}: p50 {form.format(p50)}, p95 {form.format(p95)}, {spread} (n={len(values)})")


if __name__ == "__main__":
    main()
