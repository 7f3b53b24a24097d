"""Questions that the documents do not answer, made from ones that they do.

A name, year, number or ordinal of the question that the answering sentence is about is
exchanged for another one from what stands beside it, a word for its opposite or counterpart, or
the verb is denied. What answered the question now looks as if it did: the false premises and
mixed-up events that people ask about. The kinds are those that Rajpurkar et al. (2018), "Know
What You Don't Know", table 1, found people to use.
"""

import random
import re
from collections.abc import Sequence

# People do ask what was not so: a reader that saw only unanswerable denials would refuse them.
DENIALS = 0.2

_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w'’-]+(?: (?:of |the )?[A-Z][\w'’-]+)*")
_YEAR = re.compile(r"\b1[0-9]\d\d\b|\b20[0-4]\d\b")
_NUMBER = re.compile(r"(?<![\w.,])[1-9]\d?(?![\w%]|[.,]\d)")
_ORDINAL = re.compile(r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b", re.I)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_PAIRS = """
most:least more:less more:fewer largest:smallest larger:smaller highest:lowest higher:lower biggest:smallest
longest:shortest longer:shorter oldest:youngest older:younger oldest:newest best:worst better:worse
earliest:latest earlier:later early:late before:after first:last major:minor main:secondary north:south
northern:southern east:west eastern:western increase:decrease increased:decreased rise:fall rose:fell
win:lose won:lost success:failure successful:unsuccessful strong:weak stronger:weaker open:close
opened:closed begin:end began:ended start:end started:ended founded:dissolved male:female public:private
maximum:minimum positive:negative advantage:disadvantage advantages:disadvantages benefits:drawbacks
allowed:forbidden legal:illegal accepted:rejected supported:opposed support:oppose agreed:refused
arrive:leave arrived:left born:died birth:death above:below inside:outside common:rare fast:slow
heavy:light hot:cold rich:poor urban:rural victory:defeat attack:defend enter:leave entered:left
gained:lost export:import exports:imports buy:sell bought:sold minority:majority ancient:modern
internal:external local:foreign simple:complex upper:lower victim:culprit teacher:student
supplier:customer buyer:seller landlord:tenant employer:employee lender:borrower plaintiff:defendant
husband:wife father:mother son:daughter brother:sister king:queen president:secretary owner:user
minister:ambassador doctor:patient author:editor director:producer adults:children men:women sender:recipient
""".split()
_OPPOSITES = {one: other for pair in _PAIRS for one, other in (pair.split(":"), pair.split(":")[::-1])}
_OPPOSITE = re.compile(rf"\b(?:{'|'.join(_OPPOSITES)})\b")
_DENIED = {
    **{word: f"{word}n't" for word in "is was are were did does has have had would could should".split()},
    "do": "don't",
    "can": "can't",
}
_VERB = re.compile(rf"\b(?:{'|'.join(_DENIED)})\b")
_NEGATION = re.compile(r"n't\b|n’t\b|\b(?:not|never|no)\b", re.I)


def swapped(question: str, about: str, beside: Sequence[str], rng: random.Random) -> str | None:
    """The question about something else, or None if nothing in it can be exchanged.

    Args:
        question: An answerable question.
        about: What it is about: the answering sentence or passage with its context.
        beside: What stands beside that, and names others.
        rng: Chooses.
    """
    lowered = f"{about} {question}".lower()
    others = {n for text in beside for n in _NAME.findall(text) if n.lower() not in lowered}
    named = [m for m in _NAME.finditer(question) if m.group().lower() in about.lower()]
    years = {y for text in beside for y in _YEAR.findall(text)} - set(_YEAR.findall(lowered))
    deny = rng.random() < DENIALS and not _NEGATION.search(question)
    verb = _VERB.search(question) if deny else None
    kinds = [
        [(name, other) for name in named for other in sorted(others)],
        [
            (year, other)
            for year in _YEAR.finditer(question)
            for other in sorted(years | {str(int(year.group()) + step) for step in (-9, -3, -1, 1, 2, 7)})
        ],
        [
            (number, str(other))
            for number in _NUMBER.finditer(question)
            if number.group() in _NUMBER.findall(about)
            for other in range(max(1, int(number.group()) - 3), int(number.group()) + 4)
            if str(other) not in _NUMBER.findall(lowered)
        ],
        [(m, other) for m in _ORDINAL.finditer(question) for other in _ORDINALS if other not in lowered],
        [
            (m, _OPPOSITES[m.group()])
            for m in _OPPOSITE.finditer(question)
            if _OPPOSITES[m.group()] not in lowered
        ],
        [(verb, _DENIED[verb.group()])] if verb else [],
    ]
    options = [kind for kind in kinds if kind]
    if not options:
        return None
    match, other = rng.choice(rng.choice(options))
    return f"{question[: match.start()]}{other}{question[match.end() :]}"
