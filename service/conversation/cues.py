"""Somebody or something that was named, and what the words around it tell of it."""

import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from index.text.analysis import tokenize
from service.conversation.names import Span, bare_words
from service.conversation.words import (
    GROUP_NOUNS,
    MEN,
    NOBLE,
    PERSON_NOUNS,
    PLURAL_WORDS,
    THING_WORDS,
    TITLES,
    WOMEN,
)

Wanted: TypeAlias = Literal["he", "she", "it", "they", "there", "topic"]

MAYBE_SEVERAL = 0.5
# As much in front of a name as can matter, in code points.
_FRONT = 60
_AT_PLACE = re.compile(r"\b(in|at|near|to|from)\s+(?:the\s+)?$", re.I)
_THE = re.compile(r"\bthe\s+$", re.I)
_OF = re.compile(r"\bof\s+$")
# What somebody leads, owns or belongs to, and what only an organisation has.
_LED = re.compile(
    r"\b(?:chair(?:man|woman|person)?|ceo|co-?founder|director|employees|executive|founder|governor|head"
    r"|headquarters|king|leader|manager|mayor|members?|minister|owner|president|profits?|queen|revenues?"
    r"|secretary|shareholders?|spokes(?:man|woman|person)|staff|turnover)\s+(?:of|at|for)\s+(?:the\s+)?$",
    re.I,
)
_HAS = re.compile(
    r"['’]s?\s+(?:[\w-]+\s+){0,2}(?:board|branch(?:es)?|employees|headquarters|members|profits?|revenues?"
    r"|sales|shareholders?|shares|staff|turnover)\b"
)
_JOINED = re.compile(r" (?:and|&) ")
_NOUN_BEFORE = re.compile(
    r"\b([a-z]+),?\s+(?:(?:was|is|were|are|called|named|titled|entitled|known as|as|by|from)\s+)?"
    r"(?:the\s+)?[“\"]?$"
)
_NOUN_AFTER = re.compile(
    r"(?:,?\s+(?:(?:is|was|are|were)\s+)?(?:an?|the)\s+|\s*\()((?:[a-z-]{1,20}\s){0,2}?[a-z]{1,20})\b"
)
_ORDINAL = re.compile(r"^\d+(?:st|nd|rd|th)\b")


class Mention(NamedTuple):
    """Where something was named: in which turn, with what weight, and whether the user said it."""

    turn: int
    weight: float
    asked: bool


@dataclass(slots=True)
class Antecedent:
    """Somebody or something that was named.

    Attributes:
        name: As it is put in place of a pronoun.
        man, woman: How much speaks for either, in votes.
        person, several: How likely it is a person, or more than one, in [0, 1].
        told: Whether something around it told that it is a person or none.
        place: The preposition with which it was a place; empty if it was none.
        the: It has an article.
        nouns: What it was called beside its name.
        named: When it was named.
    """

    name: str
    person: float
    several: float
    told: bool = True
    man: int = 0
    woman: int = 0
    place: str = ""
    the: bool = False
    nouns: set[str] = field(default_factory=set)
    named: list[Mention] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """Its words, in lower case."""
        return self.name.lower().split()

    @property
    def worded(self) -> str:
        """Its name as it stands in a sentence."""
        return f"the {self.name}" if self.the else self.name

    @property
    def is_phrase(self) -> bool:
        """Whether it is a noun with its article, and no name."""
        return self.name.startswith("the ")

    @property
    def bare_words(self) -> list[str]:
        """Its words as they are compared with those of a question."""
        return bare_words(self.name)

    def learn(self, seen: "Antecedent", *, longer: bool) -> None:
        """Take over what it is told by where it was seen again, and its name if that is longer."""
        if longer:
            self.name = seen.name
        if seen.told and not self.told:
            self.person, self.told = seen.person, True
        elif self.man or self.woman:
            self.person = max(self.person, seen.person)
        elif seen.told or not self.told:
            self.person = (self.person + seen.person) / 2
        self.several = max(self.several, seen.several)
        self.man, self.woman = max(self.man, seen.man), max(self.woman, seen.woman)
        self.place = seen.place or self.place
        self.the = self.the or seen.the
        self.nouns |= seen.nouns

    def fits(self, wanted: Wanted) -> float:
        """How well a pronoun may stand for it: 0 not at all, 1 or more well."""
        match wanted:
            case "he" | "she":
                against = (self.woman - self.man) * (1 if wanted == "he" else -1)
                if against > 0 or self.several > 0.8:
                    return 0.0
                return self.person**2 * (1.5 if against < 0 else 1.0) * (1 - 0.5 * self.several)
            case "it":
                return (1 - self.person) * (1 - 0.9 * self.several) * (0.6 if self.place else 1)
            case "they":
                one = self.place or self.man or self.woman or self.is_phrase
                return max(self.several, 0.1 if one else 0.3)
            case "there":
                return float(bool(self.place))
            case "topic":
                return 0.2 if self.place else 0.15 if self.is_phrase else 1.0


def seen(text: str, span: Span, name: str) -> Antecedent:
    """A name as it stands in a text."""
    start, end = span
    front = text[max(0, start - _FRONT) : start]
    words = name.lower().replace(".", "").split() or [name]
    place, the = _AT_PLACE.search(front), bool(_THE.search(front)) or words[0] == "the"
    before, after = _NOUN_BEFORE.search(front), _NOUN_AFTER.match(text, end)
    nouns = {before[1] if before else "", *(after[1].split() if after else ())}
    titled = len(words) > 1 or words[0] not in NOBLE
    man, woman = 2 * (titled and words[0] in MEN), 2 * (titled and words[0] in WOMEN)
    quoted = front.endswith(("“", '"'))
    numbered = any(c.isdigit() for c in _ORDINAL.sub("", name))
    told = True
    if quoted or numbered or not THING_WORDS.isdisjoint((*words, *nouns)):
        person = 0.03
    elif man or woman or words[0] in TITLES or not PERSON_NOUNS.isdisjoint(nouns):
        person = 0.95
    elif (len(name) > 1 and name.isupper()) or _LED.search(front) or _HAS.match(text, end):
        person = 0.05
    else:
        told = False
        if the:
            person = 0.05
        elif place:
            person = 0.15
        elif _OF.search(front):
            person = 0.4
        else:
            person = 0.65 if 2 <= len(words) <= 3 and "of" not in words else 0.5
    if _JOINED.search(name):
        several = 1.0
    else:
        group = not GROUP_NOUNS.isdisjoint((*words, *nouns))
        several = 0.7 * (group or (the and words[-1].endswith("s")) or words[-1] in PLURAL_WORDS)
        if not (several or man or woman) and len(words) > 1 and words[-1].endswith("s"):
            several = MAYBE_SEVERAL  # "Orrin Rovers", or somebody called Williams
    return Antecedent(
        name,
        person,
        several,
        told,
        man,
        woman,
        place=place[1].lower() if place else "",
        the=bool(_THE.search(front)) and person < 0.1 and not _modifies(text, end),
        nouns=nouns & THING_WORDS,
    )


def _modifies(text: str, end: int) -> bool:
    """Whether a noun follows what ends there, as in "the Oslo summit"."""
    token = next(tokenize(text[end : end + _FRONT]), None)
    if token is None or token.is_function_word or text[end : end + token.start].strip():
        return False
    return token.surface[0].islower()
