"""What took place, in the words of the conversation: "the meeting in Xi'an the year before"."""

import re

from service.conversation.names import names
from service.conversation.times import TIME
from service.conversation.words import EVENT_NOUNS

_NOUN = re.compile(rf"\b(?:{'|'.join(sorted(EVENT_NOUNS))})\b", re.I)
_NAME = r"[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*"
_PLACE = re.compile(rf"\b(?:in|at)\s+(?:the\s+)?{_NAME}(?<!['’]s)")
# What is done with what takes place.
_HAPPENS = re.compile(
    r"\b(?:chair|attend|host|held|hold|organi[sz]|open|clos|start|began|begin|end|last|happen|conven"
    r"|took place|take place|led|preside|take part|took part|participat)\w*\b",
    re.I,
)


class Occasion:
    """The latest occasion that the user asked about.

    Attributes:
        noun: What the conversation has called such an occasion, most lately; empty if nothing.
        where: Where and when, as the user asked.
    """

    def __init__(self) -> None:
        self.noun = ""
        self.where = ""
        self._named = ""

    def hear(self, text: str, *, asked: bool) -> None:
        """Take in what a turn says; a question comes as it stands alone."""
        nouns = _NOUN.findall(text)
        if nouns:
            self.noun = nouns[-1].lower()
        if not asked:
            return
        place = next(reversed(list(_PLACE.finditer(text))), None)
        if place:
            time = TIME.search(text, place.end())
            worked_out = re.match(r"\s*\(\d{4}\)", text[time.end() :]) if time else None
            when = f" {time.group()}{worked_out.group() if worked_out else ''}" if time else ""
            self.where, self._named = place.group() + when, ""
        if nouns:
            named = re.search(rf"\bthe\s+(?:{_NAME}\s+){nouns[-1]}\b", text)
            self._named = named.group() if named else self._named
        if not nouns and not place and names(text):
            self.where = self._named = ""  # Something else is talked of now.

    def worded(self) -> str:
        """The occasion with its noun; empty if the conversation has not said what or which."""
        if self._named:
            return self._named
        return f"the {self.noun} {self.where}" if self.noun and self.where else ""


def happens(question: str) -> bool:
    """Whether a question asks something of what takes place."""
    return bool(_HAPPENS.search(question))
