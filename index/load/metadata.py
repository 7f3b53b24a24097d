"""What is known of a document from outside: the file beside it, and its form."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from index.dates import span_of
from index.errors import InvalidInput
from index.text.canonical import canonical
from index.types import Json, Metadata

METADATA_FILE = "metadata.json"
# More would not pass from process to process, and nobody means it.
_MOST_LEVELS = 32


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
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).", "Mend or remove it.") from error
    return parse_metadata(data, str(path))


def parse_metadata(data: bytes, name: str) -> Mapping[str, Metadata]:
    """Parse the bytes of a ``metadata.json``; names of files are in canonical form.

    Raises:
        InvalidInput: It is not an object of objects, or one of them is not valid metadata.
    """
    try:
        by_name: Json = json.loads(data.decode("utf-8"), parse_constant=_refuse)
        if isinstance(by_name, dict) and all(isinstance(entry, dict) for entry in by_name.values()):
            return {
                canonical(file): clean(entry, f"{name}, {file!r}")
                for file, entry in by_name.items()
                if isinstance(entry, dict)
            }
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{name} is not readable as JSON ({error}).", "Mend or remove it.") from error
    raise InvalidInput(
        f"{name} must be a JSON object with an object for each file name.", "Mend or remove it."
    )


def stated(outside: Metadata, **own: str | None) -> Metadata:
    """What is known from outside, and below it what a file says of itself, if it says anything."""
    said = {name: " ".join(canonical(value).split()) for name, value in own.items() if value}
    # A date that is none is a program's mistake, and no reason to refuse the file.
    usable = {name: value for name, value in said.items() if value and _holds(name, value)}
    return {**usable, **outside}


def usable(fields: Mapping[str, Json]) -> Metadata:
    """Of the fields that a record has of its own those that ``clean`` would not refuse.

    A field that means something else elsewhere is no reason to lose the text beside it.
    """
    kept: dict[str, Json] = {}
    for name, value in fields.items():
        with suppress(InvalidInput, ValueError):  # of another type, or a number that is too large
            kept |= clean({name: value}, name)
    return kept


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
    if _depth(entry) > _MOST_LEVELS:
        raise InvalidInput(f"{whose} is nested more than {_MOST_LEVELS} levels deep.", "Flatten it.")
    given = {name: value for name, value in entry.items() if value is not None or name not in _FORMS}
    json.dumps(given, allow_nan=False)  # raises ValueError for what is no JSON
    cleaned = {canonical(name): _canonical(value) for name, value in given.items()}
    for name, value in cleaned.items():
        if not _holds(name, value):
            raise InvalidInput(
                f"{whose}: {name} is {json.dumps(value, ensure_ascii=False)[:80]}.",
                f"It must be {_FORMS[name].described}.",
            )
    return cleaned


def _canonical(value: Json) -> Json:
    """A value with all its texts and names in the form in which filters are compared with them."""
    if isinstance(value, str):
        return canonical(value)
    if isinstance(value, list):
        return [_canonical(inner) for inner in value]
    if isinstance(value, dict):
        return {canonical(name): _canonical(inner) for name, inner in value.items()}
    return value


def _depth(value: object) -> int:
    """How deep a value is nested; told without recursion, since that is what has to be told."""
    depth, level = 0, [value]
    while level := [
        inner
        for outer in level
        if isinstance(outer, (dict, list))
        for inner in (outer.values() if isinstance(outer, dict) else outer)
    ]:
        depth += 1
        if depth > _MOST_LEVELS:
            break
    return depth


def _holds(name: str, value: Json) -> bool:
    return name not in _FORMS or _FORMS[name].holds(value)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
