"""``citewise index``: put documents into the index, verify it, rebuild it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperGroup

from index.build import BuildReport, verify
from index.load.files import find_sources
from service.cli.options import AsJson, Collection, DataDir, Embedder, announce, print_json, show, stderr
from service.settings import load_settings
from service.wiring import open_app


class _AddByDefault(TyperGroup):
    """``citewise index PATH`` means ``citewise index add PATH``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["add", *args]
        return super().parse_args(ctx, args)


group = typer.Typer(
    cls=_AddByDefault,
    no_args_is_help=True,
    help="Put files and folders into the index: citewise index PATH…",
)


@group.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    collection: Collection = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
    as_json: AsJson = False,
) -> None:
    """Add files and folders, skipping what is there unchanged."""
    settings = load_settings(data_dir=data_dir, embedder=embedder, collection=collection)
    sources = list(find_sources(paths))
    with open_app(settings, create=True, announce=announce) as app, _progress() as progress:
        task = progress.add_task("Indexing", total=len(sources))
        report = app.builder.add_files(settings.collection, sources, lambda source: progress.advance(task))
    if as_json:
        print_json(asdict(report))
    else:
        _print_report(report, settings.collection)
    if report.failed:
        raise typer.Exit(1)


@group.command(name="verify")
def verify_(data_dir: DataDir = None, embedder: Embedder = None) -> None:
    """Prove every passage against its text, and the projections against the store."""
    with open_app(load_settings(data_dir=data_dir, embedder=embedder), announce=announce) as app:
        problems = verify(app.index)
    for problem in problems:
        show(problem)
    if problems:
        stderr.print("Run: citewise index rebuild")
        raise typer.Exit(1)
    show("The index is whole.")


@group.command()
def rebuild(data_dir: DataDir = None, embedder: Embedder = None) -> None:
    """Make passages, vectors and projections anew with the configured model."""
    settings = load_settings(data_dir=data_dir, embedder=embedder)
    with open_app(settings, rebuilding=True, announce=announce) as app, _progress() as progress:
        task = progress.add_task("Rebuilding", total=None)
        count = app.builder.rebuild(lambda _: progress.advance(task))
    show(f"Rebuilt {count} documents.")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=stderr,
        transient=True,
        disable=not stderr.is_terminal,
    )


def _print_report(report: BuildReport, collection: str) -> None:
    for document_id, reason in report.failed.items():
        stderr.print(f"failed: {document_id}: {reason}")
    show(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.unchanged)} unchanged,"
        f" {len(report.failed)} failed; collection {collection}, index version {report.index_version}."
    )
    if not (report.added or report.changed or report.unchanged or report.failed):
        stderr.print("No file of a supported format was found there.")
