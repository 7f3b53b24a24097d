"""Spans of a sentence that can answer a kind of question: dates, quantities, lists.

Only rules of the language; a trained reader would take this module's place.
"""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from index.text.analysis import terms

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sep(?:t(?:ember|\.)?|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?:\s?(?:-|–|to|and)\s?\d{1,2}(?:st|nd|rd|th)?)?"
_YEAR = r"(?:1[0-9]|20)\d{2}"
_DATE = re.compile(
    rf"\b(?:{_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?|{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?"
    rf"|{_MONTH},?\s+{_YEAR}|\d{{4}}-\d{{2}}-\d{{2}}|{_YEAR}s?|\d{{1,2}}(?:st|nd|rd|th)\s+centur(?:y|ies))\b"
)
_RELATIVE_DATE = re.compile(
    rf"\b(?:(?:last|next|this|early|late|mid|in|on|since)\s+(?:year|month|week|century|spring|summer|autumn|winter"
    rf"|{_MONTH}|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)|\d+\s+years?\s+(?:ago|later)|yesterday|today)\b",
    re.I,
)
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half|dozens?|hundreds?|thousands?)"
)
_QUANTITY = re.compile(
    rf"(?<![\w.,-])(?:[$€£¥]\s?)?(?:\d+(?:[.,]\d+)*|{_NUMBER_WORD})"
    r"(?:[\s-](?:hundred|thousand|million|billion|trillion))?(?:\s?(?:%|percent|per cent))?(?![\w-])",
    re.I,
)
# What says when without a date, and how much without a number.
_UNITS = r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies))"
_HOW_OFTEN = (
    r"(?:once|twice|hourly|daily|nightly|weekly|monthly|quarterly|annually|yearly|always|never|often|frequently"
    r"|regularly|occasionally|sometimes|rarely|seldom)"
)
_WHEN = re.compile(
    rf"\d|\b(?:{_NUMBER_WORD}|{_UNITS}|{_HOW_OFTEN}|before|after|during|when(?:ever)?|while|since|until|upon|following"
    r"|prior|soon|now|today|tonight|tomorrow|yesterday|ago|early|late|later|earlier|immediately|mornings?|noon"
    r"|afternoons?|evenings?|midnight|dawn|dusk|sunrise|sunset|seasons?|springs?|summers?|autumns?|falls?|winters?"
    r"|christmas|easter|eras?|ages?|periods?|times?|birth|death|reign|wars?|revolution"
    rf"|{_MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|\w+teenth|\w+tieth|first|second|third|fourth|fifth|sixth"
    r"|seventh|eighth|ninth|tenth|eleventh|twelfth)\b",
    re.I,
)
_HOW_MUCH = re.compile(
    rf"\d|\b(?:{_NUMBER_WORD}|{_UNITS}|{_HOW_OFTEN}|(?:m|b|tr)illions?|an?|no|none|zero|single|sole|both|all|every|each"
    r"|some|several|many|few|fewer|most|more|less|little|much|enough|quarter|third|double|triple|majority|minority"
    r"|life|lifelong|overnight|briefly|forever|indefinitely|permanently)\b",
    re.I,
)
_NAME = re.compile(r"\b[A-Z][\w'’-]+(?:\s+(?:of\s+|the\s+|de\s+|von\s+)?[A-Z][\w'’.-]+)*")
_ENUMERATION = re.compile(
    r"(?:such (?:\w+ )?as|namely|including|includes?|involving|comprising|consist(?:s|ing) of"
    r"|in (?:the )?(?:areas|fields|sectors) of|:)\s+",
    re.I,
)
_ITEM = r"[^,;.:()]{2,80}"
_LIST = re.compile(rf"{_ITEM}(?:[,;]\s+{_ITEM})+?,?\s+(?:and|or|as well as)\s+{_ITEM}(?=[,.;:)]|$)")

# A thing that is counted stands in the same clause as its number.
_CLAUSE = re.compile(r"[,;:.()–—]\s|\s[–—-]\s")
_DECIMAL = re.compile(r"\.\d")
# Of scripts that put spaces between words (those up to Indic); an "’s" is not part of a name.
_LETTER = "[^\\W_\u0e00-\U0010ffff]"
_WORD = re.compile(
    rf"{_LETTER}+(?:[’'](?!(?:s|t|re|ll|ve|d|m)\b){_LETTER}+|(?<=\d)[.,](?=\d){_LETTER}+)*", re.I
)
_LEADING = "*_|,;:.!?)]} \t\n"
_TRAILING = "*_|,;:!?([{ \t\n"


def dates(sentence: str) -> list[tuple[int, int]]:
    """Ranges of calendar dates, years and centuries in a sentence."""
    return [m.span() for m in _DATE.finditer(sentence)]


def has_time(sentence: str) -> bool:
    """Whether a sentence says when, by a date or relative to another."""
    return bool(_DATE.search(sentence) or _RELATIVE_DATE.search(sentence))


def quantities(sentence: str) -> list[tuple[int, int]]:
    """Ranges of quantities (numbers, amounts, percentages) that are not part of a date."""
    taken = dates(sentence)
    return [
        m.span()
        for m in _QUANTITY.finditer(sentence)
        if not any(start < m.end() and m.start() < end for start, end in taken)
    ]


def names(sentence: str) -> Iterator[str]:
    """Capitalised runs, those that open the sentence included."""
    return (m.group() for m in _NAME.finditer(sentence))


def enumeration(sentence: str) -> tuple[int, int] | None:
    """The range of the one list of three or more items that a sentence introduces."""
    found = []
    for opening in _ENUMERATION.finditer(sentence):
        match = _LIST.match(sentence, opening.end())
        if match:
            found.append(match.span())
    return found[0] if len(found) == 1 else None


_BELOW = re.compile(r"\bthe following\b|\bas follows\b|\b(?:given|listed|named|shown) below\b", re.I)


def announces(sentence: str) -> bool:
    """Whether a sentence announces a list that may follow it."""
    return sentence.endswith((":", "：")) or bool(_BELOW.search(sentence))


def enumerates(sentence: str) -> bool:
    """Whether a sentence lists three things or more, or announces a list."""
    return sentence.endswith((":", "：")) or bool(_LIST.search(sentence))


def answers_kind(kind: str, span: str) -> bool:
    """Whether a span has words at all, says when for "when", and how much for "how many".

    A person or a place need not have a name ("the goalkeeper", "the left hand"), so any words can be one.
    """
    if not any(c.isalnum() for c in span):
        return False
    wanted = {"when": _WHEN, "how_many": _HOW_MUCH}.get(kind)
    return wanted is None or bool(wanted.search(span))


def tidied(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """A span without the marks and punctuation at its ends, and with the words whole that it cuts.

    A reader's tokens are parts of words: "Xi’an" is three, and "1,500" is too.
    """
    start, end = span
    while start < end and text[start] in _LEADING and not _DECIMAL.match(text, start):
        start += 1
    while start < end and text[end - 1] in _TRAILING:
        end -= 1
    for word in _WORD.finditer(text):
        if word.start() < start < word.end():
            start = word.start()
        if word.start() < end < word.end():
            end = word.end()
    return start, end


def counts(sentence: str, wanted: Collection[str]) -> list[tuple[int, int]]:
    """The quantities that count a thing: one of the ``wanted`` terms follows within four words.

    "How many scholarships …" is answered by "600" in "600 additional scholarships".
    """
    counted = []
    for (start, end), (following, _) in pairwise([*quantities(sentence), (len(sentence), 0)]):
        phrase = _CLAUSE.split(sentence[end:following])[0]
        if not set(wanted).isdisjoint(terms(" ".join(phrase.split()[:4]))):
            counted.append((start, end))
    return counted
