"""A run as one page that needs nothing else."""

from eval.compare import Comparison
from eval.runs import Run


def run_html(run: Run, comparison: Comparison | None) -> str:
    """The page."""
    raise NotImplementedError
