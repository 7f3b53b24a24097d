"""``citewise backup`` and ``citewise restore``."""

from pathlib import Path
from typing import Annotated

import typer

from index.backup import back_up
from index.backup import restore as restore_backup
from index.errors import PathNotFound
from index.layout import Layout
from index.lock import write_lock
from service.cli.options import AsJson, DataDir, print_json, show
from service.settings import load_settings
from service.wiring import open_store


def backup(
    file: Annotated[Path, typer.Argument(help="The file to make.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Copy the whole index into one file, also while it is served and written."""
    with open_store(load_settings(data_dir=data_dir)) as store:
        version = back_up(store, file)
    if as_json:
        print_json({"file": str(file), "index_version": version})
    else:
        show(f"Backed up index version {version} to {file}.")


def restore(
    file: Annotated[Path, typer.Argument(help="What `citewise backup` made.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Also when there is an index; what it holds is then gone.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the index, also while it is served."""
    layout = Layout(load_settings(data_dir=data_dir).data_dir)
    if not file.is_file():
        raise PathNotFound(f"There is no backup {file}.", "Check the path.")
    layout.root.mkdir(parents=True, exist_ok=True)
    with write_lock(layout):
        version = restore_backup(file, layout, replace=replace)
    if as_json:
        print_json({"file": str(file), "index_version": version})
    else:
        show(f"Restored index version {version} from {file}.")
