"""``citewise eval texts``."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import show


def texts(
    gold: Annotated[Path, typer.Argument(help="A SQuAD file or a DragonBall folder.")],
    folder: Annotated[Path, typer.Argument(help="Where to write its texts.")],
) -> None:
    """Write the texts that a set asks about, to be indexed under the names its gold has."""
    from eval.datasets.gold import write_texts

    show(f"Wrote {write_texts(gold, folder)} texts to {folder}. Run: citewise index {folder}")
