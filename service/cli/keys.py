"""``citewise keys``: who may use the service over HTTP."""

from typing import Annotated

import typer
from rich.table import Table

from index.text.canonical import canonical
from service.access.keyring import Key, KeyRing
from service.access.rights import Right
from service.cli.options import AsJson, DataDir, plain, print_json, show, stderr, stdout
from service.settings import load_settings

group = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys; a running server sees it.")


@group.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is, or what for.")],
    right: Annotated[
        Right,
        typer.Option(
            "--right",
            help="read: ask and read; write: also change documents; admin: also feedback and collections.",
        ),
    ],
    collections: Annotated[
        list[str] | None,
        typer.Option(
            "--collection",
            "-c",
            parser=canonical,
            metavar="NAME",
            help="Only this collection; again for more. The first is the key's default.",
        ),
    ] = None,
    days: Annotated[
        float | None,
        typer.Option("--expires", min=0, max=36_500, metavar="DAYS", help="How long it lasts."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once."""
    ring = KeyRing(load_settings(data_dir=data_dir).data_dir)
    key, token = ring.create(name, right, collections or None, days)
    if as_json:
        print_json({**_shape(key), "key": token})
    else:
        show(token)
        stderr.print("It is kept as a hash only, and not shown again. Send it as Authorization: Bearer KEY.")


@group.command(name="list")
def list_(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the keys, without what would let anybody in."""
    keys = KeyRing(load_settings(data_dir=data_dir).data_dir).keys()
    if as_json:
        print_json({"keys": [_shape(key) for key in keys]})
        return
    rows = [
        (
            key.id,
            key.name,
            key.right.value,
            ", ".join(key.collections or ("all",)),
            f"{key.created_at:%Y-%m-%d}",
            f"{key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else "never",
        )
        for key in keys
    ]
    if not stdout.is_terminal:
        for row in rows:
            show("\t".join(" ".join(cell.split()) for cell in row))
        return
    table = Table("id", "name", "right", "collections", "created", "expires", box=None)
    for row in rows:
        table.add_row(*map(plain, row))
    stdout.print(table)


@group.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `keys list` shows it.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key invalid at once."""
    key = KeyRing(load_settings(data_dir=data_dir).data_dir).revoke(key_id)
    if as_json:
        print_json(_shape(key))
    else:
        show(f"Revoked {key.id} ({key.name}).")


def _shape(key: Key) -> dict[str, object]:
    return key.model_dump(mode="json", exclude={"sha256"})
