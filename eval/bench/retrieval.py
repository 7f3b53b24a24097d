"""What each choice in retrieval is worth: docs/retrieval.md has the table.

    python -m eval.bench.retrieval --work DIR SET…

SETs are named as in ``eval.bench.sets``. Each variant searches for the answerable questions
of a set, for 8 passages and for as many as hold about 8,000 characters on average, since long
passages hold more of everything. Differences are from what ships, case by case.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.bench.passages import PASSAGES, characters, look_up
from eval.bench.sets import GoldSet, read_sets, tell
from eval.bench.variants import VARIANTS, Variant
from eval.report.text import chance, markdown_table, number, signed
from eval.stats import Array, bootstrap, mean, paired
from eval.targets.in_process import InProcess, ask_of
from eval.types import Case
from service.wiring import open_app

BUDGET = 8000
_HEADER = (
    "retrieval",
    f"{PASSAGES} passages",
    "their characters",
    "difference",
    f"{BUDGET:,} characters",
    "passages",
    "difference",
)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a variant finds.

    Attributes:
        first: Evidence recall of each question in the first passages, shape ``(n, 1)``.
        characters: In these passages, on average.
        within: Evidence recall within the budget of characters, shape ``(n, 1)``.
        passages: How many hold so many characters, on average.
    """

    first: Array
    characters: float
    within: Array
    passages: int


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder of the indexes, kept between runs")
    parser.add_argument("--held-out", action="store_true", help="of SQuAD sets, articles never trained on")
    parser.add_argument("sets", nargs="+", help="KIND:PATH[:SAMPLE]")
    arguments = parser.parse_args()
    for gold_set in read_sets(arguments.sets, held_out=arguments.held_out):
        print(f"## {gold_set.name}\n\n{ablate(gold_set, arguments.work, VARIANTS)}\n", flush=True)


def ablate(gold_set: GoldSet, work: Path, variants: Sequence[Variant]) -> str:
    """Search with each variant, and tell how it differs from the first; in Markdown.

    Args:
        gold_set: Its answerable questions are searched for.
        work: Where the indexes are, or are made.
        variants: What to compare the others with first.
    """
    cases = [case for case in gold_set.cases if case.evidence]
    first, rows = None, []
    for variant in variants:
        tell(f"{gold_set.name}: {variant.name}")
        found = search(gold_set, cases, work / variant.index, variant)
        first = first or found
        rows.append(_row(variant, found, first))
    return f"{len(cases)} questions.\n\n{markdown_table(_HEADER, rows)}"


def search(gold_set: GoldSet, cases: Sequence[Case], root: Path, variant: Variant) -> Found:
    """Search for all questions with one variant, over its index below ``root``."""
    with variant.in_place():
        settings = gold_set.prepared(root, variant.chunk_tokens)
        with open_app(settings) as app:
            target = InProcess(app, ask_of(settings))
            looked_up = [look_up(target, case) for case in cases]
            held = sum(characters(passages) for passages, _ in looked_up)
            each = held / sum(len(passages) for passages, _ in looked_up)
            most = max(1, round(BUDGET / each))
            within = [look_up(target, case, most)[1] for case in cases]
    return Found(_column([recall for _, recall in looked_up]), held / len(cases), _column(within), most)


def _column(values: Sequence[float]) -> Array:
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def _row(variant: Variant, found: Found, first: Found) -> tuple[str, ...]:
    return (
        variant.name,
        _recall(found.first),
        f"{found.characters:,.0f}",
        _difference(first.first, found.first) if found is not first else "",
        _recall(found.within),
        str(found.passages),
        _difference(first.within, found.within) if found is not first else "",
    )


def _recall(values: Array) -> str:
    figure = bootstrap(mean, values)
    return f"{number(figure.value)} [{number(figure.low)}, {number(figure.high)}]"


def _difference(before: Array, after: Array) -> str:
    moved = paired(mean, before, after)
    p = chance(moved.p)
    return f"{signed(moved.value)} [{signed(moved.low)}, {signed(moved.high)}], p {p}"


if __name__ == "__main__":
    main()
