"""What is known of a document from outside: the file beside it, and its form."""

import json
from collections.abc import Mapping
from pathlib import Path

from index.errors import InvalidInput
from index.text.canonical import canonical
from index.types import Json, Metadata

METADATA_FILE = "metadata.json"


def read_metadata(path: Path) -> Mapping[str, Metadata]:
    """Read a ``metadata.json``: by file name, an object; empty if there is no such file.

    Raises:
        InvalidInput: It is not an object of objects, or one of them is not valid metadata.
    """
    if not path.is_file():
        return {}
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).", "Mend or remove it.") from error
    return parse_metadata(data, str(path))


def parse_metadata(data: bytes, name: str) -> Mapping[str, Metadata]:
    """Parse the bytes of a ``metadata.json``.

    Raises:
        InvalidInput: It is not an object of objects, or one of them is not valid metadata.
    """
    try:
        by_name: Json = json.loads(data.decode("utf-8"), parse_constant=_refuse)
        if isinstance(by_name, dict) and all(isinstance(entry, dict) for entry in by_name.values()):
            return {file: clean(entry) for file, entry in by_name.items() if isinstance(entry, dict)}
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{name} is not readable as JSON ({error}).", "Mend or remove it.") from error
    raise InvalidInput(
        f"{name} must be a JSON object with an object for each file name.", "Mend or remove it."
    )


def stated(outside: Metadata, **own: str | None) -> Metadata:
    """What is known from outside, and below it what a file says of itself, if it says anything."""
    said = {name: " ".join(value.split()) for name, value in own.items() if value}
    return {**clean({name: value for name, value in said.items() if value}), **outside}


def clean(entry: Mapping[str, Json]) -> Metadata:
    """Metadata without what no store or client can carry, at any depth."""
    cleaned: Metadata = json.loads(canonical(json.dumps(dict(entry), ensure_ascii=False)), strict=False)
    return cleaned


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
