"""What several commands of ``citewise eval`` take."""

from pathlib import Path
from typing import Annotated

import typer

Gold = Annotated[
    Path, typer.Argument(help="Gold questions: JSONL, SQuAD JSON, CSV, a BEIR or DragonBall folder.")
]
