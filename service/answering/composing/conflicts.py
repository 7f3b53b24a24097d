"""Sources that state the same fact with different figures. Pure functions, rules of English.

Precise rather than complete: two sentences are only held against each other where they put
the same thing in the same words, of something that can be told to be the same, and nothing
but the figure differs. Figures of two companies, two years or two editions do not conflict.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from index.dates import span_of
from index.text.analysis import Token, content_terms, tokenize
from service.answering.asked.question import Asked
from service.answering.composing.compose import Statement
from service.answering.composing.context import DATE_NAMES, dangles
from service.answering.evidence import Evidence
from service.answering.language import spans
from service.answering.language.claims import negations, reserves
from service.answering.language.figures import Figure, figures

# Both sentences answer the question with this probability, and mean nearly the same.
SUPPORTED = 0.5
CLOSE = 0.7
# Two figures of which one is said to be rough differ only if they do so by more than this share.
_ROUGHLY = 0.1
_ROUGH = frozenset("about around roughly approximately circa".split())
# In front of a figure these say which end of a change or of a time it is; and these that the
# truth lies somewhere beyond it, so that two such figures can both be right.
_ENDS = frozenset("from to by until since after before".split())
_OPEN = frozenset("over under above below than least most up between within".split())
_PLACED = frozenset("in at on from to near for during across within outside inside".split())
_ATTRIBUTIONS = [
    re.compile(pattern, re.I)
    for pattern in (
        r"(?:,\s*)?\b(?:according to|as reported by)\s[^,.;]+,?",
        r"^[^,.;:]{1,60}?\s(?:(?:said|says)(?:\sthat)?|(?:reported|announced|stated|confirmed)\sthat)\s",
        r",\s[^,.;]{1,60}?\s(?:said|says|reported|announced|confirmed)(?:\s(?:on|in|at)\s[^,;.\d]{1,30})?\W*$",
    )
]
_CLAUSE_END = re.compile(
    r",(?!\d)|[;:()–—]|\s-\s"
    r"|\b(?:and|but|while|whereas|although|though|which|who|when|after|before|because|since)\b",
    re.I,
)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one source states.

    Attributes:
        figure: The quantity or date in ``evidence.text``.
    """

    evidence: Evidence
    figure: Figure

    @property
    def text(self) -> str:
        """The figure's words, white space folded."""
        return " ".join(self.evidence.text[self.figure.start : self.figure.end].split())


def disagreements(asked: Asked, evidence: Sequence[Evidence]) -> list[tuple[Side, ...]]:
    """Find sentences of different documents that state a fact with different figures.

    For a question of when these are dates, for any other quantities of the same unit.

    Args:
        asked: What the question asks for.
        evidence: Scored sentences, best first.

    Returns:
        Disagreements, the best supported first. Each has one side a document, those that
        agree with another side included, newest first; what has no date comes last.
    """
    told = [_Told(e) for e in evidence if e.support >= SUPPORTED]
    found: list[tuple[Side, ...]] = []
    used: set[tuple[str, int]] = set()
    for one in told:
        for figure in one.figures:
            if _place(one.evidence) in used:
                break
            sides = {one.document_id: Side(one.evidence, figure)}
            for other in told:
                match = _counterpart(asked, one, figure, other)
                if match is not None and _place(other.evidence) not in used:
                    sides.setdefault(other.document_id, Side(other.evidence, match))
            if any(_differ(sides[one.document_id], side) for side in sides.values()):
                found.append(tuple(sorted(sides.values(), key=_newest_first)))
                used.update(_place(side.evidence) for side in sides.values())
    return found


def with_other_sides(
    statements: Sequence[Statement], disagreeing: Sequence[tuple[Side, ...]]
) -> list[Statement]:
    """Put behind each statement that is a side of a disagreement the figures that oppose it.

    Args:
        statements: The statements on one part of a question, best first.
        disagreeing: As ``disagreements`` found them in the same evidence.
    """
    ranked: list[Statement] = []
    for statement in statements:
        if all(statement.best is not r.best for r in ranked):
            ranked.append(statement)
        for sides in disagreeing:
            if not any(side.evidence in statement.evidence for side in sides):
                continue
            shown = [side for side in sides if any(side.evidence in r.evidence for r in ranked)]
            for side in sides:
                if all(_differ(side, other) for other in shown):
                    shown.append(side)
                    chosen = (s for s in statements if side.evidence in s.evidence)
                    ranked.append(next(chosen, Statement((side.evidence,))))
    return ranked


class _Told:
    """A sentence taken apart, without the words on who says so."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.document_id = evidence.hit.document.id
        text = evidence.text
        for attribution in _ATTRIBUTIONS:
            text = attribution.sub(lambda match: " " * len(match.group()), text)
        # As long as the sentence, so that ranges fit both.
        self.text = text
        self.figures = figures(text)
        self.tokens = [t for t in tokenize(text) if not _inside(t, self.figures)]

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of its content, figures and what says how rough they are left out."""
        return frozenset(t.term for t in self.tokens if _is_content(t))

    @cached_property
    def opening(self) -> frozenset[str]:
        """The term of the word that opens it, if that has content."""
        return frozenset(t.term for t in self.tokens[:1] if _is_content(t))

    @cached_property
    def manner(self) -> tuple[frozenset[str], int]:
        """With which reserves it says it, and how often it says no."""
        return reserves(self.text), len(list(negations(self.text)))

    @cached_property
    def numbered(self) -> frozenset[str]:
        """Ordinals, versions and other terms with digits that are no figures."""
        return frozenset(t.term for t in self.tokens if any(c.isdigit() for c in t.term))

    @cached_property
    def relative(self) -> bool:
        """Whether it names a time that depends on when it was written."""
        text = list(self.text)
        for figure in self.figures:
            text[figure.start : figure.end] = " " * (figure.end - figure.start)
        return spans.has_time("".join(text))

    @cached_property
    def passage_names(self) -> frozenset[str]:
        """Terms that its passage writes with a capital inside a sentence."""
        chunk = self.evidence.hit.chunk
        starts = {s.start - chunk.start for s in chunk.sentences}
        return frozenset(t.term for t in tokenize(chunk.text) if _is_name(t) and t.start not in starts)

    @cached_property
    def about(self) -> frozenset[str]:
        """What tells which thing the passage is about: its names, and its title without numbers."""
        title = content_terms(self.evidence.hit.document.title or "")
        return self.passage_names.union(t for t in title if not any(c.isdigit() for c in t))

    def names(self, known: frozenset[str]) -> list[Token]:
        """Its names in order; the word that opens it only if ``known`` as one or part of one."""
        names = [t for t in self.tokens if _is_name(t)]
        if names and names[0] is self.tokens[0] and names[0].term not in known:
            goes_on = len(names) > 1 and names[1] is self.tokens[1]
            return names if goes_on else names[1:]
        return names

    def clause(self, figure: Figure) -> frozenset[str]:
        """The terms of the clause that a figure stands in; of the sentence where it has none."""
        start, end = 0, len(self.text)
        for mark in _CLAUSE_END.finditer(self.text):
            if mark.end() <= figure.start:
                start = mark.end()
            elif mark.start() >= figure.end:
                end = mark.start()
                break
        own = {t.term for t in self.tokens if start <= t.start < end and _is_content(t)}
        return frozenset(own) or self.terms

    def lead(self, figure: Figure) -> frozenset[str]:
        """What the words in front of a figure make of it: an end, a bound, or a rough one."""
        before = [t for t in self.tokens if t.end <= figure.start][-2:]
        near = [t.surface.lower() for t in before if not self.text[t.end : figure.start].count(",")]
        return frozenset(near) & (_ENDS | _OPEN | _ROUGH)


def _counterpart(asked: Asked, one: _Told, figure: Figure, other: _Told) -> Figure | None:
    """The figure by which another document's sentence states the same fact, if it does."""
    if one.document_id == other.document_id or not _same_thing(one, other):
        return None
    mine = [f for f in one.figures if f.comparable(figure)]
    its = [f for f in other.figures if f.comparable(figure)]
    if figure.kind != ("date" if asked.kind == "when" else "quantity") or len(mine) != 1 or len(its) != 1:
        return None
    same = _same_clause(one, figure, other, its[0]) and _same_circumstances(one, figure, other, its[0])
    return its[0] if same else None


def _same_clause(one: _Told, figure: Figure, other: _Told, match: Figure) -> bool:
    """Whether two figures are stated in the same words, and neither leaves room for the other."""
    leads = one.lead(figure), other.lead(match)
    if leads[0] & _ENDS != leads[1] & _ENDS or any(lead & _OPEN for lead in leads):
        return False
    if any(lead & _ROUGH for lead in leads) and not _far_apart(figure, match):
        return False
    return one.clause(figure) <= other.terms and other.clause(match) <= one.terms


def _same_thing(one: _Told, other: _Told) -> bool:
    """Whether two sentences are about one thing, and put it in one manner."""
    if float(one.evidence.vector @ other.evidence.vector) < CLOSE:
        return False
    if one.manner != other.manner or one.relative or other.relative:
        return False
    # Whether the word that opens a sentence is a name cannot be told, so both have to have it.
    if not (one.opening <= other.terms and other.opening <= one.terms):
        return False
    known = one.passage_names | other.passage_names
    mine, its = one.names(known), other.names(known)
    if list(dict.fromkeys(t.term for t in mine)) != list(dict.fromkeys(t.term for t in its)):
        return False
    where = {t.term for t in mine if _placed(t, one)} | {t.term for t in its if _placed(t, other)}
    if {t.term for t in mine} - where and not dangles(one.text.lstrip()) and not dangles(other.text.lstrip()):
        return True
    # "The company" may be another one in each document, unless these are about the same.
    return bool(one.about - where) and one.about == other.about


def _same_circumstances(one: _Told, figure: Figure, other: _Told, match: Figure) -> bool:
    """Whether the other dates, and the numbers that may be names, are the same in both."""
    if one.numbered != other.numbered:
        return False
    mine, its = ([f for f in t.figures if f not in (figure, match)] for t in (one, other))
    labels = ({f.value for f in figures_ if f.labels} for figures_ in (mine, its))
    if len(set(map(frozenset, labels))) > 1:
        return False
    dates, others = ([f for f in figures_ if f.kind == "date"] for figures_ in (mine, its))
    return all(any(_same_date(d, o) for o in others) for d in dates) and all(
        any(_same_date(o, d) for d in dates) for o in others
    )


def _same_date(one: Figure, other: Figure) -> bool:
    told = any(a is not None and b is not None for a, b in zip(one.value, other.value, strict=True))
    return told and one.agrees(other)


def _differ(one: Side, other: Side) -> bool:
    return not one.figure.agrees(other.figure)


def _far_apart(one: Figure, other: Figure) -> bool:
    if one.kind == "date":
        return False
    mine, its = (abs(f.value[0] or 0.0) for f in (one, other))
    return abs(mine - its) > _ROUGHLY * max(mine, its)


def _placed(name: Token, told: _Told) -> bool:
    """Whether a name only says where: "in Europe" is not what a sentence is about."""
    before = [t.surface.lower() for t in tokenize(told.text[: name.start])][-2:]
    return bool(before) and (before[-1] in _PLACED or (before[-1] == "the" and before[0] in _PLACED))


def _inside(token: Token, figures_: Sequence[Figure]) -> bool:
    return any(f.start < token.end and token.start < f.end for f in figures_)


def _is_content(token: Token) -> bool:
    return not token.is_function_word and token.surface.lower() not in _ROUGH


def _is_name(token: Token) -> bool:
    return (
        token.surface[0].isupper() and not token.is_function_word and token.surface.lower() not in DATE_NAMES
    )


def _place(evidence: Evidence) -> tuple[str, int]:
    return evidence.hit.document.id, evidence.sentence.start


def _newest_first(side: Side) -> tuple[bool, int, float, str, int]:
    published = side.evidence.hit.document.metadata.get("published_at")
    span = span_of(published) if isinstance(published, str) else None
    return (span is None, -(span or (0, 0))[0], -side.evidence.support, *_place(side.evidence))
