"""``citewise eval sweep``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from eval.cli.options import Gold
from index.load.files import find_sources
from service.cli.options import Collection, DataDir, plain, show, stderr, stdout


def sweep(
    gold: Gold,
    grid: Annotated[Path, typer.Option("--grid", help="TOML: settings, each a value or a list of values.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the runs, the indexes and table.md.")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files and folders to ask about (default: what the index holds)."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes at a time (default: what fits).")
    ] = None,
    collection: Collection = None,
    data_dir: DataDir = None,
) -> None:
    """Ask every gold question under every combination of settings, and say which are better."""
    from eval.datasets.gold import read_gold
    from eval.sweep.grid import read_grid
    from eval.sweep.sweep import Sweep
    from eval.sweep.table import FOOT, tabulate

    read_gold(gold)  # before an index is made in vain
    sources = list(find_sources(paths)) if paths else None
    combinations = read_grid(grid, collection=collection, data_dir=data_dir)
    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        progress.add_task(f"{len(combinations)} combinations", total=None)
        running = Sweep(
            gold, combinations, out, sources, workers, lambda text: progress.console.print(plain(text))
        )
        try:
            outcomes = running.run()
        except KeyboardInterrupt:
            stderr.print("Interrupted. What is done is kept; run the same command again to go on.")
            raise
        table = tabulate(outcomes)
    (out / "table.md").write_text(table.markdown(), encoding="utf-8")
    if stdout.is_terminal:
        shown = Table(*table.header, box=None)
        for row in table.rows:
            shown.add_row(*map(plain, row))
        stdout.print(shown)
        show(FOOT, style="dim")
    else:
        show(table.markdown())
    if any(outcome.failure for outcome in outcomes):
        raise typer.Exit(1)
