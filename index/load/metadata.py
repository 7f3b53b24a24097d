"""What is known of a document from outside: the file beside it, and its form."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from index.dates import span_of
from index.errors import InvalidInput
from index.text.canonical import canonical
from index.types import Json, Metadata

METADATA_FILE = "metadata.json"


class _Form(NamedTuple):
    described: str
    holds: Callable[[Json], bool]


_STRING = _Form("a string", lambda value: isinstance(value, str))
_FORMS = {
    "title": _STRING,
    "url": _STRING,
    "source": _STRING,
    "language": _STRING,
    "published_at": _Form(
        "a date or time of ISO 8601, such as 2024-03-05 or 2024-03-05T10:00:00Z",
        lambda value: isinstance(value, str) and span_of(value) is not None,
    ),
    "tags": _Form(
        "a list of strings",
        lambda value: isinstance(value, list) and all(isinstance(tag, str) for tag in value),
    ),
}


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
            return {
                name: clean(entry, f"{path}, {name!r}")
                for name, entry in by_name.items()
                if isinstance(entry, dict)
            }
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is not readable as JSON ({error}).", "Mend or remove it.") from error
    raise InvalidInput(
        f"{path} must be a JSON object with an object for each file name.", "Mend or remove it."
    )


def clean(entry: Mapping[str, Json], whose: str) -> Metadata:
    """Metadata without what no store or client can carry, at any depth.

    ``title``, ``url``, ``source`` and ``language`` are strings, ``published_at`` is a date or
    time of ISO 8601, ``tags`` is a list of strings; any other field is any JSON value.

    Args:
        entry: As given.
        whose: Named in the error.

    Raises:
        InvalidInput: A field has another type.
    """
    cleaned: dict[str, Json] = json.loads(
        canonical(json.dumps(dict(entry), ensure_ascii=False, allow_nan=False)), strict=False
    )
    for name, wanted in _FORMS.items():
        if name in cleaned and not wanted.holds(cleaned[name]):
            raise InvalidInput(
                f"{whose}: {name} is {json.dumps(cleaned[name], ensure_ascii=False)[:80]}.",
                f"It must be {wanted.described}.",
            )
    return cleaned


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
