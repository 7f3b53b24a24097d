"""Plain text."""

from collections.abc import Iterator

from index.errors import EmptyDocument, UnsupportedFormat
from index.load.formats.composing import with_title
from index.load.formats.encodings import detect
from index.load.reading import Reading
from index.text.blocks import infer_headings
from index.text.canonical import canonical
from index.types import Document, Heading, Metadata

# That of UTF-32 begins as that of UTF-16 does.
_BOMS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_WIDE = ("utf-16", "utf-32")
# Declared names whose bytes are in practice those of a larger set (WHATWG Encoding Standard).
_MEANT = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
}


class TextLoader:
    """Loads plain text; headings are inferred from layout."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Decode, bring into canonical form and find the headings."""
        text = decode(data, document_id)
        yield titled(document_id, text, metadata, infer_headings(text))


def decode(data: bytes, name: str) -> str:
    """Decode bytes to canonical text, by byte order mark, as UTF-8, or by detection.

    Raises:
        EmptyDocument: There is no text in it.
        UnsupportedFormat: It is binary, or in no encoding that can be told.
    """
    text = canonical(decode_bytes(data, name))
    if not any(c.isalnum() for c in text):
        raise EmptyDocument(f"{name} holds no text.", "Check that the right file was given.")
    return text


def titled(document_id: str, text: str, metadata: Metadata, headings: tuple[Heading, ...]) -> Document:
    """Build a document; a level 1 heading that opens it is its title if none is given."""
    return Document(document_id, text, with_title(metadata, text, headings), headings)


def decode_bytes(data: bytes, name: str, declared: str | None = None) -> str:
    """Decode bytes by byte order mark, as declared, as UTF-8, or by detection.

    Args:
        data: The bytes.
        name: What they are, for errors.
        declared: The encoding that the file names for itself, if it does.

    Raises:
        UnsupportedFormat: They are binary, or in no encoding that can be told.
    """
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise UnsupportedFormat(
                    f"{name} starts as {encoding} but byte {error.start} is not valid in it.",
                    "Save the file again as UTF-8.",
                ) from error
    likely = [declared or "utf-8", "utf-8"]
    wide = likely[0].lower().startswith(_WIDE)
    if b"\0" in data:
        likely = likely[:1] if wide else []
    elif wide:
        likely.reverse()  # every space of such a text has a NUL, so it is one only if nothing else fits
    for encoding in likely:
        try:
            return data.decode(_MEANT.get(encoding.lower(), encoding))
        except (UnicodeDecodeError, LookupError):
            continue  # what a file says of its own encoding is often wrong
    if b"\0" in data:
        raise UnsupportedFormat(
            f"{name} is binary (it contains NUL bytes), not text.",
            "Convert it to text or Markdown first.",
        )
    detected = detect(data)
    if detected is None:
        raise UnsupportedFormat(
            f"{name} is not text in any encoding that can be told.",
            "Save the file as UTF-8, or convert it to text first.",
        )
    return data.decode(detected)
