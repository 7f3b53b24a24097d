"""Questions that the documents do not answer, made from ones that they do.

A name, year or ordinal of the question that the answering sentence is about is exchanged
for another one from the sentences that were retrieved beside it. What answered the question
now looks as if it did: the false premises and mixed-up events that people ask about.
"""

import random
import re
from collections.abc import Sequence

_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w'’-]+(?: (?:of |the )?[A-Z][\w'’-]+)*")
_YEAR = re.compile(r"\b1[0-9]\d\d\b|\b20[0-4]\d\b")
_ORDINAL = re.compile(r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b", re.I)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


def swapped(question: str, about: str, beside: Sequence[str], rng: random.Random) -> str | None:
    """The question about something else, or None if nothing in it can be exchanged.

    Args:
        question: An answerable question.
        about: The answering sentence with its context.
        beside: Other sentences on the subject.
        rng: Chooses.
    """
    options: list[tuple[re.Match[str], str]] = []
    lowered = f"{about} {question}".lower()
    others = {n for text in beside for n in _NAME.findall(text) if n.lower() not in lowered}
    for name in _NAME.finditer(question):
        if name.group().lower() in about.lower():
            options += [(name, other) for other in sorted(others)]
    years = {y for text in beside for y in _YEAR.findall(text)}
    for year in _YEAR.finditer(question):
        near = {str(int(year.group()) + step) for step in (-9, -3, -1, 1, 2, 7)}
        options += [(year, other) for other in sorted((years | near) - set(_YEAR.findall(lowered)))]
    for ordinal in _ORDINAL.finditer(question):
        options += [(ordinal, other) for other in _ORDINALS if other not in lowered]
    if not options:
        return None
    match, other = rng.choice(options)
    return question[: match.start()] + other + question[match.end() :]
