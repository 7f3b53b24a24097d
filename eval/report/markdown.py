"""A run as Markdown, for a pull request or a log."""

from collections.abc import Iterator

from eval.compare import Comparison
from eval.report.text import cell, chance, described
from eval.runs import Run
from eval.summary import by_tag, measures_of, summarise


def run_markdown(run: Run, comparison: Comparison | None = None) -> str:
    """The figures with intervals, against a baseline if there is one, and what is not right."""
    return "\n".join(_lines(run, comparison)) + "\n"


def _lines(run: Run, comparison: Comparison | None) -> Iterator[str]:
    yield f"# {run.fingerprint['gold']}"
    yield ""
    measures = measures_of(run.results)
    moved = {m.name: m for m in comparison.moved} if comparison else {}
    yield "| measure | value | 95 % interval | cases |" + (" before | p (Holm) | |" if moved else "")
    yield "|---|---|---|---|" + ("---|---|---|" if moved else "")
    for name, figure in summarise(run.results).items():
        value, interval = cell(figure)
        line = f"| {measures[name].label} | {value} | {interval} | {figure.n} |"
        if name in moved:
            former = moved[name]
            line += f" {cell(former.before)[0]} | {chance(former.adjusted)} | {former.verdict or ''} |"
        elif moved:
            line += " | | |"
        yield line
    for what, why in run.unmeasured.items():
        yield f"\nNot measured: {what}: {why}."
    tags = by_tag(run.results)
    if tags:
        yield "\n| tag | right | 95 % interval | cases |\n|---|---|---|---|"
        for tag, figure in tags.items():
            value, interval = cell(figure)
            yield f"| {tag} | {value} | {interval} | {figure.n} |"
    if comparison and comparison.changed:
        yield "\n| case | before | after |\n|---|---|---|"
        for before, after in comparison.changed:
            yield f"| {before.case.id} | {before.outcome} | {after.outcome} |"
    failures = [r for r in run.results if r.failure]
    if failures:
        yield "\n| failed case | why |\n|---|---|"
        for result in failures:
            yield f"| {result.case.id} | {(result.failure or '').replace('|', '/')} |"
    yield f"\n{described(run)}"
