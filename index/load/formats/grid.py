"""Tables into lines that stand by themselves: each row under the names of its columns."""

import re
from collections.abc import Sequence
from statistics import median

from index.load.formats.composing import Blocks

_VALUE = re.compile(r"[-+−(]?[$€£¥]?\s*\d[\d.,:/\s'’-]*\s*[%)€$£¥]?")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_MAX_LABEL = 100
# A sheet may open with a title and notes; further down a row of words is only a row.
_MAX_OPENING = 15


def compose_grid(rows: Sequence[Sequence[str]], composer: Blocks, header: bool | None = None) -> None:
    """Add a table.

    Args:
        rows: Its cells; rows may be of different lengths.
        composer: What it is added to.
        header: Whether the first row names the columns; None if that is to be told from
            the cells, in which case lines above the names may be a title and notes.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    at = _header(filled) if header is None else 0 if header and len(filled) > 1 else None
    if at is None:
        names: Sequence[str] = ()
    else:
        for row in filled[:at]:
            composer.row([("", cell) for cell in row])
        names = filled[at]
        filled = filled[at + 1 :]
    for row in filled:
        composer.row([(names[i] if i < len(names) else "", cell) for i, cell in enumerate(row)])


def _header(rows: Sequence[Sequence[str]]) -> int | None:
    """The first row that is as wide as the table and has words only, if rows follow it."""
    sizes = [sum(1 for cell in row if cell.strip()) for row in rows]
    if len(rows) < 2 or max(sizes) < 2:
        return None
    wide = max(2.0, median(sizes) * 0.9)
    for at, row in enumerate(rows[: min(_MAX_OPENING, len(rows) - 1)]):
        cells = [cell.strip() for cell in row if cell.strip()]
        if len(cells) >= wide:
            return at if all(_names(cell) for cell in cells) else None
    return None


def _names(cell: str) -> bool:
    if len(cell) > _MAX_LABEL:
        return False
    return _YEAR.fullmatch(cell) is not None or _VALUE.fullmatch(cell) is None
