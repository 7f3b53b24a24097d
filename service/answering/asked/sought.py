"""The thing whose value a question asks for: the pulse, in "what was Smith's pulse?". Rules of English.

It is the first noun phrase after the question word that is no name, without whose it is; of "the name of the
ship's captain" also what stands behind the "of", since everything has a name.
"""

import re
from dataclasses import dataclass

from index.text.analysis import Token, content_terms, distinctive, tokenize

# What everything has, so that it is not said what is asked before it is said of what.
_GENERIC = re.compile(
    r"(?:full |exact |total )?(?:names?|numbers?|dates?|times?|days?|years?|types?|kinds?|titles?|places?"
    r"|amounts?|values?|status|levels?|address|addresses)",
    re.I,
)
# "How old is she?" asks for her age.
_MEASURES = {
    "old": "age",
    "tall": "height",
    "high": "height",
    "deep": "depth",
    "wide": "width",
    "long": "length duration",
    "large": "size",
    "big": "size",
    "heavy": "weight",
    "fast": "speed",
    "far": "distance",
    "expensive": "price cost",
}
_MEASURE = re.compile(rf"\bhow ({'|'.join(_MEASURES)})\b", re.I)
_WHEN = re.compile(r"\bwhen\b", re.I)
_POSSESSIVE = re.compile(r"['’](?:s\b)?")
_OF = re.compile(r"\s+(?:of|for)\s+", re.I)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked for.

    Attributes:
        terms: Of all of its words.
        telling: Of those that say more than that it is a name, a number or a date.
    """

    terms: frozenset[str]
    telling: frozenset[str]


def sought(clause: str) -> Sought:
    """Read off a clause what it asks for; nothing where no noun phrase follows its question word."""
    if measure := _MEASURE.search(clause):
        found = frozenset(content_terms(_MEASURES[measure[1].lower()]))
        return Sought(found, found)
    first = _phrase(clause, 0)
    words = clause[first[0].start : first[-1].end] if first else ""
    telling = frozenset(t.term for t in first)
    terms = telling
    of = _OF.match(clause, first[-1].end) if first else None
    if of and _GENERIC.fullmatch(words):
        telling = frozenset(t.term for t in _phrase(clause, of.end()))
        terms |= telling
    if _WHEN.search(clause):
        terms |= frozenset(content_terms("date time"))
    return Sought(terms, telling)


def _phrase(clause: str, start: int) -> list[Token]:
    """The first run of words from there on that are no names and bind nothing, without whose it is."""
    names = {t.start for t in distinctive(clause) if not t.surface[0].isdigit() and not t.surface.islower()}
    run: list[Token] = []
    for token in tokenize(clause):
        if token.start < start:
            continue
        plain = not token.is_function_word and token.start not in names
        between = clause[run[-1].end : token.start] if run else ""
        if run and _POSSESSIVE.match(between):
            run = []
        elif run and (not plain or between.strip(" -")):
            break
        if plain:
            # A possessive is part of the token.
            run = [] if _POSSESSIVE.search(token.surface) else [*run, token]
    return run
