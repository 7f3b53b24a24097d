"""A question that asks several things into the questions that it asks.

By rules of English where the question says so, and by its names where the documents say so:
when it joins names that no document holds all of, it is asked about each document's own.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from index.index import View
from index.retrieve import Question
from index.scope import Scope
from index.types import Hit
from service.answering.asked.comparison import compares
from service.answering.asked.mentions import Mention, joined, mentions, without

_WH = r"(?:who|whom|whose|what|when|where|which|why|how)"
# "…, and does he have children?", but not "… and have their tails docked".
_YES_NO = (
    r"(?:(?:is|are|was|were|do|does|did|can|could|will|would|should)\s+(?:he|she|it|they|there|its|his|her|their)"
    r"|(?:has|have|had)\s+(?:he|she|it|they|there))"
)
_SECOND_CLAUSE = re.compile(
    r"(?:,|;)?\s+(?:and|or|but)\s+"
    rf"(?=(?:(?:in|at|on|by|to|from|for|with)\s+)?{_WH}\b)|(?:,|;)?\s+(?:and|but)\s+(?={_YES_NO}\b)|;\s+|\?\s+(?=\w)",
    re.I,
)
_ORDINAL_WORD = r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_ORDINAL = rf"(?:the )?(?:{_ORDINAL_WORD}|\d+(?:st|nd|rd|th)|(?:1[0-9]|20)\d\d)"
_ORDINALS = re.compile(
    rf"(?<!between )(?<!from )\b(?:both )?(?P<one>{_ORDINAL}) and (?P<two>{_ORDINAL})\b", re.I
)
_COMPARES = re.compile(r"\b(?:both|compar\w+|differ\w*|versus|vs|respectively|in common)\b", re.I)
# "…, and for how long?" asks of what stands before it, and is no question without it.
_BARE = re.compile(
    rf"(?:(?:in|at|on|by|to|from|for|with|since|until)\s+)?{_WH}(?:\s+(?:long|many|much|often|far|old))?"
    r"|(?:in|at|on|by|to|from|for|with)\s+(?:what|which)\s+\w+",
    re.I,
)
# What it can ask of a first clause that asks so; of any other one it is better asked together with it.
_ADVERB = re.compile(
    r"(?:(?:when|where|why|how|(?:by\s+)?how\s+(?:much|far|long|often))\s+)?"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
    re.I,
)
_ADVERBS = frozenset("when where why how".split())
_PAIR = re.compile(
    r"['’s]*\s+(?:and|or|versus|vs\.?|than|with)\s+(?:(?:that|those|the one)\s+)?"
    r"(?:(?:in|at|for|of|by|with)\s+)?(?:the\s+)?",
    re.I,
)
_MOST_PARTS = 3
_LEAST_WORDS = 3


_PRONOUN = re.compile(r"\b(?:it|its|they|their|them|he|his|him|she|her|hers|this|that|these|those)\b", re.I)


def leans(part: str) -> bool:
    """Whether a part says by a pronoun, or not at all, what it is about, so that another part tells it."""
    return bool(_PRONOUN.search(part) or _BARE.fullmatch(part.strip(" ?")))


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question asks; itself alone if it asks one.

    Two clauses that ask ("Who opened it and when was it closed?", "Who opened it and is it open?"), two
    ordinals or years ("the fourth and the fifth meeting"), and, in a question that
    compares, two names ("both in Rome and Paris") are asked for one by one, and so is what the first
    clause says, too ("When was it opened, and why?"). A question of
    more than three parts is left whole.
    """
    clauses = [c.strip(" ?") for c in _SECOND_CLAUSE.split(question.strip()) if c.strip(" ?")]
    whole = all(len(c.split()) >= _LEAST_WORDS and not _BARE.fullmatch(c) for c in clauses)
    again = len(clauses) == 2 and clauses[1].lower() in _ADVERBS and _ADVERB.match(clauses[0])
    if 1 < len(clauses) <= _MOST_PARTS and (whole or again):
        return tuple(f"{c}?" for c in clauses)
    match = _ORDINALS.search(question)
    if match:
        before, after = question[: match.start()], question[match.end() :]
        return tuple(f"{before}{match[name]}{after}" for name in ("one", "two"))
    return _named_pair(question) if _COMPARES.search(question) else (question,)


def _named_pair(question: str) -> tuple[str, ...]:
    """The question once for each of two names that are joined in it; itself if there are none."""
    found = mentions(question)
    for i, j in pairwise(k for k, mention in enumerate(found) if not mention.date):
        end = max([found[i].end, *(m.end for m in found if m.of == i)])
        if _PAIR.fullmatch(question[end : found[j].start]):
            return tuple(without(question, found, [other]) for other in (j, i))
    return (question,)


# What tells a question on several things from one on a thing that two names single out together ("Did
# Brown join the expedition of 1910?").
_JOINS = re.compile(r"\b(?:and|or|both|each|versus|vs)\b", re.I)
# The share of the weight of a question's names that a document has to hold, and no other of
# those chosen, for the question to be asked about it by itself.
_OWN = 0.2
_MOST_DOCUMENTS = 4


def by_names(view: View, question: Question, hits: Sequence[Hit]) -> list[tuple[str, str]]:
    """The question once for each of the things that it names, without the names of the others.

    "Whose fine was larger, Smith's at York or Brown's at Leeds?" is about two judgments, and a
    passage on one of them has little to do with the whole question. Which names belong
    together is read off the documents: those of the first document that holds the most of
    them, then those of the one that holds the most of the rest.

    Args:
        view: The collection at one version.
        question: The question.
        hits: Passages found with the whole question; decide between documents that hold
            the same names.

    Returns:
        Questions in the order in which their names are asked, each with the names that are
        its own; nothing where one document holds all names, or nearly, or nothing joins them.
    """
    if not (_JOINS.search(question.text) or compares(question.text)):
        return []
    found = mentions(question.text)
    scope = Scope.of(view, dict.fromkeys(t.term for mention in found for t in mention.tokens))
    if max((scope.share(hit.document.id) for hit in hits), default=1.0) > 1 - _OWN:
        return []
    names = _names(question.text, found, scope)
    known = set().union(*(name.terms for name in names))
    least = _OWN * _weight(known, scope.weights)
    held = [
        {i for i, name in enumerate(names) if document in name.holders}
        for document in _documents(names, scope, hits)
    ]
    own = [mine.difference(*(other for j, other in enumerate(held) if j != i)) for i, mine in enumerate(held)]
    enough = [
        mine for mine in own if _weight(set().union(*(names[i].terms for i in mine)), scope.weights) >= least
    ]
    if len(enough) < 2:
        return []
    asked = []
    for mine in enough:
        others = [place for other in enough if other is not mine for i in other for place in names[i].places]
        places = sorted(place for i in mine for place in names[i].places)
        about = ", ".join(found[place].text for place in places)
        asked.append((places[0], without(question.text, found, others), about))
    return [(text, about) for _, text, about in sorted(asked)]


@dataclass(frozen=True, slots=True)
class _Name:
    """Mentions that are one name.

    Attributes:
        places: Which of the mentions.
        terms: Those of its terms that occur in the collection.
        holders: The documents that hold all of these.
    """

    places: tuple[int, ...]
    terms: frozenset[str]
    holders: frozenset[str]


def _names(question: str, found: Sequence[Mention], scope: Scope) -> list[_Name]:
    """The names of a question: what commas join is one name if a document holds all of it."""
    names = []
    for group in joined(question, found):
        whole = _name(group, found, scope)
        one_by_one = [_name([place], found, scope) for place in group]
        names += [whole] if whole.holders else one_by_one
    return [name for name in names if name.holders]


def _name(places: Sequence[int], found: Sequence[Mention], scope: Scope) -> _Name:
    terms = [t.term for place in places for t in found[place].tokens]
    known = frozenset(t for t in terms if scope.holders.get(t))
    holders = frozenset[str]()
    if known:
        holders = frozenset.intersection(*(scope.holders[t] for t in known))
    return _Name(tuple(places), known, holders)


def _documents(names: Sequence[_Name], scope: Scope, hits: Sequence[Hit]) -> list[str]:
    """Documents that hold all the names between them, the one that adds the most first."""
    best: dict[str, float] = {}
    for hit in hits:
        best[hit.document.id] = max(best.get(hit.document.id, hit.score), hit.score)
    left, chosen = list(names), list[str]()
    while left and len(chosen) < _MOST_DOCUMENTS:
        gains: dict[str, float] = {}
        for name in left:
            for document in name.holders:
                gains[document] = gains.get(document, 0.0) + _weight(name.terms, scope.weights)
        document = min(gains, key=lambda d: (-round(gains[d], 6), -best.get(d, 0.0), d))
        chosen.append(document)
        left = [name for name in left if document not in name.holders]
    return chosen


def _weight(terms: Set[str], weights: Mapping[str, float]) -> float:
    return sum(weight for term, weight in weights.items() if term in terms)
