"""Mail messages with their attachments."""

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from functools import partial
from itertools import count, groupby
from pathlib import PurePosixPath

from index.errors import EmptyDocument, LoadError, UnsupportedFormat
from index.load.formats.composing import Composer, one_line
from index.load.formats.text import decode_bytes
from index.load.metadata import stated
from index.load.naming import usable_id
from index.load.reading import Failure, Loaded, Reading
from index.types import Metadata

_SHOWN = ("From", "To", "Cc")
_TELLING = ("From", "To", "Subject", "Date", "Received", "Message-ID", "MIME-Version", "Content-Type")
_HTML = "text/html"
_QUOTED = re.compile(r"((?:>[ \t]?)*)(.*)")
_FORWARDED = "message/rfc822"


class MailLoader:
    """Loads a message, and each attachment as a document of its own."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Loaded]:
        """Yield the message and what is attached to it."""
        message = message_from_bytes(data, policy=policy.default)
        if not isinstance(message, EmailMessage) or not any(name in message for name in _TELLING):
            raise LoadError(
                f"{document_id} is not a mail message: it has none of the usual headers.",
                "Check that the right file was given.",
            )
        subject = _header(message, "Subject")
        composer = Composer()
        composer.heading(subject, 1)
        date = _date(_header(message, "Date"))
        # The date is metadata, which every source shows; in the text it would answer whatever asks "when".
        for name in _SHOWN if date else (*_SHOWN, "Date"):
            composer.row([(name, _header(message, name))])
        body = _body(message)
        for part in body:
            _compose_part(part, composer, document_id)
        sender = parseaddr(_header(message, "From"))
        known = stated(
            metadata,
            title=subject,
            author=sender[0] or sender[1],
            published_at=date,
        )
        yield _document(composer, document_id, known)
        yield from _attached(message, body, document_id, reading)


def _document(composer: Composer, document_id: str, metadata: Metadata) -> Loaded:
    try:
        return composer.document(document_id, metadata)
    except EmptyDocument as error:
        return Failure(document_id, str(error))  # what is attached to it may hold text


def _header(message: EmailMessage, name: str) -> str:
    try:
        return one_line(str(message.get(name, "")))
    except Exception:
        # ``email`` fails in many ways on headers that break the rules (python/cpython#81279 and others).
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return one_line(str(raw).encode("utf-8", "replace").decode())


def _date(stated_date: str) -> str | None:
    try:
        return parsedate_to_datetime(stated_date).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _body(message: EmailMessage) -> list[EmailMessage]:
    own = list(_texts(message))
    if not own:
        named = message.get_body(preferencelist=("plain", "html"))
        own = [named] if isinstance(named, EmailMessage) else []
    return own


def _texts(part: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that are the message's own words; one with a file's name is attached to it."""
    if part.is_attachment():
        return
    if part.get_content_maintype() == "multipart":
        parts = [inner for inner in part.iter_parts() if isinstance(inner, EmailMessage)]
        if not part.is_multipart():
            yield part  # its parts cannot be told apart: no boundary is stated, or it does not occur
        elif part.get_content_subtype() == "alternative":
            yield from _preferred([list(_texts(inner)) for inner in parts])
        else:
            for inner in parts:
                yield from _texts(inner)
    elif part.get_content_type() in ("text/plain", _HTML) and not part.get_filename():
        yield part


def _preferred(versions: list[list[EmailMessage]]) -> list[EmailMessage]:
    """Of versions of the same words the plain one, unless a program left it empty."""
    rich = [version for version in versions if any(_is_html(part) for part in version)]
    plain = [version for version in versions if version not in rich and _has_words(version)]
    return next(iter(plain + rich), [])


def _has_words(version: list[EmailMessage]) -> bool:
    return any(c.isalnum() for part in version for c in _decoded(part, "the body"))


def _is_html(part: EmailMessage) -> bool:
    return part.get_content_type() == _HTML


def _compose_part(part: EmailMessage, composer: Composer, document_id: str) -> None:
    text = _decoded(part, document_id)
    if _is_html(part):
        from index.load.formats.markup import compose_markup, parse_text

        with suppress(EmptyDocument):
            compose_markup(parse_text(text, document_id), composer)
        return
    # What is quoted from another message is a paragraph of its own, and so is what that quotes.
    lines = [(match[1].count(">"), match[2]) for match in map(_QUOTED.fullmatch, text.splitlines()) if match]
    for (_, words), group in groupby(lines, key=lambda line: (line[0], bool(line[1].strip()))):
        if words:
            composer.lines("\n".join(line for _, line in group))


def _decoded(part: EmailMessage, document_id: str) -> str:
    data = _payload(part)
    declared = part.get_content_charset()
    if _is_html(part):
        from index.load.formats.markup import declared_charset

        declared = declared_charset(data) or declared
    for readable in (data, data.replace(b"\0", b" ")):
        with suppress(UnsupportedFormat):
            return decode_bytes(readable, document_id, declared)
    return data.decode("utf-8", "replace")  # a line of it that is damaged, among others that are not


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attached(
    message: EmailMessage, body: list[EmailMessage], document_id: str, reading: Reading
) -> Iterator[Loaded]:
    given: set[str] = set()
    for number, part in enumerate(_parts(message), start=1):
        name = usable_id(PurePosixPath(one_line(part.get_filename() or "").replace("\\", "/")).name)
        if part.get_content_type() == _FORWARDED:
            name = name if name.lower().endswith(".eml") else f"{name or 'message'}.eml"
        if not name or part in body:
            continue
        path, numbers = PurePosixPath(name), count(number)
        while name in given:
            name = f"{path.stem} ({next(numbers)}){path.suffix}"
        given.add(name)
        yield from reading.member(partial(_open, part), name, usable_id(f"{document_id}/{name}"), {})


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    if message.is_multipart() and message.get_content_type() != _FORWARDED:
        for part in message.iter_parts():
            if isinstance(part, EmailMessage):
                yield from _parts(part)
    else:
        yield message


def _open(part: EmailMessage) -> io.BytesIO:
    if part.get_content_type() == _FORWARDED and part.is_multipart():
        return io.BytesIO(bytes(next(part.iter_parts())))
    return io.BytesIO(_payload(part))
