"""The one form in which a text is kept, so that offsets into it mean one thing."""

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def canonical(text: str) -> str:
    r"""Return ``text`` in Unicode NFC with ``\n`` line ends and no byte order mark.

    NUL and lone surrogates, which no UTF-8 store or JSON client can carry, become
    U+FFFD, so that nothing shifts. The function is idempotent.
    """
    text = _LINE_ENDS.sub("\n", text.lstrip("\ufeff"))
    text = _UNSTORABLE.sub("\ufffd", text)
    return unicodedata.normalize("NFC", text)
