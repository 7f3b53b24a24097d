"""What a conversation has named, and which of it a pronoun stands for.

Of those that fit a pronoun it is the only one that the last question names, or else the one that was named
most, and most lately; what the conversation opened with weighs more.
"""

import re
from typing import Literal, TypeAlias

from service.conversation.cues import MAYBE_SEVERAL, Antecedent, Mention, Wanted, seen
from service.conversation.names import Span, bare, bare_words, names, within
from service.conversation.phrases import phrases, subject
from service.conversation.words import DAYS, NAMED_NOUNS

# How much of its weight a name keeps from one turn to the next: a talk stays with a person longer
# than with the thing that was named last.
_KEPT: dict[Wanted, float] = {"he": 0.9, "she": 0.9, "it": 0.6, "they": 0.8, "there": 0.5, "topic": 0.95}
# What a talk opened with is mostly what it is about.
_OPENED: dict[Wanted, float] = {"he": 2.0, "she": 2.0, "it": 1.0, "they": 2.0, "there": 1.0, "topic": 2.0}
_LEAST_FIT: dict[Wanted, float] = {
    "he": 0.25,
    "she": 0.25,
    "it": 0.12,
    "they": 0.12,
    "there": 1.0,
    "topic": 0.0,
}
# From which fit on the only one that the last question names is what a pronoun stands for.
_CERTAIN: dict[Wanted, float] = {
    "he": 0.8,
    "she": 0.8,
    "it": 0.12,
    "they": 0.5,
    "there": 1.0,
    "topic": 1.0,
}
# What a user says weighs more than what an answer says, and so does what opens a turn.
_ASKED, _ANSWERED, _NOT_FIRST = 1.0, 0.6, 0.3
_MOST_NAMES, _OPENING = 40, 4
_LONGEST_NAME, _LONGEST_ROW = 80, 120
_SEVERAL, _ALIKE = 0.8, 0.25
_OPENS = re.compile(r"(?:^|[.?!:;]['\"”’)]?\s+|[\"“(]|\s[-–—]\s*)$")
_THE = re.compile(r"\bThe\s+$")
# A person, by what was asked.
_SOMEBODY = 0.8
_REQUEST = re.compile(
    r"(?:please\s+)?(?:summari[sz]e|describe|explain|outline|compare|list|name)\s+(?=\w)", re.I
)
_POSSESSES = re.compile(r"['’]s\s")
_WHO_IS = re.compile(r"who\s", re.I)
_AND = re.compile(r"(?:\s+\([^()]*\))?,?\s+(?:and|&)\s+(?:the\s+)?", re.I)
_JOINED = re.compile(r",? (?:and|&) [A-Z]|, [A-Z]\w+ and [A-Z]")
_COMMA = re.compile(r"(?:\s+\([^()]*\))?,\s+(?:the\s+)?")
_HE = re.compile(r"\b(?:he|his|him)\b", re.I)
_SHE = re.compile(r"\b(?:she|her|hers)\b", re.I)
_UNIT = re.compile(r"[A-Z]\.?(?:\s\d+)?")
_OF_A_NATION = re.compile(r"\w+(?:ish|ese|ian|ean|ican)$")


Tells: TypeAlias = Literal["", "who", "whom", "instead"]


class Antecedents:
    """What has been named so far, turn by turn."""

    def __init__(self) -> None:
        self._known: list[Antecedent] = []
        self._now = self._asked = 0
        # Who answered the last question, if it asked for somebody.
        self._who: Antecedent | None = None
        self._row: list[Antecedent] = []

    def hear(self, text: str, *, asked: bool, tells: Tells = "") -> None:
        """Take in what a turn says.

        Args:
            text: Its words.
            asked: The user says it; what is asked about is more likely what is talked about.
            tells: What it has to do with the question before: an answer tells "who" did something, or
                "whom" else it asked for; a question asks the same of somebody or something "instead".
        """
        self._now += 1
        like = self._asked_last(self._known) if tells == "instead" else None
        if asked:
            self._asked, self._who = self._now, None
            text = _REQUEST.sub("", text)
        named = subject(text) if asked else None
        is_person = bool(named and _WHO_IS.match(text))
        if named:
            # What leads up to it is the request, and tells nothing of it.
            text = text[named.start("name") :]
        about = phrases(text) if asked else []
        heard: list[tuple[Span, Antecedent]] = []
        for span in self._named(text, about, len(named["name"]) if named else 0):
            found = seen(text, span, bare(text[slice(*span)]))
            if heard and not found.place and _COMMA.fullmatch(text[heard[-1][0][1] : span[0]]):
                found.place = heard[-1][1].place  # "in Elm Valley, Orrin"
            if like and like.told and not like.is_phrase and not found.told and not heard:
                found.person, found.told = like.person, True  # who is asked of instead of a person is one
            antecedent = self._remember(found)
            weight = (_ASKED if asked else _ANSWERED) * (_NOT_FIRST if heard else 1.0)
            # Who it was is new in the answer, and no place.
            new = not any(mention.turn == self._now - 1 for mention in antecedent.named)
            if tells in ("who", "whom") and new and found.person > 0.2 and not found.place:
                antecedent.person = max(antecedent.person, _SOMEBODY)
                self._who = antecedent if tells == "who" else None
                weight, tells = _ASKED, ""
            if is_person and not heard:
                antecedent.person = max(antecedent.person, _SOMEBODY)
            antecedent.named.append(Mention(self._now, weight, asked))
            heard.append((span, antecedent))
        if asked and heard and not any(antecedent in self._row for _, antecedent in heard):
            self._row = []  # something else is talked of now
        self._join(text, heard)
        if not asked:
            self._learn_gender(text, heard)
        for phrase in about:
            noun = phrase.split(maxsplit=1)[1]
            several = 0.7 * (re.split(r" (?:of|in|at|on|between|for) ", noun)[0].endswith("s"))
            found = self._remember(Antecedent(phrase, 0.03, several))
            found.named.append(Mention(self._now, _ASKED, asked=True))

    def _named(self, text: str, about: list[str], opening: int) -> list[Span]:
        """The names in a text, where it opens with one of so many characters, if any.

        What stands in front of a noun ("the Oslo summit") is part of that.
        """
        nouns = tuple(phrase.removeprefix("the ") for phrase in about)
        spans = [s for s in self._spans(text) if not any(n.startswith(f"{text[slice(*s)]} ") for n in nouns)]
        return [(0, opening), *(span for span in spans if span[0] >= opening)] if opening else spans

    def best(self, wanted: Wanted, apart_from: str = "", *, throughout: bool = False) -> Antecedent | None:
        """What a pronoun stands for, if anything fits.

        Args:
            wanted: The pronoun, in the subject's form.
            apart_from: A question; what it names itself is not what its pronoun stands for.
            throughout: Of the whole talk, not of its last question first.
        """
        named = set(apart_from.lower().split())
        fitting = [
            a for a in self._known if a.fits(wanted) >= _LEAST_FIT[wanted] and not named.issuperset(a.words)
        ]
        if wanted == "topic":
            # A name that the user has said, if there is any.
            fitting = [a for a in fitting if self._asked_in(a) and not a.is_phrase] or fitting
        if wanted in ("he", "she") and self._who in fitting:
            return self._who
        asked = None if throughout else self._asked_last(fitting)
        if asked and wanted == "they" and asked.is_phrase:
            asked = None
        if asked and asked.fits(wanted) >= _CERTAIN[wanted] and not _POSSESSES.search(asked.name):
            return asked

        def weight(antecedent: Antecedent) -> float:
            ago = [(self._now - mention.turn, mention.weight) for mention in antecedent.named]
            opened = _OPENED[wanted] if antecedent is self._known[0] else 1.0
            return opened * antecedent.fits(wanted) * sum(w * _KEPT[wanted] ** n for n, w in ago)

        return max(fitting, key=weight, default=None)

    def _asked_last(self, fitting: list[Antecedent]) -> Antecedent | None:
        """The only one that the last question names, if it is one."""
        asked = [a for a in fitting if self._asked_in(a) == self._asked]
        if any(not a.is_phrase for a in asked):
            # "The company" that was asked of with a name beside it is what has the name.
            asked = [a for a in asked if a.name.removeprefix("the ") not in NAMED_NOUNS]
        # "The price of Orrin" is one, and so is what it is of.
        whole = [a for a in asked if a.is_phrase]
        asked = [a for a in asked if not any(a is not w and within(a.words, w.words) for w in whole)]
        return asked[0] if len(asked) == 1 else None

    def _asked_in(self, antecedent: Antecedent) -> int:
        """In which turn the user named it last, 0 if in none."""
        return max((mention.turn for mention in antecedent.named if mention.asked), default=0)

    def called(self, noun: str) -> Antecedent | None:
        """The one named last of those that have been called so."""
        called = [a for a in self._known if noun in a.nouns or noun in a.words[1:]]
        return max(called, key=lambda a: a.named[-1].turn, default=None)

    def row(self) -> list[Antecedent]:
        """The names listed last, in their order, or else the two of a kind that the user named last."""
        if self._row:
            return self._row
        asked = [
            a
            for a in self._known
            if self._asked_in(a) and not (a.is_phrase or a.several >= _SEVERAL or _POSSESSES.search(a.name))
        ]
        latest = sorted(asked, key=self._asked_in)[-2:]
        alike = len(latest) == 2 and abs(latest[0].person - latest[1].person) < _ALIKE
        return latest if alike and bool(latest[0].place) == bool(latest[1].place) else []

    def other(self) -> Antecedent | None:
        """Of two in a row the one that was not asked about last."""
        row = self.row()
        return min(row, key=self._asked_in) if len(row) == 2 else None

    def confirm(self, antecedent: Antecedent, wanted: Wanted) -> None:
        """Learn from a pronoun that was taken to stand for something."""
        if wanted in ("he", "she"):
            antecedent.person = 1.0
            antecedent.man += 3 * (wanted == "he")
            antecedent.woman += 3 * (wanted == "she")

    def known(self, name: str) -> Antecedent | None:
        """What has been named so, or by a longer name that holds it."""
        words = name.lower().split()
        return next((a for a in reversed(self._known) if within(words, a.words)), None)

    def named_in(self, question: str, topic: Antecedent) -> bool:
        """Whether a question says a name that the conversation has, also without its capitals."""
        words = bare_words(question)
        own = topic.bare_words
        return not {*own[:1], *own[-1:]}.isdisjoint(words) or any(
            len(a.bare_words) > 1 and not a.place and within(a.bare_words, words) for a in self._known
        )

    def in_full(self, name: str) -> Antecedent | None:
        """The only one whose longer name begins with this word. Given names say less than surnames."""
        word = name.lower()
        longer = {id(a): a for a in self._known if len(a.words) > 1 and word == a.words[0]}
        (found,) = longer.values() if len(longer) == 1 else (None,)
        one = found and found.several <= MAYBE_SEVERAL
        return found if found and one and (found.man or found.woman) else None

    def _spans(self, text: str) -> list[Span]:
        """Names, and not what is in capitals for another reason, with "The" where it belongs to them."""
        kept = []
        for start, end in names(text)[:_MOST_NAMES]:
            name = bare(text[start:end])
            opens = (
                " " not in name
                and not _JOINED.match(text, end)
                and _OPENS.search(text[max(0, start - 60) : start])
                and not (text[start - 1 : start] == "(" and text[end:] == ")?")  # a topic that was added
            )
            known = any(name.lower() in a.words for a in self._known if not a.is_phrase)
            if (
                not 0 < len(name) <= _LONGEST_NAME
                or _UNIT.fullmatch(name)
                or (opens and not known)
                or _OF_A_NATION.fullmatch(name)
            ):
                continue
            if name.removesuffix("s") in DAYS:
                continue
            the = _THE.search(text[max(0, start - 10) : start])
            front = start - len(the.group()) if the else start
            kept.append((start if _OPENS.search(text[max(0, front - 60) : front]) else front, end))
        return kept

    def _remember(self, found: Antecedent) -> Antecedent:
        for antecedent in self._known:
            same = found.words == antecedent.words
            # A surname means the person; one word of a title is not the work.
            one = max(found.several, antecedent.several) <= MAYBE_SEVERAL
            maybe = one and min(found.person, antecedent.person) > 0.1
            longer = maybe and within(antecedent.words, found.words)
            if same or longer or (maybe and within(found.words, antecedent.words)):
                antecedent.learn(found, longer=longer)
                return antecedent
        if len(self._known) == _MOST_NAMES:
            del self._known[_OPENING]  # what a talk opens with stays
        self._known.append(found)
        return found

    def _learn_gender(self, text: str, heard: list[tuple[Span, Antecedent]]) -> None:
        """The only name in front of an answer's first pronoun is whom it stands for."""
        he, she = _HE.search(text), _SHE.search(text)
        first = he or she
        if not first or (he and she) or not heard:
            return
        (_, end), antecedent = heard[0]
        alone = end <= first.start() and (len(heard) == 1 or first.end() <= heard[1][0][0])
        if alone and antecedent.person > 0.2:
            antecedent.person = max(antecedent.person, 0.7)
            antecedent.man += bool(he)
            antecedent.woman += bool(she)

    def _join(self, text: str, heard: list[tuple[Span, Antecedent]]) -> None:
        """Names with "and" between the last two, and commas between the others, are several."""
        row: list[Antecedent] = []
        end = 0
        for (start, stop), antecedent in heard:
            between = text[end:start]
            if row and _AND.fullmatch(between) and antecedent not in row:
                self._remember_row([*row, antecedent])
                row = []
            elif not (row and _COMMA.fullmatch(between)) or antecedent.place:
                row = []
            row.append(antecedent)
            end = stop

    def _remember_row(self, row: list[Antecedent]) -> None:
        *others, last = [antecedent.worded for antecedent in row]
        name = f"{', '.join(others)} and {last}"
        if len(name) <= _LONGEST_ROW:
            self._row = row
            joined = self._remember(Antecedent(name, min(a.person for a in row), 1.0))
            joined.named.append(row[0].named[-1])
