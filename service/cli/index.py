"""``citewise index``: put documents into the index, verify it, rebuild it, purge it."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperGroup

from index.ingest import IngestReport
from index.load.files import Source, find_sources
from index.verify import verify
from service.cli.options import (
    AsJson,
    Collection,
    DataDir,
    Embedder,
    announce,
    plain,
    print_json,
    show,
    stderr,
)
from service.settings import load_settings
from service.wiring import open_app

_SHOWN_NAME = 40


class _AddByDefault(TyperGroup):
    """``citewise index PATH`` means ``citewise index add PATH``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer has its own click
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["add", *args]
        return super().parse_args(ctx, args)


group = typer.Typer(
    cls=_AddByDefault,
    no_args_is_help=True,
    help="Put files and folders into the index: citewise index PATH… (options: citewise index add --help).",
)


@group.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    include: Annotated[
        list[str] | None, typer.Option("--include", help="Only files that match, as in .gitignore: '*.pdf'.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="Not what matches, as in .gitignore: 'drafts/'.")
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete documents whose files have vanished from the folders.")
    ] = False,
    collection: Collection = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
    as_json: AsJson = False,
) -> None:
    """Add files and folders, skipping what is there unchanged."""
    settings = load_settings(data_dir=data_dir, embedder=embedder, collection=collection)
    sources = list(find_sources(paths, include or (), exclude or ()))
    folders = [path for path in paths if path.is_dir()]
    report = IngestReport()
    with open_app(settings, create=True, announce=announce) as app, _progress() as progress:
        task = progress.add_task("Indexing", total=len(sources))

        def done(source: Source) -> None:
            progress.update(task, advance=1, description=plain(source.document_id[-_SHOWN_NAME:]))

        try:
            app.ingest(settings.collection).add(sources, folders, prune=prune, progress=done, report=report)
            if settings.keep_revisions_days is not None:
                app.builder.expire(settings.keep_revisions_days)
        except KeyboardInterrupt:
            progress.stop()
            _print_report(report, settings.collection)
            stderr.print("Interrupted. What is done is kept; run the same command again to go on.")
            raise
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
        stderr.print(
            "Run: citewise index rebuild. If it is the database that is damaged: citewise restore FILE"
        )
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


@group.command()
def purge(
    older_than: Annotated[
        float | None,
        typer.Option(
            "--revisions-older-than",
            help="Also drop revisions that were replaced that many days ago (default: keep_revisions_days).",
        ),
    ] = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
) -> None:
    """Erase what was deleted from every file of the index, byte for byte."""
    settings = load_settings(data_dir=data_dir, embedder=embedder, keep_revisions_days=older_than)
    with open_app(settings, announce=announce) as app:
        days = settings.keep_revisions_days
        dropped = app.builder.expire(days) if days is not None else 0
        app.builder.purge()
    show(
        f"Purged. {dropped} replaced revisions were dropped. Backups made before still hold what was deleted."
    )


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=stderr,
        transient=True,
        disable=not stderr.is_terminal,
    )


def _print_report(report: IngestReport, collection: str) -> None:
    for document_id, reason in report.failed.items():
        stderr.print(plain(f"failed: {document_id}: {reason}"))
    _print_ids("removed", report.removed)
    _print_ids("vanished, kept without --prune", report.vanished)
    show(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.unchanged)} unchanged,"
        f" {len(report.removed)} removed, {len(report.failed)} failed;"
        f" collection {collection}, index version {report.index_version}."
    )
    if not any((report.added, report.changed, report.unchanged, report.removed, report.failed)):
        stderr.print("No file of a supported format was found there.")


def _print_ids(what: str, ids: Sequence[str]) -> None:
    for document_id in ids:
        stderr.print(plain(f"{what}: {document_id}"))
