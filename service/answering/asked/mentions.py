"""The things that a question names, as whole names, and the question without some of them.

By rules of English: a name is a run of capitalised words ("Green Fields Ltd."), with what commas
join to it ("York, Leeds, Court"), and a year or month that follows it belongs to it ("Smith in
2019"). Where names are left out, the "and", the commas and the prepositions that joined them go too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.text.analysis import Token, distinctive, spelled

_MONTHS = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|early|late|mid)"
)
_PREPOSITION = r"(?:in|at|on|by|for|of|from|to|with|during|since|until|between)"
# Within a name: white space, marks of abbreviation and possession, and the words of "Bank of England".
_WITHIN = re.compile(r"\.?['’]?[\s&/-]*(?:(?:of|the|de|von|van|for)\s+){0,2}", re.I)
_SENTENCE_ENDS = re.compile(r"[.?!]\s+(?=[A-Z])")
_COMMA = re.compile(r"\.?,\s+(?:the\s+)?")
_DATED = re.compile(rf"(?:['’]s)?,?\s+(?:{_PREPOSITION}\s+)?(?:{_MONTHS}\s+)?", re.I)
_ABBREVIATION = re.compile(r"\.(?=\s+[a-z\d]|[,;?])")
_AND = r"\b(?:and|or|versus|vs\.?|than|with)\b"
_LIKE_IT = rf"(?:(?:the\s+)?(?:that|those|ones?)\s+)?(?:both\s+)?(?:{_PREPOSITION}\s+)?"
_JOINED_BEFORE = re.compile(rf"(?:\s*,)?\s*{_AND}\s+{_LIKE_IT}(?:the\s+)?$", re.I)
_JOINED_AFTER = re.compile(rf"(?:\s*,)?\s*{_AND}\s+{_LIKE_IT}", re.I)
_LISTED = re.compile(r"\s*,\s*$")
_STANDS_FOR = frozenset({"one", "ones"})
# "A." and "I." are words, too, but not in front of a name.
_INITIALS = re.compile(r"(?:\b[A-Z]\.\s?)+$")
_TWICE = re.compile(r"\b(the|that) \1\b", re.I)
_DANGLING = re.compile(rf"\b(?:(?:that|those|the one) )?{_PREPOSITION} (?=[,.;?]|$)", re.I)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a question, or a number that stands by itself.

    Attributes:
        tokens: Its words that single something out.
        date: It is a year, number or month.
        of: The mention that a date belongs to, as its place among the mentions; None for no date.
    """

    tokens: tuple[Token, ...]
    start: int
    end: int
    date: bool
    of: int | None = None

    @property
    def terms(self) -> frozenset[str]:
        """The terms by which it is found."""
        return frozenset(t.term for t in self.tokens)

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(spelled(self.tokens))


def mentions(question: str) -> list[Mention]:
    """The names and numbers of a question, in order; commas part them."""
    runs: list[list[Token]] = []
    for token in distinctive(question):
        if token.surface in _STANDS_FOR:
            continue
        gap = question[runs[-1][-1].end : token.start] if runs else None
        together = (
            gap is not None
            and _WITHIN.fullmatch(gap)
            and (len(runs[-1][-1].surface) == 1 or not _SENTENCE_ENDS.match(gap + token.surface))
            and _is_date(token) == _is_date(runs[-1][-1])
        )
        if together:
            runs[-1].append(token)
        else:
            runs.append([token])
    found: list[Mention] = []
    for run in runs:
        end = run[-1].end
        abbreviated = _ABBREVIATION.match(question, end)
        end += bool(abbreviated)
        date = all(map(_is_date, run))
        of = None
        if date and found:
            owner = len(found) - 1
            if _DATED.fullmatch(question[found[owner].end : run[0].start]):
                of = owner if found[owner].of is None else found[owner].of
        initials = _INITIALS.search(question, 0, run[0].start)
        start = initials.start() if initials and not date else run[0].start
        found.append(Mention(tuple(run), start, end, date, of))
    return found


def joined(question: str, found: Sequence[Mention]) -> list[list[int]]:
    """Mentions that only commas part, as their places: "York, Leeds, Court" may be one name."""
    groups: list[list[int]] = []
    for i, mention in enumerate(found):
        before = found[groups[-1][-1]] if groups else None
        if (
            before
            and not (mention.date or before.date)
            and _COMMA.fullmatch(question[before.end : mention.start])
        ):
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def without(question: str, found: Sequence[Mention], left_out: Iterable[int]) -> str:
    """The question without some of its mentions, their dates and what joined them.

    A date that only one of several joined names has, mostly the last, is everybody's, and stays.

    Args:
        question: The question.
        found: Its mentions.
        left_out: Places of those to leave out.
    """
    gone = set(left_out)
    if any(mention.of is not None and mention.of not in gone for mention in found):
        gone |= {i for i, mention in enumerate(found) if mention.of in gone}
    spans: list[list[int]] = []
    for i in sorted(gone):
        start, end = found[i].start, found[i].end
        between = question[spans[-1][1] : start] if spans else None
        if between is not None and (_COMMA.fullmatch(between) or _DATED.fullmatch(between)):
            spans[-1][1] = end
        else:
            spans.append([start, end])
    kept, at = "", 0
    for start, end in spans:
        before = kept + question[at:start]
        after = _JOINED_AFTER.match(question, end)
        join = _JOINED_BEFORE.search(before) or (None if after else _LISTED.search(before))
        if join:
            kept, at = before[: join.start()], end
        else:
            kept, at = before, after.end() if after else end
    text = _DANGLING.sub("", " ".join((kept + question[at:]).split()))
    return re.sub(r"\s+(?=[,.;?])", "", _TWICE.sub(r"\1", text))


def _is_date(token: Token) -> bool:
    return token.surface[0].isdigit() or bool(re.fullmatch(_MONTHS, token.surface))
