"""Pronouns of a question, replaced by what they stand for."""

import re

from index.text.analysis import FUNCTION_WORDS, tokenize
from service.conversation.antecedents import Antecedents
from service.conversation.cues import Antecedent, Wanted
from service.conversation.names import bare, names
from service.conversation.occasions import Occasion, happens
from service.conversation.words import EVENT_NOUNS, GROUP_NOUNS, THING_NOUNS

_WANTED: dict[str, Wanted] = {
    **dict.fromkeys(("he", "him", "his"), "he"),
    **dict.fromkeys(("she", "her", "hers"), "she"),
    **dict.fromkeys(("it", "its"), "it"),
    **dict.fromkeys(("they", "them", "their", "theirs"), "they"),
    "there": "there",
}
_OWNS = frozenset("his hers its their theirs".split())
_PRONOUN = re.compile(rf"\b(?:{'|'.join(_WANTED)})\b(?!['’](?:re|ve|ll|d)\b)", re.I)
# "It" that stands for nothing, and "it" that is the documents.
_EMPTY_IT = re.compile(
    r"\b(?:is|was|isn['’]t|wasn['’]t|does|did)\s+it\s+(?:\w+ly\s+)?(?:true|possible|likely|known|necessary"
    r"|important|because|say|mention|state|tell|take|rain|snow)\b"
    r"|\b(?:is|was)\s+it\s+(?:an?\s|so\s|not\s)?(?:[\w-]+\s+){1,4}that\b|\bit\s+costs?\s+(?:\w+\s+)?to\b"
    r"|\bit\s+(?:is|was|takes?|took)\s+(?:\w+\s+)?(?:to|that)\b|\b(?:time|day|year|date)\s+(?:is|was)\s+it\b",
    re.I,
)
_THERE_IS = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|might)(?:n['’]t)?\s+there\b"
    r"|\bthere(?:['’]s)?\s+(?:is|are|was|were|has|have|had|will|any|an?|some|no|ever|other|more|be)\b",
    re.I,
)
_GOES = re.compile(
    r"\b(?:bring|came|come|drive|flew|fly|get|go|goes|going|gone|mov|return|sail|send|sent|travel|walk|went)\w*\s+$",
    re.I,
)
_ANYBODY = re.compile(r"\b(?:he|him|his)(?:\s+or\s+|/)(?:she|hers?)\b", re.I)
# "This article" is what is searched, and nothing that was talked of.
_THE_DOCUMENTS = frozenset("article paper report story".split())
_PLURAL_BEFORE = re.compile(r"\b(?:the|these|those)\s+(?:[\w-]+\s+){0,3}\w+s\b", re.I)
_NOUN_BEFORE = re.compile(r"\b(?:the|this|that|an?)\s+(\w+)", re.I)


def referred(question: str, talk: Antecedents, occasion: Occasion) -> str:
    """The question with each pronoun replaced for which the conversation names something.

    Of each kind the first is replaced, and the others then stand for what is named in front of them.
    A pronoun whose name stands in front of it already is left. The conversation learns from each that
    is replaced.
    """
    question = _pointed_out(question, talk)
    empty = [m.span() for pattern in (_EMPTY_IT, _THERE_IS, _ANYBODY) for m in pattern.finditer(question)]
    text, at = "", 0
    done = set[Wanted]()
    for match in _PRONOUN.finditer(question):
        start, end = match.span()
        word = match.group().lower()
        wanted = _WANTED[word]
        if wanted in done or match.group() == "IT" or any(s <= start < e for s, e in empty):
            continue
        done.add(wanted)
        if _names(question[:start], wanted, talk):
            continue
        if wanted == "it" and happens(question) and (occasion.worded() or occasion.where):
            if occasion.worded():
                text += question[at:start] + occasion.worded() + ("'s" if word == "its" else "")
                at = end
                continue
            return behind(question, occasion.where)
        antecedent = talk.best(wanted, apart_from=question)
        if not antecedent:
            continue
        talk.confirm(antecedent, wanted)
        if wanted == "there" and _GOES.search(question[:start]):
            text += f"{question[at:start]}to {antecedent.worded}"
            at = end
            continue
        owns = word in _OWNS or (word == "her" and _is_content(question[end:]))
        text += question[at:start] + _worded(antecedent, wanted, owns=owns)
        at = end
    return text + question[at:]


_PLACES = {
    "first": 0,
    "former": 0,
    "second": 1,
    "third": 2,
    "fourth": 3,
    "fifth": 4,
    "last": -1,
    "latter": -1,
}
_POINTS = re.compile(
    rf"\bthe\s+(?:(?P<place>{'|'.join(_PLACES)})\s+(?:ones?\b(?!\s+of\b)|of\s+(?:them|these|those|the\s+two)\b)"
    r"|(?P<one>former|latter)\b(?=\s*[?.!]?$|\s+(?:is|was|do|does|did|has|had|will)\b)"
    r"|(?P<other>other)\s+(?!day|days|end|half|hand|night|part|side|thing|things|way|week\b)[a-z]+(?<!s)\b)",
    re.I,
)
_WHICH = re.compile(
    r"\bwhich(?:\s+(?:ones?|of\s+(?:the\s+(?:two|three)|them|these|those)))\b"
    # "Which of these library plans was cheaper?" says of what.
    r"(?!\s+(?:[\w-]+\s+){0,2}[\w-]+s\s+(?:is|are|was|were|do|does|did|has|have|had|will|can)\b)",
    re.I,
)


def _pointed_out(question: str, talk: Antecedents) -> str:
    """The question with the name of "the second one" or "the other one", and of what "which one" is of."""
    row = talk.row()
    if points := _POINTS.search(question):
        if points["other"]:
            found = talk.other()
        else:
            at = _PLACES[(points["place"] or points["one"]).lower()]
            found = row[at] if -len(row) <= at < len(row) else None
        return f"{question[: points.start()]}{found.worded}{question[points.end() :]}" if found else question
    which = _WHICH.search(question)
    if which and row:
        *others, last = [antecedent.worded for antecedent in row]
        them = f"{', '.join(others)} and {last}"
        return f"{question[: which.start()]}{which.group().split()[0]} of {them}{question[which.end() :]}"
    return question


_NOUNS = "|".join(sorted(GROUP_NOUNS | EVENT_NOUNS | THING_NOUNS))
_DEFINITE = re.compile(
    rf"\b(?P<article>the|this|that|these|those)\s+(?P<noun>{_NOUNS})\b"
    r"(?!['’]|\s+(?:of|in|at|for|that|which|who|on|with|from|by|about|between|called|named|(?-i:[A-Z\d“\"])))",
    re.I,
)


def specified(question: str, talk: Antecedents, occasion: Occasion) -> str:
    """The question with the name of "the band" or "that meeting" added, if the conversation has one."""
    match = _DEFINITE.search(question)
    if not match:
        return question
    noun = match["noun"].lower()
    if noun == occasion.noun and occasion.worded():
        return question[: match.start()] + occasion.worded() + question[match.end() :]
    named = talk.called(noun)
    if not named and match["article"].lower() in ("this", "that") and noun not in _THE_DOCUMENTS:
        latest = talk.best("it", apart_from=question)
        named = latest if latest and not latest.is_phrase else None
    if not named or _all_in(named.words, question):
        return question
    if named.is_phrase:
        start, name = match.start(), named.name
    elif noun in named.words:
        start, name = match.start("noun"), named.name
    else:
        start, name = match.end(), f" {named.name}"
    return f"{question[:start]}{name}{question[match.end() :]}"


def in_full(question: str, talk: Antecedents) -> str:
    """The question with the whole name of a person that it calls by one word of it."""
    for start, end in names(question):
        name = bare(question[start:end])
        if " " not in name and (known := talk.in_full(name)) and not _all_in(known.words, question):
            return f"{question[:start]}{known.name}{question[start + len(name) :]}"
    return question


def _all_in(words: list[str], question: str) -> bool:
    return set(words) <= set(re.findall(r"[\w.]+", question.lower()))


def behind(question: str, addition: str) -> str:
    """The question with something added at its end, in front of its question mark."""
    bare = question.rstrip(" ?!.…？")
    return f"{bare} {addition}{question[len(bare) :].strip()}"


def _worded(antecedent: Antecedent, wanted: Wanted, *, owns: bool) -> str:
    if wanted == "there":
        return f"{antecedent.place if antecedent.place in ('at', 'near') else 'in'} {antecedent.worded}"
    return antecedent.worded + ("'s" if owns and not antecedent.name.endswith(("'s", "’s")) else "")


def _names(front: str, wanted: Wanted, talk: Antecedents) -> bool:
    """Whether what stands in front of a pronoun names what it stands for."""
    for start, end in names(front):
        known = talk.known(bare(front[start:end]))
        if (start and known is None) or (known and known.fits(wanted) > 0.1):
            return True
    match wanted:
        case "they":
            return bool(_PLURAL_BEFORE.search(front))
        case "it":
            return any(m[1].lower() not in FUNCTION_WORDS for m in _NOUN_BEFORE.finditer(front))
        case _:
            return False


def _is_content(rest: str) -> bool:
    """Whether a word that carries meaning follows at once."""
    token = next(tokenize(rest[:60]), None)
    return token is not None and not token.is_function_word and not rest[: token.start].strip()
