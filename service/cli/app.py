"""The ``citewise`` command. Results go to stdout, progress and messages to stderr."""

import logging
import sys
from collections.abc import Callable

import typer

from index.errors import CitewiseError, InvalidInput
from service.cli import ask, docs, index, serve

EXIT_FAILED, EXIT_USAGE = 1, 2

app = typer.Typer(
    name="citewise",
    help="Cited answers from your own documents, offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(index.group, name="index")
app.command(name="ask")(ask.ask)
app.command(name="search")(ask.search)
app.add_typer(docs.group, name="docs")
app.command(name="serve")(serve.serve)


def run(command: Callable[[], object]) -> None:
    """Run the command line and turn an error of Citewise into a message and an exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        command()
    except CitewiseError as error:
        sys.stderr.write(
            f"Error: {error.message}\n{error.hint}\n" if error.hint else f"Error: {error.message}\n"
        )
        sys.exit(EXIT_USAGE if isinstance(error, InvalidInput) else EXIT_FAILED)
