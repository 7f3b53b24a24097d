"""Options that several commands take, and how they print."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console

from index.errors import CitewiseError

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder of the index (default .citewise).")]
Collection = Annotated[str | None, typer.Option("--collection", "-c", help="Collection (default: default).")]
Embedder = Annotated[str | None, typer.Option("--embedder", help="Embedding model: a name or a folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the shape that the HTTP API sends.")]
TopK = Annotated[int | None, typer.Option("--top-k", help="Passages to retrieve.")]
Filter = Annotated[
    list[str] | None,
    typer.Option(
        "--filter", "-f", help="Only documents whose metadata match: source=NAME, published_at>=2024-01-01."
    ),
]

# Text of documents is data: no markup, no emoji codes, no escape sequences in it.
stdout = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
stderr = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def print_json(shape: BaseModel | dict[str, Any]) -> None:
    """Print one JSON object on one line."""
    plain = shape.model_dump(mode="json") if isinstance(shape, BaseModel) else shape
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")


def plain(text: str) -> str:
    """Text without what a terminal would obey."""
    return text.translate(_CONTROLS)


def show(text: str = "", style: str = "", end: str = "\n") -> None:
    """Print text, which may be a document's, to stdout; into a pipe, just as it is."""
    if stdout.is_terminal:
        stdout.print(plain(text), style=style, end=end)
    else:
        sys.stdout.write(plain(text) + end)


def complain(error: CitewiseError) -> None:
    """Tell a person what is wrong and what to do about it."""
    lines = [f"Error: {error.message}", *([error.hint] if error.hint else [])]
    sys.stderr.write(plain("\n".join(lines)) + "\n")


def announce(message: str) -> None:
    """Tell a person that something takes a while."""
    stderr.print(message, style="dim")
