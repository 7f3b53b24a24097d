"""Where a quotation stands in a text, exactly or but for how it is typed."""

import re

_ALIKE = (
    "'’‘‛ʼ´`",
    '"“”„‟«»',
    "-‐‑‒–—−",
)
_CLASS = {character: f"[{re.escape(alike)}]" for alike in _ALIKE for character in alike}
_PIECE = re.compile(r"\s+|…|\.\.\.|.", re.DOTALL)


def occurrences(text: str, quote: str) -> list[tuple[int, int]]:
    """Every range at which a text holds the quote exactly; they may overlap."""
    found = []
    at = text.find(quote) if quote else -1
    while at >= 0:
        found.append((at, at + len(quote)))
        at = text.find(quote, at + 1)
    return found


def like(text: str, quote: str) -> list[tuple[int, int]]:
    """Every range that differs from the quote in white space and in typography only.

    Runs of white space are alike, and so are straight and typographic quotation marks, all
    hyphens and dashes, and an ellipsis and three full stops. White space around the quote
    does not count.
    """
    pattern = "".join(_alike(piece) for piece in _PIECE.findall(quote.strip()))
    return [match.span() for match in re.finditer(pattern, text)] if pattern else []


def _alike(piece: str) -> str:
    if piece.isspace():
        return r"\s+"
    if piece in ("…", "..."):
        return r"(?:…|\.\.\.)"
    return _CLASS.get(piece) or re.escape(piece)
