"""A question that asks several things into the questions that it asks.

By rules of English where the question says so, and by its names where the documents say so:
when no document holds them all, it is asked about each document's own.
"""

import re
from collections.abc import Mapping, Sequence, Set

from index.index import View
from index.retrieve import Question
from index.scope import Scope
from index.text.analysis import distinctive, spelled
from index.types import Hit

_WH = r"(?:who|whom|whose|what|when|where|which|why|how)"
_SECOND_CLAUSE = re.compile(
    r"(?:,|;)?\s+(?:and|or|but)\s+"
    rf"(?=(?:(?:in|at|on|by|to|from|for|with)\s+)?{_WH}\b)|;\s+|\?\s+(?=\w)",
    re.I,
)
_ORDINAL_WORD = r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_ORDINAL = rf"(?:the )?(?:{_ORDINAL_WORD}|\d+(?:st|nd|rd|th)|(?:1[0-9]|20)\d\d)"
_ORDINALS = re.compile(
    rf"(?<!between )(?<!from )\b(?:both )?(?P<one>{_ORDINAL}) and (?P<two>{_ORDINAL})\b", re.I
)
_NAME = r"(?:the )?(?:(?-i:[A-Z])[\w'’-]+(?: (?-i:[A-Z])[\w'’-]+)*)"
_NAMES = re.compile(
    rf"\b(?:both |between )?(?P<one>{_NAME}(?: \w+)?)"
    r" (?:and|or|versus|vs\.?|than(?: (?:in|at|for))?|with) (?:(?:in|at|for|with) )?"
    rf"(?P<two>{_NAME})",
    re.I,
)
_COMPARES = re.compile(r"\b(?:both|compar\w+|differ\w*|versus|vs|respectively|in common)\b", re.I)
_MORE_OR_LESS = (
    r"(?:more|less|fewer|larger|bigger|smaller|greater|higher|lower|longer|shorter|taller|older|younger"
    r"|earlier|later|sooner|faster|slower|heavier|lighter|richer|poorer|cheaper|dearer|better|worse"
    r"|further|farther|nearer|closer|wider|narrower|deeper|stronger|weaker|warmer|colder|hotter|newer)"
)
_WEIGHS = re.compile(
    r"\b(?:compar\w+|differ(?:s|ence|ences|ent|ently)?|versus|vs|as \w+ as)\b"
    r"|\b(?!other\b|rather\b)(?:\w+er|more \w+|less \w+) than\b"
    rf"|\b{_MORE_OR_LESS}\b.*\b(?:or|and|than)\b|\b(?:or|and)\b.*\b{_MORE_OR_LESS}\b"
    r"|\b(?:most|least|first|last)\b.*\bor\b",
    re.I,
)
_MOST_PARTS = 3
_LEAST_WORDS = 3


_PRONOUN = re.compile(r"\b(?:it|its|they|their|them|he|his|him|she|her|hers|this|that|these|those)\b", re.I)


def leans(part: str) -> bool:
    """Whether a part says by a pronoun what it is about, so that another part may answer it too."""
    return bool(_PRONOUN.search(part))


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question asks; itself alone if it asks one.

    Two clauses with a question word each ("Who opened it and when was it closed?"), two
    ordinals or years ("the fourth and the fifth meeting"), and, in a question that
    compares, two names ("both in Rome and Paris") are asked for one by one. A question of
    more than three parts is left whole.
    """
    clauses = [c.strip(" ?") for c in _SECOND_CLAUSE.split(question.strip()) if c.strip(" ?")]
    if 1 < len(clauses) <= _MOST_PARTS and all(len(c.split()) >= _LEAST_WORDS for c in clauses):
        return tuple(f"{c}?" for c in clauses)
    patterns = [_ORDINALS, _NAMES] if _COMPARES.search(question) else [_ORDINALS]
    for pattern in patterns:
        match = pattern.search(question)
        if match:
            before, after = question[: match.start()], question[match.end() :]
            return tuple(f"{before}{match[name]}{after}" for name in ("one", "two"))
    return (question,)


def compares(question: str) -> bool:
    """Whether a question weighs things against each other, so that a fact of each belongs side by side.

    It says so ("compare", "the difference between", "older than"), or asks of several things
    which is the more or the most ("Which opened earlier, …").
    """
    return bool(_WEIGHS.search(question))


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
        its own; nothing where one document holds all names, or nearly.
    """
    tokens = distinctive(question.text)
    scope = Scope.of(view, (t.term for t in tokens))
    if max((scope.share(hit.document.id) for hit in hits), default=1.0) > 1 - _OWN:
        return []
    known = {term for term, holders in scope.holders.items() if holders}
    least = _OWN * _weight(known, scope.weights)
    held = [
        {term for term in known if document in scope.holders[term]}
        for document in _documents(known, scope, hits)
    ]
    own = [mine.difference(*(other for j, other in enumerate(held) if j != i)) for i, mine in enumerate(held)]
    enough = [mine for mine in own if _weight(mine, scope.weights) >= least]
    if len(enough) < 2:
        return []
    found = []
    for mine in enough:
        others = set().union(*(other for other in enough if other is not mine))
        names = " ".join(spelled(t for t in tokens if t.term in mine))
        first = min(t.start for t in tokens if t.term in mine)
        found.append((first, _without(question.text, others), names))
    return [(text, names) for _, text, names in sorted(found)]


def _documents(names: Set[str], scope: Scope, hits: Sequence[Hit]) -> list[str]:
    """Documents that hold all the names between them, the one that adds the most first."""
    best: dict[str, float] = {}
    for hit in hits:
        best[hit.document.id] = max(best.get(hit.document.id, hit.score), hit.score)
    left, chosen = set(names), list[str]()
    while left and len(chosen) < _MOST_DOCUMENTS:
        gains: dict[str, float] = {}
        for term in scope.weights:
            for document in scope.holders[term] if term in left else ():
                gains[document] = gains.get(document, 0.0) + scope.weights[term]
        document = min(gains, key=lambda d: (-round(gains[d], 6), -best.get(d, 0.0), d))
        chosen.append(document)
        left -= {term for term in left if document in scope.holders[term]}
    return chosen


def _weight(terms: Set[str], weights: Mapping[str, float]) -> float:
    return sum(weight for term, weight in weights.items() if term in terms)


def _without(question: str, names: Set[str]) -> str:
    kept, at = "", 0
    for token in distinctive(question):
        if token.term in names:
            kept += question[at : token.start]
            at = token.end
    return " ".join((kept + question[at:]).split())
