"""What several commands of ``citewise eval`` take."""

import os
from pathlib import Path
from typing import Annotated

import typer

from index.errors import StorageFailed

Gold = Annotated[
    Path, typer.Argument(help="Gold questions: JSONL, SQuAD JSON, CSV, a BEIR or DragonBall folder.")
]


def writable(path: Path | None) -> Path | None:
    """Make the folder of a file that is to be written, and fail now instead of after the work.

    Raises:
        StorageFailed: It cannot be written there.
    """
    if path is None:
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written ({error.strerror}).", "Name another file.") from error
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise StorageFailed(f"{path} is a folder, or may not be written.", "Name another file.")
    return path
