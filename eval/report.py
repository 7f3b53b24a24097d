"""Figures as a person reads them in a terminal."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from eval.runner import CaseResult, Fingerprint
from eval.stats import Figure

_LABELS = {
    "right": "answerable: right, from a right source",
    "refused": "unanswerable: refused",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall (of all gold places)",
    "verified": "citations verified",
    "auroc": "AUROC of the confidence",
    "answered": "answerable: answered at all",
    "sentences": "sentences an answer",
    "short_answer_exact": "short answers given: exact",
    "total_ms_p50": "milliseconds a question, median",
}


def print_report(
    console: Console,
    fingerprint: Fingerprint,
    figures: Mapping[str, Figure],
    tags: Mapping[str, Figure],
    failures: Mapping[str, str | None],
) -> None:
    """Print the figures, the shares by tag, the failures, and what the run was of."""
    table = Table("measure", "value", "95 % interval", "cases", box=None)
    for name, figure in figures.items():
        table.add_row(_LABELS[name], *_cells(figure))
    console.print(table)
    by_tag = Table("tag", "right", "95 % interval", "cases", box=None)
    for tag, figure in tags.items():
        by_tag.add_row(tag, *_cells(figure))
    console.print()
    console.print(by_tag)
    for case_id, failure in failures.items():
        console.print(f"failed: {case_id}: {failure}")
    console.print()
    console.print(
        f"{fingerprint.gold} sha256 {fingerprint.gold_sha256[:12]},"
        f" index version {fingerprint.index_version},"
        f" top_k {fingerprint.top_k}, at most {fingerprint.max_sentences} sentences,"
        f" citewise {fingerprint.citewise}, {fingerprint.machine}",
        style="dim",
    )


def print_wrong(console: Console, results: Sequence[CaseResult]) -> None:
    """List the cases that are not right: question, gold and what was answered."""
    for r in results:
        if r.right:
            continue
        console.print(f"\n{r.case.id} {', '.join(r.case.tags)} (confidence {r.confidence:.2f})", style="bold")
        console.print(f"  question: {r.case.question}")
        if r.case.answerable:
            console.print(f"  gold: {r.case.answer or '; '.join(r.case.answers)}")
        console.print(f"  answer: {r.answer.text if r.answer else r.failure}")


def _cells(figure: Figure) -> tuple[str, str, str]:
    return f"{figure.value:.3f}", f"{figure.low:.3f} to {figure.high:.3f}", str(figure.n)
