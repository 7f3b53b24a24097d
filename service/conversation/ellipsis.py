"""Fragments of questions ("And in Xi'an?", "Why?", "Who else?"), completed by the question before."""

import re

from service.conversation.exchange import ORDINAL, exchanged, lowered
from service.conversation.times import dated

_LEAD = r"(?:(?:and|but|or|so|also|then|ok|okay|well)\b[,\s]+)*"
_WH = r"(?:who|whom|whose|what|when|where|which|why|how)"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
_WHAT_ABOUT = re.compile(rf"{_LEAD}(?:what|how)\s+about\s+(?P<rest>.+)", re.I)
_AND = re.compile(r"(?:and|but|or)\b[,\s]+(?:then\s+)?(?P<rest>.+)", re.I)
_BARE = re.compile(r"(?P<rest>(?:in|at|on|for|from|with|during|after|before|under|by|to)\s+.+)", re.I)
_BARE_ONE = re.compile(rf"(?P<rest>the\s+{ORDINAL}(?:\s+ones?)?)", re.I)
_SENTENCE = re.compile(
    rf"\b(?:{_WH}|{_AUXILIARY}|there|tell|list|name|describe|explain|give|show|other)\b"
    r"|^(?:if|because|although|that|this|it|i|you|he|she|we|they)\b",
    re.I,
)
_ALONE = re.compile(
    rf"{_LEAD}(?P<wh>why(?: not)?|how(?: so| come| many| much| long| often)?|when|where|who|whom"
    r"|which(?: ones?)?|(?:in |on |at )?(?:what|which) (?:kinds?|types?|year|date|country|city|place)"
    r"|(?:by|with|for|to|from|since|until) (?:whom?|what|when))(?:\s+(?:then|though|that))?",
    re.I,
)
# "When was that?" asks it of what was asked before.
_OF_THAT = re.compile(
    rf"{_LEAD}(?P<wh>when|where|why|how)\s+(?:(?:is|was)\s+(?:that|this)|did\s+(?:that|this)\s+happen)", re.I
)
_CORRECTED = re.compile(
    r"(?:(?:no|nope|sorry|actually|oh|wait)\b[,.!\s]+)*(?:(?:i|we)\s+meant?\s+)?(?P<rest>.+)", re.I
)
_CORRECTS = re.compile(r"(?:no|nope|sorry|actually)\b[,.!]|(?:\w+\b[,.!\s]+){0,2}(?:i|we)\s+meant?\s", re.I)
_ELSE = re.compile(rf"{_LEAD}(?P<wh>who|where|when|how|what|which|why) else", re.I)
_OTHERS = re.compile(rf"{_LEAD}(?:(?:are|were|is|was) there )?(?:any )?(?:others|more)", re.I)
_YES_NO = re.compile(rf"{_AUXILIARY}\b", re.I)
_ASKS = re.compile(rf"(?:(?:in|on|at|by|to|from|for|with|of|since|until)\s+)?{_WH}\b", re.I)
_HEAD = re.compile(
    rf"(?:which\s+(?!{_AUXILIARY}\b)|what\s+(?!{_AUXILIARY}\b)(?=(?:[\w-]+\s+){{1,3}}{_AUXILIARY}\b))", re.I
)
_LONGEST_FRAGMENT, _LONGEST_BARE = 10, 6


def completed(question: str, previous: str, answer: str) -> str | None:
    """The whole question that a fragment stands for; None if it is no fragment.

    Args:
        question: As it was asked.
        previous: What the user asked before, as it stands alone.
        answer: What the last answer said.
    """
    asked, end = _bare(question), _end(question)
    before = _bare(previous)
    if not asked or len(asked.split()) > _LONGEST_FRAGMENT or not before or not _is_question(before):
        return None
    if match := _ALONE.fullmatch(asked):
        whole = _asked_otherwise(asked, match["wh"], before)
    elif match := _OF_THAT.fullmatch(asked):
        whole = _asked_otherwise(match["wh"], match["wh"], before)
    elif match := _ELSE.fullmatch(asked):
        whole = _asked_further(asked, match["wh"].lower(), before)
    elif _OTHERS.fullmatch(asked):
        whole = _others(asked, before)
    elif match := _fragment(asked):
        whole = exchanged(dated(lowered(match["rest"]), previous, answer), before)
    elif _CORRECTS.match(asked) and (match := _instead(_CORRECTED, asked)):
        return exchanged(lowered(match["rest"]), before) + _end(previous)
    else:
        return None
    return whole + end


def _fragment(asked: str) -> re.Match[str] | None:
    """Something said instead of a constituent of the question before."""
    match = _instead(_WHAT_ABOUT, asked) or _instead(_AND, asked)
    if not match and len(asked.split()) <= _LONGEST_BARE:
        match = _instead(_BARE, asked) or _instead(_BARE_ONE, asked)
    return match


def _instead(pattern: re.Pattern[str], asked: str) -> re.Match[str] | None:
    match = pattern.fullmatch(asked)
    return None if not match or _SENTENCE.search(match["rest"]) else match


def _asked_otherwise(asked: str, wh: str, before: str) -> str:
    """As in "Did she leave?", "Why?": "Why did she leave?"."""
    if _YES_NO.match(before) and not re.match(r"who|which|what|how m|why not", wh, re.I):
        return f"{_upper(wh)} {lowered(before)}"
    adverb = re.match(
        rf"(?:when|where|why|how|(?:by\s+)?how\s+(?:much|far|long|often))\s+(?={_AUXILIARY}\b)", before, re.I
    )
    if adverb and wh.lower() not in ("who", "whom"):
        return f"{_upper(wh)} {before[adverb.end() :]}"
    head = _HEAD.match(before)
    if head and wh.lower() in ("how many", "which", "how much"):
        return f"{_upper(wh)} {before[head.end() :]}"
    return f"{asked}: {lowered(before)}"


def _asked_further(asked: str, wh: str, before: str) -> str:
    """As in "Who joined?", "Who else?": "Who else joined?"."""
    head = _HEAD.match(before)
    if head and wh in ("what", "which"):
        return f"{before[: head.end()]}other {before[head.end() :]}"
    if re.match(rf"{wh}\b", before, re.I):
        return f"{before[: len(wh)]} else{before[len(wh) :]}"
    return f"{asked}: {lowered(before)}"


def _others(asked: str, before: str) -> str:
    """As in "Which grants were given?", "Any others?": "Which other grants were given?"."""
    head = _HEAD.match(before)
    if head and "other" in asked.lower():
        return f"{before[: head.end()]}other {before[head.end() :]}"
    return f"{asked}: {lowered(before)}"


def _bare(question: str) -> str:
    return " ".join(question.split()).strip(" ?.!…")


def _end(question: str) -> str:
    return "?" if question.rstrip().endswith("?") else ""


def _is_question(text: str) -> bool:
    return bool(_ASKS.match(text) or _YES_NO.match(text))


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
