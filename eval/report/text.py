"""Figures as text, the same in every form of a report."""

from collections.abc import Iterable, Sequence
from math import isnan

from eval.runs import Run
from eval.stats import Figure
from eval.types import Result


def cell(figure: Figure) -> tuple[str, str]:
    """A value and its interval."""
    if isnan(figure.value):
        return "–", "–"
    return number(figure.value), f"{number(figure.low)} to {number(figure.high)}"


def number(value: float) -> str:
    """Three decimals for shares, fewer for what is large."""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"


def signed(value: float) -> str:
    """A difference, with its sign; a dash for none."""
    return "–" if isnan(value) else f"{value:+.3f}" if abs(value) < 10 else f"{value:+,.1f}"


def chance(p: float | None) -> str:
    """A chance; nothing for a measure that is not judged."""
    return "" if p is None else f"{p:.3f}" if p >= 0.001 else "< 0.001"


def described(run: Run) -> str:
    """The fingerprint in one line."""
    parts = [f"{key} {str(value)[:60]}" for key, value in run.fingerprint.items()]
    return f"{', '.join(parts)}; {len(run.results)} cases in {run.seconds:.1f} s"


def told(result: Result) -> tuple[str, list[str]]:
    """What became of a case: a heading, and lines with question, gold, answer and why."""
    case, response = result.case, result.response
    sure = f", confidence {response.confidence:.2f}" if response and response.confidence else ""
    lines = [f"question: {case.question}"]
    if case.answerable:
        lines.append(f"gold: {case.answer or '; '.join(case.answers)}")
    lines += [f"answer: {response.text if response else '(none)'}", " ".join(result.why)]
    return f"{case.id} {' '.join(case.tags)} ({result.outcome}{sure})", lines


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, whatever its cells hold."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)
