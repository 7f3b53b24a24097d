"""Text as a person sees it, who is not shown its control and format characters."""

import unicodedata

_UNSEEN = frozenset({"Cf", "Cc", "Co", "Cs", "Cn"})


def seen(text: str) -> str:
    """The text without characters that show nothing (zero-width, bidirectional, tags); line ends stay."""
    return "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _UNSEEN)
