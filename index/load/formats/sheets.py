"""Spreadsheets: each sheet a section, each row under the names of its columns."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from index.errors import LoadError, UnsupportedFormat
from index.load.formats.composing import Composer
from index.load.formats.grid import compose_grid
from index.load.formats.packages import open_package
from index.load.reading import Reading
from index.types import Document, Metadata

_Cell: TypeAlias = int | float | str | bool | time | date | datetime | timedelta
_PACKAGE = b"PK"


class SheetsLoader:
    """Loads XLSX, XLS and ODS."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Compose the sheets in their order."""
        if data.startswith(_PACKAGE):
            open_package(data, document_id, reading).close()
        composer = Composer()
        try:
            with CalamineWorkbook.from_object(io.BytesIO(data)) as book:
                reading.require_pages(len(book.sheet_names), document_id)
                for name in book.sheet_names:
                    _compose(book.get_sheet_by_name(name), composer)
        except PasswordError as error:
            raise UnsupportedFormat(f"{document_id} is encrypted.", "Save it without a password.") from error
        except CalamineError as error:
            raise LoadError(
                f"{document_id} is not a readable spreadsheet ({error}).", "Save it again as XLSX."
            ) from error
        except BaseException as error:
            # A panic in calamine, which is written in Rust, is no Exception.
            if type(error).__name__ != "PanicException":
                raise
            raise LoadError(f"{document_id} is a damaged spreadsheet.", "Save it again as XLSX.") from None
        yield composer.document(document_id, metadata)


def _compose(sheet: CalamineSheet, composer: Composer) -> None:
    rows = [[_shown(cell) for cell in row] for row in sheet.to_python()]
    if any(cell for row in rows for cell in row):
        # Below what would be the title: "Sheet1" is none.
        composer.heading(sheet.name, 2)
        compose_grid(rows, composer)


def _shown(cell: _Cell) -> str:
    """A cell as people read it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return (
            cell.date().isoformat()
            if midnight
            else cell.isoformat(" ", "minutes" if cell.second == 0 else "seconds")
        )
    if isinstance(cell, time):
        return cell.isoformat("minutes" if cell.second == 0 else "seconds")
    return str(cell)
