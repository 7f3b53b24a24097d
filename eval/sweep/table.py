"""A sweep in one table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.compare import Comparison, compare
from eval.report.text import cell, chance, markdown_table
from eval.runs import Run
from eval.summary import figure, measures_of
from eval.sweep.sweep import Outcome

# What decides between settings; the run files hold the rest.
MAIN = frozenset("right citation_precision citation_recall refused auroc evidence_recall@8 ndcg@10".split())
FOOT = (
    "95 % bootstrap intervals. Better and worse are significant against the first combination"
    " (permutation test over the same cases, p < 0.05 after Holm's correction over the figures"
    " shown, not over the combinations): of many, one may look better by chance, so confirm the"
    " one you choose on questions that had no part in choosing it."
)


@dataclass(frozen=True, slots=True)
class Table:
    """Header and rows of text, the same in every form."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """As Markdown."""
        return "\n".join([markdown_table(self.header, self.rows), "", FOOT, ""])


def tabulate(outcomes: Sequence[Outcome]) -> Table:
    """The main figures of each combination, and how it differs from the first."""
    runs = [outcome.run for outcome in outcomes if outcome.run]
    found = measures_of([result for run in runs for result in run.results])
    shown = {name: measure for name, measure in found.items() if name in MAIN}
    header = ("settings", *(measure.label for measure in shown.values()), "cases", "against the first")
    first = outcomes[0].run
    rows = []
    for outcome in outcomes:
        run = outcome.run
        if run is None:
            rows.append((outcome.combination.name, *("–" for _ in shown), "–", f"failed: {outcome.failure}"))
            continue
        figures = [_cell(*cell(figure(measure, run.results))) for measure in shown.values()]
        rows.append((outcome.combination.name, *figures, str(len(run.results)), _against(first, run)))
    return Table(header, tuple(rows))


def _cell(value: str, interval: str) -> str:
    return value if value == interval else f"{value} ({interval})"


def _against(first: Run | None, run: Run) -> str:
    if first is None:
        return "the first failed"
    if run is first:
        return ""
    return "; ".join(_verdicts(compare(first, run, MAIN))) or "no difference shown"


def _verdicts(comparison: Comparison) -> Iterator[str]:
    for moved in comparison.moved:
        if moved.verdict in ("better", "worse"):
            p = chance(moved.adjusted)
            yield f"{moved.verdict}: {moved.measure.label} ({moved.difference.value:+.3f}, p {p})"
