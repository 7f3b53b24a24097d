"""A constituent of a question exchanged for another of its kind: a name, a place, a time, a number."""

import re

from index.text.analysis import FUNCTION_WORDS, tokenize
from service.conversation.names import names
from service.conversation.phrases import phrases, subject
from service.conversation.times import TIME

ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|next|previous"
    r"|\d+(?:st|nd|rd|th))"
)
_PREPOSED = re.compile(
    r"(?P<preposition>in|at|of|on|for|from|with|during|after|before|under|by|to|near)\s+", re.I
)
_OF_PLACE = frozenset("in at on near from to".split())
_QUOTES = tuple('"“')
_JOINED = re.compile(r",?\s+(?:and|or|&)\s+(?:the\s+)?|,\s+")
_WHO_IS = re.compile(r"who\s+(?:is|was|are|were)\s+", re.I)
_POSSESSIVE = re.compile(r"['’]s?\s+(?=[a-z])")
_BEHIND = re.compile(r"\b(?:in|at|on|from|with|during|after|before|under|by|near)\s+(?:the\s+)?$", re.I)
# "Her brother", once it is "Ann Lund's brother".
_OWNED = re.compile(r"['’]s?\s+[a-z]")
_THE = re.compile(r"(?:the|an?|his|her|its|their)\s+", re.I)


def exchanged(rest: str, before: str) -> str:
    """The question before with each constituent of a fragment in place of its like, or behind it."""
    whole = before
    time = TIME.search(rest)
    if time:
        # The year that was worked out belongs to the words before it.
        worked_out = re.match(r"\s*\(\d{4}\)", rest[time.end() :])
        end = time.end() + (worked_out.end() if worked_out else 0)
        said = rest[time.start() : end]
        former = next(reversed(list(TIME.finditer(whole))), None)
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
    return _put(whole, span, rest) if span else f"What about {rest}: {lowered(whole)}"


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
        r"\b(in|at|of|on|for|from|with|during|after|before|under|by|to|near)\s+", whole, re.I
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
    return _noun_end(whole, begin) if article else _plural_end(whole, begin)


def _plural_end(whole: str, start: int) -> int | None:
    """Where the nouns without an article that begin there end; a verb may follow the plural of a noun."""
    end = _noun_end(whole, start)
    if end is None or " " not in whole[start:end]:
        return end
    plural = list(re.finditer(r"s\b", whole[start:end]))
    return start + plural[-1].end() if plural else None


def _noun_end(whole: str, start: int) -> int | None:
    end = None
    for token in tokenize(whole[start:]):
        if token.is_function_word or whole[end or start : start + token.start].strip():
            break
        end = start + token.end
    return end


def _alike(whole: str, rest: str) -> tuple[int, int] | None:
    """What a name, a noun with its article or an ordinal replaces: its like that stands last."""
    ordinal = re.match(rf"(?:the\s+)?{ORDINAL}\b", rest, re.I)
    if ordinal:
        counted = list(re.finditer(rf"\b{ORDINAL}\b", whole, re.I))
        return _widened(whole, _with_one(whole, counted[-1].span(), rest), rest) if counted else None
    if _OWNED.search(rest):
        who = _WHO_IS.match(whole)
        return (who.end(), len(whole)) if who else _owned(whole) or _noun(whole) or _name(whole, rest)
    article = _THE.match(rest)
    if article and rest[article.end()].islower():
        return _noun(whole)
    if names(rest):
        return _name(whole, rest)
    named = subject(whole)
    return named.span("name") if named and not article else None


def _with_one(whole: str, span: tuple[int, int], rest: str) -> tuple[int, int]:
    """The ordinal of "the second one" with its noun, where what takes its place has one."""
    one = re.compile(r"\s+ones?\b").match(whole, span[1]) if re.search(r"\bones?$", rest) else None
    return (span[0], one.end()) if one else span


def _noun(whole: str) -> tuple[int, int] | None:
    """The last noun with its article, and with what says which."""
    for phrase in reversed(phrases(whole)):
        start = whole.lower().rfind(phrase.lower())
        if start >= 0:
            return start, start + len(phrase)
    return None


def _owned(whole: str) -> tuple[int, int] | None:
    """What somebody's is that a question asks of: "Ann Lund's hobbies"."""
    for start, end in reversed(names(whole)):
        possessive = _POSSESSIVE.match(whole, end - 2 if whole[:end].endswith(("'s", "’s")) else end)
        if possessive:
            return start, _noun_end(whole, possessive.end()) or possessive.end()
    return None


def _name(whole: str, rest: str) -> tuple[int, int] | None:
    """The last name, with those that are joined to it and in its quotation marks."""
    former = names(whole)
    # "Who plays Idris in Red Sky?", "And Yusuf?": what has no preposition replaces what has none.
    former = [span for span in former if not _BEHIND.search(whole[: span[0]])] or former
    if not former:
        return None
    start, end = former[-1]
    if not rest.endswith(("'s", "’s")) and whole[:end].endswith(("'s", "’s")):
        end -= 2
    for begin, stop in reversed(former[:-1]):
        if not _JOINED.fullmatch(whole[stop:start]):
            break
        start = begin
    if rest[0] in _QUOTES and whole[start - 1 : start] in _QUOTES:
        return start - 1, end + 1
    return _widened(whole, (start, end), rest)


def _widened(whole: str, span: tuple[int, int], rest: str) -> tuple[int, int]:
    """With the article in front, if what comes in its place has one."""
    article = re.search(r"\bthe\s+$", whole[: span[0]], re.I) if _THE.match(rest) else None
    return (article.start(), span[1]) if article else span


def lowered(text: str) -> str:
    """A question as it stands within a sentence; a name that opens it keeps its capital."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first.lower() in FUNCTION_WORDS else text
