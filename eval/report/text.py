"""Figures as text, the same in every form of a report."""

from math import isnan

from eval.runs import Run
from eval.stats import Figure


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
