"""``python -m tests.crash``: the long run, and its table."""

import argparse
import tempfile
import time
from pathlib import Path

from tests.crash.harness import Tally, kill_many


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=400, help="At least so many.")
    parser.add_argument(
        "--seed", type=int, default=1, help="Of the first data directory; a failure names it."
    )
    given = parser.parse_args()
    where = Path(tempfile.mkdtemp(prefix="citewise-crash-"))
    start = time.monotonic()
    tally = kill_many(where, given.kills, given.seed)
    _print(tally, time.monotonic() - start)


def _print(tally: Tally, seconds: float) -> None:
    outcomes = ("not applied", "in part", "applied", "")
    print(f"{'killed during':20} {'kills':>6} {'not applied':>12} {'in part':>8} {'applied':>8}")
    for kind in sorted({kind for kind, _ in tally.operations}):
        counts = [tally.operations[kind, outcome] for outcome in outcomes]
        print(f"{kind:20} {sum(counts):6} {counts[0]:12} {counts[1]:8} {counts[2]:8}")
    print(f"\n{'killed at point':28} {'kills':>6}")
    for point, count in sorted(tally.points.items()):
        print(f"{point:28} {count:6}")
    print(
        f"\n{tally.kills} kills, {sum(tally.points.values())} of them at {len(tally.points)} points;"
        f" {tally.acknowledged} operations acknowledged; {tally.citations} citations resolved;"
        f" {seconds:.0f} s. Nothing was lost."
    )


if __name__ == "__main__":
    main()
