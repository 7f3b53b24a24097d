"""Figures as a person reads them in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from eval.compare import Comparison
from eval.report.text import cell, chance, described, told
from eval.runs import Run
from eval.summary import by_tag, measures_of, summarise
from eval.types import Result

# A log has no width of its own, and a table in 80 columns cannot be read.
_WIDTH = 150


def print_run(console: Console, run: Run) -> None:
    """Print the figures, the shares by tag, the failures, and what the run was of."""
    figures, measures = summarise(run.results), measures_of(run.results)
    table = Table("measure", "value", "95 % interval", "cases", box=None)
    for name, figure in figures.items():
        table.add_row(measures[name].label, *cell(figure), str(figure.n))
    console.print(table)
    for what, why in run.unmeasured.items():
        console.print(f"not measured: {what}: {why}")
    tags = by_tag(run.results)
    if tags:
        shares = Table("tag", "right", "95 % interval", "cases", box=None)
        for tag, figure in tags.items():
            shares.add_row(tag, *cell(figure), str(figure.n))
        console.print()
        console.print(shares)
    for result in run.results:
        if result.failure:
            console.print(f"failed: {result.case.id}: {result.failure}")
    console.print()
    console.print(described(run), style="dim")


def print_not_right(console: Console, results: Sequence[Result]) -> None:
    """List the cases that are not right: question, gold, what was answered, and why."""
    for result in results:
        if result.outcome in ("right", "refused", "searched"):
            continue
        heading, lines = told(result)
        console.print(f"\n{heading}", style="bold")
        for line in lines:
            console.print(f"  {line}")


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print each measure in both runs with its difference, then the questions that changed."""
    table = Table("measure", "before", "after", "difference", "95 % interval", "p (Holm)", "", box=None)
    for moved in comparison.moved:
        difference = moved.difference
        table.add_row(
            moved.measure.label,
            cell(moved.before)[0],
            cell(moved.after)[0],
            f"{difference.value:+.3f}",
            f"{difference.low:+.3f} to {difference.high:+.3f}",
            chance(moved.adjusted),
            moved.verdict or "",
        )
    console.print(table, width=max(console.width, _WIDTH))
    for before, after in comparison.changed:
        console.print(f"\n{before.case.id}: {before.outcome} → {after.outcome}", style="bold")
        console.print(f"  {before.case.question}")
        for label, result in (("before", before), ("after", after)):
            if result.response:
                console.print(f"  {label}: {result.response.text}")
    for what, ids in (("first", comparison.only_before), ("second", comparison.only_after)):
        if ids:
            console.print(f"\n{len(ids)} cases of the {what} run have no like in the other: {', '.join(ids)}")
