"""Glyphs of a page into runs: what stands on one line without a wide gap."""

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_COMBINING = (0x300, 0x301, 0x302, 0x303, 0x308, 0x30A, 0x30C, 0x327, 0x306, 0x304, 0x307, 0x30B)
# In parts of a glyph's height. A gap as wide as a gutter ends a run; where it only is a
# wide space in a justified line, the line puts the runs together again.
_WIDE_GAP = 0.9
_SPACE = 0.17
_OVERLAP = 0.5
_OVER = 0.1
# TeX's older fonts have accents as glyphs of their own, which it prints over the letter.
_ACCENTS = dict(zip("`´ˆ˜¨˚ˇ¸˘¯˙˝", map(chr, _COMBINING), strict=True))
_CEDILLA = "¸"
_RTL = range(0x590, 0x900)
# The halves in which UTF-16, and so pdfium, has a code point that takes more than 16 bits.
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
# What pdfium gives for a hyphen at a line's end.
_HYPHEN = 0x2


@dataclass(slots=True)
class Run:
    """A piece of a line; the origin is at the bottom left.

    Attributes:
        size: Of the font, in points.
        bold: Whether its font is a heavy one.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.bottom + self.top) / 2

    @property
    def height(self) -> float:
        """Of its line box."""
        return self.top - self.bottom

    @property
    def rtl(self) -> bool:
        """Whether it is written from right to left."""
        return bool(self.text) and ord(self.text[0]) in _RTL


def page_runs(page: pdfium.PdfPage) -> list[list[Run]]:
    """The runs of a page, upright ones together and turned ones by themselves, most first."""
    textpage = page.get_textpage()
    try:
        turned: dict[int, list[Run]] = {}
        for quarter, run in _runs(textpage):
            turned.setdefault(quarter, []).append(run)
    finally:
        textpage.close()
    amount = Counter({quarter: sum(len(r.text) for r in runs) for quarter, runs in turned.items()})
    return [turned[quarter] for quarter, _ in amount.most_common()]


def _runs(textpage: pdfium.PdfTextPage) -> Iterator[tuple[int, Run]]:
    raw = textpage.raw
    box = pdfium_c.FS_RECTF()
    run: Run | None = None
    quarter, space, last = 0, False, 0.0
    for index in range(textpage.count_chars()):
        code = _code(raw, index)
        if code in (0, 0xFFFE, 0xFFFF):
            continue
        character = "-" if code == _HYPHEN else chr(code)
        if character.isspace():
            space = True
            continue
        if not pdfium_c.FPDFText_GetLooseCharBox(raw, index, box):
            continue
        angle = round(math.degrees(pdfium_c.FPDFText_GetCharAngle(raw, index)) / 90) % 4
        left, bottom, right, top = _turn(box, angle)
        if run is not None and angle == quarter and _continues(run, last, left, bottom, right, top):
            gap = left - run.right if right > run.right else run.left - right
            if space or gap > _SPACE * (top - bottom):
                run.text += " "
            over = left < run.right - _OVER * (top - bottom)
            run.text = _accented(run.text, character) if over else run.text + character
            run.left, run.right = min(run.left, left), max(run.right, right)
        else:
            if run is not None:
                yield quarter, run
            quarter = angle
            size = _size(raw, index) or top - bottom
            bold = pdfium_c.FPDFText_GetFontWeight(raw, index) >= 600
            run = Run(character, left, right, bottom, top, size, bold)
        space, last = False, left
    if run is not None:
        yield quarter, run


def _code(raw: pdfium_c.FPDF_TEXTPAGE, index: int) -> int:
    """The code point at an index, whole where its first half stands; 0 where its second one does."""
    code: int = pdfium_c.FPDFText_GetUnicode(raw, index)
    low: int = pdfium_c.FPDFText_GetUnicode(raw, index + 1) if code in _HIGH else 0
    if low in _LOW:
        return 0x10000 + (code - _HIGH.start) * len(_LOW) + low - _LOW.start
    if code in _LOW and pdfium_c.FPDFText_GetUnicode(raw, index - 1) in _HIGH:
        return 0
    return code


def _accented(text: str, character: str) -> str:
    """Text and a glyph that stands over its last one: a letter over its accent, or a cedilla below one."""
    letter, accent = (text[-1], character) if character == _CEDILLA else (character, text[-1])
    if accent not in _ACCENTS or not letter.isalpha():
        return text + character
    plain = "i" if letter == "ı" else letter
    return text[:-1] + unicodedata.normalize("NFC", plain + _ACCENTS[accent])


def _turn(box: pdfium_c.FS_RECTF, quarter: int) -> tuple[float, float, float, float]:
    """Coordinates as if the page were turned so that the text is upright."""
    if quarter == 1:
        return box.top * -1, box.left, box.bottom * -1, box.right
    if quarter == 2:
        return -box.right, -box.top, -box.left, -box.bottom
    if quarter == 3:
        return box.bottom, -box.right, box.top, -box.left
    return box.left, box.bottom, box.right, box.top


def _continues(run: Run, last: float, left: float, bottom: float, right: float, top: float) -> bool:
    height, own = top - bottom, run.top - run.bottom
    if min(height, own) <= 0 or min(top, run.top) - max(bottom, run.bottom) < _OVERLAP * min(height, own):
        return False
    wide = _WIDE_GAP * max(height, own)
    # The letters of a ligature share one box.
    if left > last - wide / 9 and left - run.right < wide:
        return True
    return run.rtl and -wide / 2 < run.left - right < wide


def _size(raw: pdfium_c.FPDF_TEXTPAGE, index: int) -> float:
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFText_GetMatrix(raw, index, ctypes.byref(matrix)):
        return 0.0
    size: float = pdfium_c.FPDFText_GetFontSize(raw, index) * math.hypot(matrix.c, matrix.d)
    return round(size * 2) / 2
