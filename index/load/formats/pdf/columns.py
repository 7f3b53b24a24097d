"""Runs into lines in reading order, column by column."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median
from typing import Self

from index.load.formats.pdf.runs import Run

_SAME_LINE = 0.5
# Of the text, what may run across a gutter: a title, an abstract, a wide figure's words.
_MAX_CROSSING = 0.5
# Of a column's width, what its median line fills. Prose does, cells of a table do not.
_MIN_FILL = 0.55
# In font sizes.
_MIN_COLUMN = 8.0
_MIN_LINES = 3
_CANDIDATES = 8
_MAX_COLUMNS_DEEP = 3
_ROW_GAP = 1.8
# In parts of a glyph's height.
_WORD_GAP = 0.17


@dataclass(slots=True)
class Line:
    """A line of a column."""

    runs: list[Run]
    text: str = field(init=False)
    left: float = field(init=False)
    right: float = field(init=False)
    bottom: float = field(init=False)
    top: float = field(init=False)
    size: float = field(init=False)
    bold: bool = field(init=False)

    def __post_init__(self) -> None:
        rtl = 2 * sum(run.rtl for run in self.runs) > len(self.runs)
        self.runs.sort(key=lambda run: -run.right if rtl else run.left)
        largest = max(self.runs, key=lambda run: len(run.text))
        self.text = _joined(self.runs)
        self.left = min(run.left for run in self.runs)
        self.right = max(run.right for run in self.runs)
        self.bottom, self.top, self.size = largest.bottom, largest.top, largest.size
        self.bold = all(run.bold for run in self.runs)

    @property
    def tabular(self) -> bool:
        """Whether wide gaps part it into cells."""
        gaps = (b.left - a.right for a, b in pairwise(self.runs))
        return any(gap > _ROW_GAP * self.size for gap in gaps)


@dataclass(frozen=True, slots=True)
class Region:
    """Lines of one column, from top to bottom, and where it begins and ends."""

    lines: list[Line]
    left: float
    right: float

    @classmethod
    def of(cls, lines: list[Line]) -> Self:
        """The region that some lines, at least one, make up."""
        return cls(lines, min(line.left for line in lines), max(line.right for line in lines))


def reading_order(runs: Sequence[Run], depth: int = 0) -> Iterator[Region]:
    """Yield regions in reading order: what spans the page, and its columns from left to right.

    It goes by geometry alone, so that it does not matter in which order the file
    writes its columns.
    """
    gutter = _gutter(runs) if depth < _MAX_COLUMNS_DEEP else None
    if gutter is None:
        if runs:
            yield Region.of(_lines(runs))
        return
    left, right = min(run.left for run in runs), max(run.right for run in runs)

    def spans(run: Run) -> bool:
        return run.left < gutter - 0.2 * (gutter - left) and run.right > gutter + 0.2 * (right - gutter)

    for spanning, band in groupby(sorted(runs, key=lambda run: -run.middle), key=spans):
        members = list(band)
        if spanning:
            yield Region.of(_lines(members))
            continue
        for side in (True, False):
            column = [run for run in members if (run.left + run.right < 2 * gutter) == side]
            yield from reading_order(column, depth + 1)


def _gutter(runs: Sequence[Run]) -> float | None:
    """Where a right column begins, if there are columns."""
    if len(runs) < 2 * _MIN_LINES:
        return None
    left, right = min(run.left for run in runs), max(run.right for run in runs)
    width, size = right - left, median(run.size for run in runs)
    edges = Counter(round(run.left) for run in runs if left + 0.2 * width < run.left < left + 0.85 * width)
    total = sum(len(run.text) for run in runs)
    best: tuple[float, float] | None = None
    for edge, count in edges.most_common(_CANDIDATES):
        if count < _MIN_LINES:
            break
        before = [run for run in runs if run.right <= edge - 1]
        after = [run for run in runs if run.left >= edge - 1]
        crossing = 1 - sum(len(run.text) for run in (*before, *after)) / total
        if crossing > _MAX_CROSSING or (best and crossing >= best[0]):
            continue
        if (
            _is_column(before, edge - left, size)
            and _is_column(after, right - edge, size)
            and _beside(before, after)
        ):
            best = (crossing, edge - 1)
    return best[1] if best else None


def _is_column(runs: Sequence[Run], width: float, size: float) -> bool:
    if width < _MIN_COLUMN * size or len(runs) < _MIN_LINES:
        return False
    lines = _lines(runs)
    return len(lines) >= _MIN_LINES and median(line.right - line.left for line in lines) >= _MIN_FILL * width


def _beside(before: Sequence[Run], after: Sequence[Run]) -> bool:
    top = min(max(run.top for run in before), max(run.top for run in after))
    bottom = max(min(run.bottom for run in before), min(run.bottom for run in after))
    shorter = min(max(r.top for r in side) - min(r.bottom for r in side) for side in (before, after))
    return top - bottom > shorter / 2


def _lines(runs: Sequence[Run]) -> list[Line]:
    rows: list[_Row] = []
    for run in sorted(runs, key=lambda run: -run.top):
        row = next((row for row in rows[:-4:-1] if row.holds(run)), None)
        if row is None:
            rows.append(_Row([run], run.bottom, run.top))
        else:
            row.runs.append(run)
            row.low, row.high = min(row.low, run.bottom), max(row.high, run.top)
    return [Line(row.runs) for row in rows]


@dataclass(slots=True)
class _Row:
    runs: list[Run]
    low: float
    high: float

    def holds(self, run: Run) -> bool:
        overlap = min(self.high, run.top) - max(self.low, run.bottom)
        return overlap >= _SAME_LINE * min(run.height, self.high - self.low)


def _joined(runs: Sequence[Run]) -> str:
    parts = [runs[0].text]
    for before, run in pairwise(runs):
        gap = max(run.left - before.right, before.left - run.right)
        parts += ["" if gap < _WORD_GAP * run.height else " ", run.text]
    return "".join(parts)
