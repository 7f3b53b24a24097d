"""The encoding of bytes that name none and are not UTF-8."""

import re
from itertools import islice

from charset_normalizer import from_bytes

_WESTERN = "cp1252"
# The letters beyond ASCII of the languages that an encoding of the Latin script is used for.
_ALPHABETS: dict[str, tuple[str, ...]] = {
    _WESTERN: (
        "äöüßéèàêç",  # German
        "åäöæøéèêàóòôüá",  # Danish, Finnish, Norwegian, Swedish
        "áéíóúýþæöðø",  # Faroese, Icelandic
        "àâæçéèêëîïôœùûüÿñöä",  # French, Dutch
        "áéíóúüñçàèòï",  # Spanish, Catalan
        "ãáàâçéêíõóôúüñ",  # Portuguese
        "àèéìíîòóùú",  # Italian
    ),
    "cp1250": (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíľĺňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "čćđšž",  # Croatian, Slovene
        "ăâîşţ",  # Romanian
    ),
    "cp1254": ("çğıöşüâî",),  # Turkish
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž"),  # Lithuanian, Latvian
}
_ALPHABETS["iso8859_2"] = _ALPHABETS["cp1250"]
# Only the common ones: there is always a rare one in which a text seems to make sense.
_OTHER_SCRIPTS = (
    "cp1251 koi8_r koi8_u cp866 iso8859_5 cp1253 iso8859_7 cp1255 cp1256 tis_620 "
    "gb18030 big5 big5hkscs cp932 euc_jp cp949"
).split()
# Letters that stand for something else than a sound, so that they belong to no language.
_SIGNS = frozenset("ªºµƒ")
# A wrong reading puts these inside words, or has a control character.
_ODD = re.compile(r"[^\W\d_][¡¢£¤¥¦¨ª¬¯±²³´¶¸¹º»¼½¾¿ˇ˘˙˛˝][^\W\d_]|[\x80-\x9f]")
_REPEATED = re.compile(rb"([\x80-\xff])\1+")
_RUN = re.compile(rb"[\x80-\xff]{1,100}")
_ENOUGH_RUNS = 10_000
# In the Latin script accented letters mostly stand alone. Fewer bytes, or letters, tell nothing.
_OTHER_RUN = 2
_FEWEST_BYTES = 6
_FEWEST_LETTERS = 3


def detect(data: bytes) -> str | None:
    """The encoding that the bytes are most likely in, or None if they are in none.

    Where they tell little it is that of Western Europe, in which most such files are.
    """
    if _fits(data, _WESTERN):
        return _WESTERN
    if _in_other_script(data):
        best = from_bytes(data, cp_isolation=_OTHER_SCRIPTS).best()
        return best.encoding if best else None
    likely = next((encoding for encoding in _ALPHABETS if _fits(data, encoding)), _WESTERN)
    return None if _read(data, likely) is None else likely


def _in_other_script(data: bytes) -> bool:
    # A line of dashes is no word.
    runs = [_REPEATED.sub(rb"\1", run.group()) for run in islice(_RUN.finditer(data), _ENOUGH_RUNS)]
    return sum(map(len, runs)) >= max(_FEWEST_BYTES, _OTHER_RUN * len(runs))


def _fits(data: bytes, encoding: str) -> bool:
    """Whether what is not ASCII can be of one language that is written so."""
    text = _read(data, encoding)
    if text is None:
        return False
    letters = {c.lower() for c in set(text) - _SIGNS if c > "\x7f" and c.isalpha()}
    told = encoding == _WESTERN or len(letters) >= _FEWEST_LETTERS
    return told and any(letters <= set(one) for one in _ALPHABETS[encoding]) and not _ODD.search(text)


def _read(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
