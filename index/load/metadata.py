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
        by_name: Json = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
        if isinstance(by_name, dict) and all(isinstance(entry, dict) for entry in by_name.values()):
            return {name: clean(entry) for name, entry in by_name.items() if isinstance(entry, dict)}
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is not readable as JSON ({error}).", "Mend or remove it.") from error
    raise InvalidInput(
        f"{path} must be a JSON object with an object for each file name.", "Mend or remove it."
    )


def clean(entry: Mapping[str, Json]) -> Metadata:
    """Metadata without what no store or client can carry, at any depth."""
    cleaned: Metadata = json.loads(canonical(json.dumps(dict(entry), ensure_ascii=False)), strict=False)
    return cleaned


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
