"""Fragments of questions ("And in Xi'an?", "Why?", "Who else?"), completed by the question before."""

import re

from index.text.analysis import FUNCTION_WORDS, tokenize
from service.conversation.names import names
from service.conversation.times import TIME, dated

_LEAD = r"(?:(?:and|but|or|so|also|then|ok|okay|well)\b[,\s]+)*"
_WH = r"(?:who|whom|whose|what|when|where|which|why|how)"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
_WHAT_ABOUT = re.compile(rf"{_LEAD}(?:what|how)\s+about\s+(?P<rest>.+)", re.I)
_AND = re.compile(r"(?:and|but|or)\b[,\s]+(?:then\s+)?(?P<rest>.+)", re.I)
_BARE = re.compile(r"(?P<rest>(?:in|at|on|for|from|with|during|after|before|under|by|to)\s+.+)", re.I)
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|next|previous"
    r"|\d+(?:st|nd|rd|th))"
)
_BARE_ONE = re.compile(rf"(?P<rest>the\s+{_ORDINAL}(?:\s+ones?)?)", re.I)
_SENTENCE = re.compile(rf"\b(?:{_WH}|{_AUXILIARY}|there|tell|list|name|describe|explain|give|show)\b", re.I)
_ALONE = re.compile(
    rf"{_LEAD}(?P<wh>why(?: not)?|how(?: so| come| many| much| long| often)?|when|where|who|whom"
    r"|which(?: ones?)?|(?:in |on |at )?(?:what|which) (?:kinds?|types?|year|date|country|city|place)"
    r"|(?:by|with|for|to|from|since|until) (?:whom?|what|when))(?:\s+(?:then|though|that))?",
    re.I,
)
_ELSE = re.compile(rf"{_LEAD}(?P<wh>who|where|when|how|what|which|why) else", re.I)
_OTHERS = re.compile(rf"{_LEAD}(?:(?:are|were|is|was) there )?(?:any )?(?:others|more)", re.I)
_YES_NO = re.compile(rf"{_AUXILIARY}\b", re.I)
_ASKS = re.compile(rf"(?:(?:in|on|at|by|to|from|for|with|of)\s+)?{_WH}\b", re.I)
_HEAD = re.compile(
    rf"(?:which\s+(?!{_AUXILIARY}\b)|what\s+(?!{_AUXILIARY}\b)(?=(?:[\w-]+\s+){{1,3}}{_AUXILIARY}\b))", re.I
)
_PREPOSED = re.compile(
    r"(?P<preposition>in|at|on|for|from|with|during|after|before|under|by|to|near)\s+", re.I
)
_OF_PLACE = frozenset("in at on near from to".split())
_THE = re.compile(r"(?:the|an?|his|her|its|their)\s+", re.I)
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
    elif match := _ELSE.fullmatch(asked):
        whole = _asked_further(asked, match["wh"].lower(), before)
    elif _OTHERS.fullmatch(asked):
        whole = _others(asked, before)
    elif match := _fragment(asked):
        whole = _exchanged(dated(match["rest"], previous, answer), before)
    else:
        return None
    return whole + end


def _fragment(asked: str) -> re.Match[str] | None:
    """Something said instead of a constituent of the question before."""
    match = _WHAT_ABOUT.fullmatch(asked) or _AND.fullmatch(asked)
    if not match and len(asked.split()) <= _LONGEST_BARE:
        match = _BARE.fullmatch(asked) or _BARE_ONE.fullmatch(asked)
    return None if not match or _SENTENCE.search(match["rest"]) else match


def _asked_otherwise(asked: str, wh: str, before: str) -> str:
    """As in "Did she leave?", "Why?": "Why did she leave?"."""
    if _YES_NO.match(before) and not re.match(r"who|which|what|how m", wh, re.I):
        return f"{_upper(wh)} {_lower(before)}"
    adverb = re.match(rf"(?:when|where|why|how)\s+(?={_AUXILIARY}\b)", before, re.I)
    if adverb and wh.lower() not in ("who", "whom"):
        return f"{_upper(wh)} {before[adverb.end() :]}"
    head = _HEAD.match(before)
    if head and wh.lower() in ("how many", "which", "how much"):
        return f"{_upper(wh)} {before[head.end() :]}"
    return f"{asked}: {_lower(before)}"


def _asked_further(asked: str, wh: str, before: str) -> str:
    """As in "Who joined?", "Who else?": "Who else joined?"."""
    head = _HEAD.match(before)
    if head and wh in ("what", "which"):
        return f"{before[: head.end()]}other {before[head.end() :]}"
    if re.match(rf"{wh}\b", before, re.I):
        return f"{before[: len(wh)]} else{before[len(wh) :]}"
    return f"{asked}: {_lower(before)}"


def _others(asked: str, before: str) -> str:
    """As in "Which grants were given?", "Any others?": "Which other grants were given?"."""
    head = _HEAD.match(before)
    if head and "other" in asked.lower():
        return f"{before[: head.end()]}other {before[head.end() :]}"
    return f"{asked}: {_lower(before)}"


def _exchanged(rest: str, before: str) -> str:
    """The question before with each constituent of a fragment in place of its like, or behind it."""
    whole = before
    time = TIME.search(rest)
    if time:
        # The year that was worked out belongs to the words before it.
        worked_out = re.match(r"\s*\(\d{4}\)", rest[time.end() :])
        end = time.end() + (worked_out.end() if worked_out else 0)
        said = rest[time.start() : end]
        former = next(iter(reversed(list(TIME.finditer(whole)))), None)
        whole = _put(whole, former.span() if former else None, _timed(said, former))
        rest = " ".join((rest[: time.start()] + rest[end:]).split())
    rest = rest.strip(" ,")
    if not rest:
        return whole
    preposed = _PREPOSED.match(rest)
    if preposed:
        span = _preposed(whole, preposed["preposition"].lower())
        return _put_before_time(whole, span, rest)
    span = _alike(whole, rest)
    return _put(whole, span, rest) if span else f"What about {rest}: {_lower(whole)}"


def _timed(said: str, former: re.Match[str] | None) -> str:
    """A time with the preposition that it needs, of the one that it replaces."""
    if not said[:1].isdigit():
        return said
    preposition = re.match(r"[a-z]+\s+", former.group()) if former else None
    return (preposition.group() if preposition else "in ") + said


def _put(whole: str, span: tuple[int, int] | None, said: str) -> str:
    return f"{whole[: span[0]]}{said}{whole[span[1] :]}" if span else f"{whole} {said}"


def _put_before_time(whole: str, span: tuple[int, int] | None, said: str) -> str:
    """Where nothing is replaced, what is said of a place goes before the time that ends the question."""
    time = next((m for m in TIME.finditer(whole) if m.end() == len(whole)), None)
    if span or not time:
        return _put(whole, span, said)
    return f"{whole[: time.start()]}{said} {time.group()}"


def _preposed(whole: str, preposition: str) -> tuple[int, int] | None:
    """The last name or noun of the question behind that preposition, or another of place."""
    places: dict[str, tuple[int, int]] = {}
    for match in re.finditer(
        r"\b(in|at|on|for|from|with|during|after|before|under|by|to|near)\s+", whole, re.I
    ):
        end = _object(whole, match.end())
        if end and not TIME.match(whole, match.start()):
            places[match[1].lower()] = (match.start(), end)
    if preposition in places:
        return places[preposition]
    if preposition in _OF_PLACE:
        return next((span for p, span in places.items() if p in ("in", "at", "near")), None)
    return None


def _object(whole: str, start: int) -> int | None:
    """Where a name or a noun with its article that starts there ends."""
    article = _THE.match(whole, start)
    begin = article.end() if article else start
    for first, end in names(whole):
        if first == begin:
            return end
    return _noun_end(whole, begin) if article else None


def _noun_end(whole: str, start: int) -> int | None:
    end = None
    for token in tokenize(whole[start:]):
        if token.is_function_word or whole[end or start : start + token.start].strip():
            break
        end = start + token.end
    return end


def _alike(whole: str, rest: str) -> tuple[int, int] | None:
    """What a name, a noun with its article or an ordinal replaces: its like that stands last."""
    ordinal = re.match(rf"(?:the\s+)?{_ORDINAL}\b", rest, re.I)
    if ordinal:
        counted = list(re.finditer(rf"\b{_ORDINAL}\b", whole, re.I))
        return _widened(whole, counted[-1].span(), rest) if counted else None
    former = names(whole)
    if names(rest) and former:
        start, end = former[-1]
        owns = rest.endswith(("'s", "’s"))
        if not owns and whole[:end].endswith(("'s", "’s")):
            end -= 2
        return _widened(whole, (start, end), rest)
    article = _THE.match(rest)
    if article:
        for match in reversed(list(re.finditer(r"\b(?:the|an?)\s+", whole, re.I))):
            stop = _noun_end(whole, match.end())
            if stop:
                return match.start(), stop
    return None


def _widened(whole: str, span: tuple[int, int], rest: str) -> tuple[int, int]:
    """With the article in front, if what comes in its place has one."""
    article = re.search(r"\bthe\s+$", whole[: span[0]], re.I) if _THE.match(rest) else None
    return (article.start(), span[1]) if article else span


def _bare(question: str) -> str:
    return " ".join(question.split()).strip(" ?.!…")


def _end(question: str) -> str:
    return "?" if question.rstrip().endswith("?") else ""


def _is_question(text: str) -> bool:
    return bool(_ASKS.match(text) or _YES_NO.match(text))


def _lower(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first.lower() in FUNCTION_WORDS else text


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
