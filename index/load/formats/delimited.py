"""Tables as text: CSV, TSV and the like."""

import csv
from collections.abc import Iterator
from itertools import islice
from statistics import mode

from index.load.formats.composing import Composer
from index.load.formats.grid import compose_grid
from index.load.formats.text import decode
from index.load.reading import Reading
from index.types import Document, Metadata

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 50


class DelimitedLoader:
    """Loads a table, each row under the names of its columns."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Tell the delimiter and compose the rows."""
        text = decode(data, document_id)
        csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
        lines = text.split("\n")
        composer = Composer()
        compose_grid(list(_rows(lines, _delimiter(lines))), composer)
        yield composer.document(document_id, metadata)


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, skipinitialspace=True)


def _delimiter(lines: list[str]) -> str:
    """The delimiter by which most rows have the same number of cells, and more than one.

    ``csv.Sniffer`` guesses from single characters and fails on texts with commas.
    """

    def agreement(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in islice(_rows(lines, delimiter), _SAMPLE_ROWS) if row]
        usual = mode(widths) if widths else 1
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0, usual)

    return max(_DELIMITERS, key=agreement)
