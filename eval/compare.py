"""Two runs over the same cases: what moved, and whether that is more than noise."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eval.runs import Run
from eval.stats import Difference, Figure, bootstrap, holm, paired
from eval.summary import Measure, columns, measures_of
from eval.types import Result
from index.errors import InvalidInput

Verdict: TypeAlias = Literal["better", "worse", "no difference shown"]
SIGNIFICANT = 0.05
# Few enough that correcting for them leaves the power to see a fall, and none that follows
# from another. Times are not among them: another load on the machine moves them.
JUDGED = frozenset(
    "right exact_match f1 rouge_l facts citation_precision citation_recall verified refused auroc"
    " calibration_error evidence_recall@8 ndcg@10".split()
)


@dataclass(frozen=True, slots=True)
class Moved:
    """One measure in both runs.

    Attributes:
        adjusted: The chance after Holm's correction over all ``JUDGED`` measures; None for one
            that is only shown.
    """

    name: str
    measure: Measure
    before: Figure
    after: Figure
    difference: Difference
    adjusted: float | None

    @property
    def verdict(self) -> Verdict | None:
        """Which way it moved, if that is significant; None for what is only shown."""
        if self.adjusted is None:
            return None
        if self.adjusted >= SIGNIFICANT or self.difference.value == 0:
            return "no difference shown"
        return "better" if (self.difference.value > 0) == (self.measure.better == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    Attributes:
        before, after: The runs, whole.
        only_before, only_after: Ids of cases that cannot be paired.
        changed: Pairs whose outcome is another, in the order of the cases.
    """

    before: Run
    after: Run
    moved: tuple[Moved, ...]
    changed: tuple[tuple[Result, Result], ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def compare(before: Run, after: Run, names: Set[str] | None = None) -> Comparison:
    """Pair the cases of two runs and test each measure on the pairs in which it applies.

    Args:
        before: The former run.
        after: The new one.
        names: Only these measures; all that apply if None.

    Raises:
        InvalidInput: They have no case in common.
    """
    first = {r.case.id: r for r in before.results}
    second = {r.case.id: r for r in after.results}
    pairs = [(first[i], second[i]) for i in first if i in second and first[i].case == second[i].case]
    if not pairs:
        raise InvalidInput("The two runs have no case in common.", "Compare runs of the same gold questions.")
    paired_ids = {a.case.id for a, _ in pairs}
    moved = [
        _moved(name, measure, pairs)
        for name, measure in measures_of([r for pair in pairs for r in pair]).items()
        if names is None or name in names
    ]
    judged = {m.name: m.difference.p for m in moved if m.name in JUDGED and m.difference.n}
    adjusted = holm(judged)
    return Comparison(
        before,
        after,
        tuple(Moved(m.name, m.measure, m.before, m.after, m.difference, adjusted.get(m.name)) for m in moved),
        tuple((a, b) for a, b in pairs if a.outcome != b.outcome),
        tuple(i for i in first if i not in paired_ids),
        tuple(i for i in second if i not in paired_ids),
    )


def _moved(name: str, measure: Measure, pairs: Sequence[tuple[Result, Result]]) -> Moved:
    values = [(measure.values(a), measure.values(b)) for a, b in pairs]
    both = [(a, b) for a, b in values if a is not None and b is not None]
    before, after = columns([a for a, _ in both]), columns([b for _, b in both])
    return Moved(
        name,
        measure,
        bootstrap(measure.statistic, columns([a for a, _ in values])),
        bootstrap(measure.statistic, columns([b for _, b in values])),
        paired(measure.statistic, before, after),
        None,
    )
