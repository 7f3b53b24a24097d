"""The ``citewise`` command. Results go to stdout, progress and messages to stderr."""

import logging
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated

import typer

from index.errors import CitewiseError, InvalidInput
from service import logs
from service.cli import ask, chat, collections, copies, docs, index, keys, mcp, serve
from service.cli.options import complain, plain
from service.settings import load_settings

log = logging.getLogger(__name__)
EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="citewise",
    help="Cited answers from your own documents, offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"citewise {version('citewise')}\n")
        raise typer.Exit


@app.callback()
def citewise(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Cited answers from your own documents, offline."""


app.add_typer(index.group, name="index")
app.command(name="ask")(ask.ask)
app.command(name="search")(ask.search)
app.command(name="chat")(chat.chat)
app.add_typer(docs.group, name="docs")
app.add_typer(collections.group, name="collections")
app.add_typer(keys.group, name="keys")
app.command(name="serve")(serve.serve)
app.command(name="mcp")(mcp.mcp)
app.command(name="backup")(copies.backup)
app.command(name="restore")(copies.restore)


def run(command: Callable[[], object]) -> None:
    """Run the command line and turn an error of Citewise into a message and an exit code."""
    try:
        settings = load_settings()
        logs.configure(settings.log_level, settings.log_format)
    except CitewiseError:
        logs.configure("WARNING", "text")  # the command itself says what is wrong with the settings
    try:
        command()
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except CitewiseError as error:
        complain(error)
        sys.exit(EXIT_USAGE if isinstance(error, InvalidInput) else EXIT_FAILED)
    except Exception as error:
        log.debug("unexpected", exc_info=error)
        sys.stderr.write(
            plain(f"Error: unexpected {type(error).__name__}: {error}")
            + "\nThis is a defect. Run it again with CITEWISE_LOG_LEVEL=DEBUG and report what it prints.\n"
        )
        sys.exit(EXIT_FAILED)
