"""May this build pass? Against a baseline, on significance and not on noise."""

from dataclasses import replace

from eval.compare import JUDGED, Comparison, compare
from eval.runs import Run
from index.errors import InvalidInput

# What must hold of every single answer: any fall is a defect, however few show it.
_ABSOLUTE = "verified"


def gate(run: Run, baseline: Run) -> tuple[Comparison, list[str]]:
    """Compare a run with a baseline.

    A measure fails when it is significantly worse over the paired cases (Holm-adjusted
    p < 0.05), or, for verified citations, when it is worse at all. A case of the baseline
    that failed in the run fails the gate, too.

    Returns:
        The comparison, and a sentence on each reason to fail; none if the build may pass.

    Raises:
        InvalidInput: The gold questions are not those of the baseline.
    """
    if run.fingerprint["gold_sha256"] != baseline.fingerprint["gold_sha256"]:
        raise InvalidInput(
            "The gold questions have changed since the baseline was made.",
            "Look at the run, then move the baseline: citewise eval gate RUN --baseline FILE --move.",
        )
    comparison = compare(baseline, run, JUDGED)
    reasons = []
    for moved in comparison.moved:
        fell = moved.name == _ABSOLUTE and moved.difference.value < 0
        if moved.verdict == "worse" or fell:
            reasons.append(
                f"{moved.measure.label}: {moved.before.value:.3f} → {moved.after.value:.3f}"
                f" (p {moved.adjusted:.4f} after Holm, n={moved.difference.n})."
            )
    failed_before = {r.case.id for r in baseline.results if r.failure}
    reasons += [
        f"{r.case.id} failed: {r.failure}"
        for r in run.results
        if r.failure and r.case.id not in failed_before
    ]
    return comparison, reasons


def slim(run: Run) -> Run:
    """A run without answers and quotes: what a baseline needs, to be kept with the code."""
    kept = JUDGED | {"confidence", "answered"}
    return replace(
        run,
        results=tuple(
            replace(
                result,
                response=None,
                gold=(),
                cited=(),
                why=(),
                scores={name: value for name, value in result.scores.items() if name in kept},
            )
            for result in run.results
        ),
    )
