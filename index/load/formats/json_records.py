"""JSON: records with a text, one document each, or any other value as readable lines."""

import json
from collections.abc import Iterator, Mapping, Sequence

from index.errors import EmptyDocument, LoadError
from index.load.formats.composing import Composer, one_line
from index.load.formats.text import decode_bytes, titled
from index.load.metadata import stated, usable
from index.load.naming import usable_id
from index.load.reading import Failure, Loaded, Reading
from index.text.blocks import infer_headings
from index.text.canonical import canonical
from index.types import Document, Json, Metadata

_TEXTS = ("text", "content", "body")
_IDS = ("id", "_id")
_TITLES = ("title", "headline", "name")
_DATES = ("published_at", "published", "date", "created_at")


class JsonLoader:
    """Loads a JSON file: a list of records, one record, or any other value."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Loaded]:
        """Yield one document for each record, or one for everything."""
        value = _parse(decode_bytes(data, document_id), document_id)
        if isinstance(value, list) and value and all(_is_record(item) for item in value):
            names = _Names(document_id)
            for number, record in enumerate(value, start=1):
                yield _one(record, names.of(record, number), metadata)
        else:
            yield _document(value, document_id, metadata)


class JsonLinesLoader:
    """Loads JSON lines: each line is a record or any other value."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Loaded]:
        """Yield one document for each line, and a failure for one that is not JSON."""
        names = _Names(document_id)
        for number, line in enumerate(decode_bytes(data, document_id).split("\n"), start=1):
            if not line.strip():
                continue
            try:
                value = _parse(line, document_id, number)
            except LoadError as error:
                yield Failure(names.of(None, number), str(error))
                continue
            yield _one(value, names.of(value, number), metadata)


class _Names:
    """Ids of records: what they call themselves, or their number, and each only once."""

    def __init__(self, document_id: str) -> None:
        self._document_id = document_id
        self._given: set[str] = set()

    def of(self, record: Json, number: int) -> str:
        own = None
        if isinstance(record, dict):
            own = next((record[key] for key in _IDS if isinstance(record.get(key), str | int)), None)
        name = one_line(str(own)) if own is not None else ""
        record_id = usable_id(f"{self._document_id}/{name or number}")
        if record_id in self._given:
            record_id = usable_id(f"{record_id} (record {number})")
        while record_id in self._given:
            record_id = usable_id(f"{record_id}'")
        self._given.add(record_id)
        return record_id


def _parse(text: str, name: str, line: int = 0) -> Json:
    at = f" at line {line}" if line else ""
    try:
        # A number that JSON does not know is as good as none.
        value: Json = json.loads(text.lstrip("\ufeff"), strict=False, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        place = f"line {line or error.lineno}, column {error.colno}"
        raise LoadError(f"{name} is not JSON at {place} ({error.msg}).", "Mend it there.") from error
    except ValueError as error:
        raise LoadError(f"{name} holds a number of too many digits{at}.", "Make it a string.") from error
    except RecursionError as error:
        raise LoadError(f"{name} is nested too deeply{at}.", "Flatten it.") from error
    return value


def _is_record(value: Json) -> bool:
    return isinstance(value, dict) and any(isinstance(value.get(key), str) for key in _TEXTS)


def _one(value: Json, document_id: str, metadata: Metadata) -> Loaded:
    try:
        return _document(value, document_id, metadata)
    except LoadError as error:
        return Failure(document_id, str(error))


def _document(value: Json, document_id: str, metadata: Metadata) -> Document:
    if isinstance(value, dict) and _is_record(value):
        return _record(value, document_id, metadata)
    composer = Composer()
    for path, leaf in _leaves(value, ""):
        composer.row([(path, leaf)])
    return composer.document(document_id, metadata)


def _record(record: Mapping[str, Json], document_id: str, metadata: Metadata) -> Document:
    key = next(key for key in _TEXTS if isinstance(record.get(key), str))
    text = canonical(str(record[key]))
    if not any(c.isalnum() for c in text):
        raise EmptyDocument(f"{document_id} holds no text.", f"Its field {key!r} is empty.")
    fields = usable({name: value for name, value in record.items() if name != key})
    known = stated(
        fields,
        title=_first(fields, _TITLES),
        published_at=_first(fields, _DATES),
    )
    return titled(document_id, text, {**known, **metadata}, infer_headings(text))


def _first(fields: Metadata, keys: Sequence[str]) -> str | None:
    return next((value for key in keys if isinstance(value := fields.get(key), str) and value), None)


def _leaves(value: Json, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for number, item in enumerate(value, start=1):
            yield from _leaves(item, f"{path}[{number}]")
    elif isinstance(value, list):
        yield path, ", ".join(shown for item in value if (shown := _shown(item)))
    else:
        yield path, _shown(value)


def _shown(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
