"""What a quoted sentence leans on: a title in front of it, or the sentence before it.

"It rose by 4 %." says nothing to a reader who does not see what came before. The words of
the sentence are never touched: the title stands outside of what is cited, and the sentence
before it is quoted with it as one range of the document.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from index.index import View
from index.text.analysis import content_terms, terms, tokenize
from index.types import Sentence
from service.answering.asked.question import Asked
from service.answering.composing.compose import Statement
from service.answering.evidence import Evidence

# A longer sentence in front would bury the one that answers, and a longer title too.
_MOST_CHARACTERS = 400
_LONGEST_TITLE = 120
_QUOTES = "\"'“‘«([ "

_CONNECTIVE = re.compile(
    r"(?:however|moreover|furthermore|therefore|thus|hence|consequently|nevertheless|nonetheless"
    r"|meanwhile|additionally|likewise|accordingly|conversely|subsequently|afterwards?"
    r"|in addition|as a result|as such|for (?:example|instance)|(?:in|by) contrast|in turn|in particular"
    r"|on the (?:other hand|contrary)|at the same time|for (?:this|that) reason"
    r"|(?:then|also|instead|later|similarly|finally|besides|still|so|too)(?=,)"
    r"|(?:but|and|yet|nor|so)(?=\s(?!far\b|that\b)))\b",
    re.I,
)
# "In 2021, it rose": what is leant on comes after the words of time or place.
_ADVERBIAL = re.compile(
    r"(?:in|on|at|by|during|after|before|since|from|until|within)\s(?P<inside>[^,;:.]{1,40}),\s", re.I
)
DATE_NAMES = frozenset(
    """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """.split()
)
_PRONOUN = re.compile(
    r"(?:it|its|they|their|them|he|him|his|she|her|this|these|such"
    r"|that(?!\s(?:he|she|it|they|we|the|an?)\b)"
    r"|those(?!\s(?:who|which|that|of|with|in|on|from)\b)"
    r"|both(?!\s(?:the\s)?(?-i:[A-Z])))\b",
    re.I,
)
# "It is known that": the pronoun stands for what follows.
_EXPLETIVE = re.compile(
    r"it\s(?:(?:is|was|has been|had been|will be)\s(?:\w+ly\s)?\w+\sthat"
    r"|(?:seems|appears|follows|turned out|turns out)\sthat"
    r"|(?:is|was)\s(?:not\s)?(?:important|necessary|possible|impossible|easy|difficult|hard|common|best)\sto"
    r"|(?:rains|rained|snows|snowed|is raining|was raining|is snowing|was snowing))\b",
    re.I,
)
# What follows a noun and says which one is meant.
_SINGLES_OUT = frozenset(
    "of in at on for with from between among that who which whose by to under against near over".split()
)
_LIKE_ADJECTIVES = frozenset("other same own".split())
_OWNS = ("'s", "’s")
_LONGEST_NOUN = 4


def dangles(sentence: str, asked: Asked | None = None) -> bool:
    """Whether a sentence opens with a word whose meaning stands in front of it.

    That is a pronoun ("They"), a demonstrative ("This plan"), a connective ("However,"), or
    a noun with "The" and nothing in the sentence that says which ("The company agreed").

    Args:
        sentence: The sentence.
        asked: What was asked: a reader knows which company a question of "the company"
            means, unless it also names something that the sentence leaves out.
    """
    opening = sentence.lstrip(_QUOTES)
    if _CONNECTIVE.match(opening):
        return True
    adverbial = _ADVERBIAL.match(opening)
    if adverbial and not _names_something(adverbial["inside"]):
        opening = opening[adverbial.end() :]
    pronoun = _PRONOUN.match(opening)
    if pronoun:
        acronym = pronoun.group().isupper()
        return not acronym and not _EXPLETIVE.match(opening)
    noun = _bare_definite(opening)
    if not noun:
        return False
    return asked is None or not (noun & set(asked.terms) and asked.distinctive <= set(terms(sentence)))


def in_context(view: View, asked: Asked, statements: Sequence[Statement]) -> list[Statement]:
    """Give each statement that dangles what it leans on.

    Where its document has a title, and neither the question nor the statement before has
    made it clear, the title; where it has none, the sentence in front of it, quoted with it
    as one range. Nothing where the answer has just quoted that sentence. A statement whose
    sentence an earlier one quotes already, as context or in a list, is left out.

    Args:
        view: The collection at one version.
        asked: What the whole question asks for.
        statements: In the order of the answer.
    """
    shown: list[Statement] = []
    for statement in statements:
        if not any(
            _same_document(statement, s) and _within(statement.best.sentence, s.best.sentence) for s in shown
        ):
            shown.append(_in_context(view, asked, statement, shown[-1] if shown else None))
    return shown


def _in_context(view: View, asked: Asked, statement: Statement, previous: Statement | None) -> Statement:
    best = statement.best
    if not dangles(best.text, asked):
        return statement
    before = _before(view, best)
    goes_on = previous is not None and _same_document(previous, statement)
    if previous and goes_on and before and _within(before, previous.best.sentence):
        return statement
    title = " ".join((best.hit.document.title or "").split())
    if not title:
        return replace(statement, evidence=(_from(view, before, best), *statement.evidence[1:]))
    known = set(asked.terms)
    if previous and goes_on:
        known.update(terms(f"{previous.title} {previous.best.text}"))
    # After a sentence of another document even what was asked about has to be named again.
    if (goes_on or previous is None) and set(content_terms(title)) <= known:
        return statement
    return replace(statement, title=_shortened(title))


def _names_something(words: str) -> bool:
    surfaces = [t.surface for t in tokenize(words)]
    return any(s[0].isupper() and s.lower() not in DATE_NAMES for s in surfaces)


def _bare_definite(opening: str) -> set[str]:
    """The terms of the noun with "The" that opens a text, if nothing says which one is meant."""
    noun: set[str] = set()
    if opening[:4].lower() != "the ":
        return noun
    last = len("the")
    for token in islice(tokenize(opening), 1, None):
        word = token.surface.lower()
        gap, last = opening[last : token.start], token.end
        # A comma or a bracket ends the noun, and so does the verb.
        ended = gap.strip("-–‑ ") or (token.is_function_word and word not in _LIKE_ADJECTIVES)
        singled_out = token.surface[0].isupper() or any(c.isdigit() for c in word) or word.endswith(_OWNS)
        if not gap.strip() and (singled_out or word in _SINGLES_OUT or (not noun and word == "following")):
            return set()
        if noun and (ended or word.endswith("ed") or len(noun) == _LONGEST_NOUN):
            return noun
        if not token.is_function_word:
            noun.add(token.term)
    return noun


def _before(view: View, evidence: Evidence) -> Sentence | None:
    """The sentence or heading in front of a sentence, in its document."""
    chunks = view.store.document_chunks(view.collection, evidence.hit.document.id)
    earlier = [s for e in chunks for s in e.chunk.sentences if s.end <= evidence.sentence.start]
    return max(earlier, key=lambda s: s.start, default=None)


def _same_document(one: Statement, other: Statement) -> bool:
    return one.best.hit.document.id == other.best.hit.document.id


def _within(inner: Sentence, outer: Sentence) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _from(view: View, before: Sentence | None, evidence: Evidence) -> Evidence:
    """Evidence that begins with the sentence in front; as it is if that is no prose, or long."""
    if before is None or before.kind != "prose" or evidence.sentence.kind != "prose":
        return evidence
    if before.end - before.start > _MOST_CHARACTERS:
        return evidence
    chunk = evidence.hit.chunk
    end = evidence.sentence.end
    text = view.store.quote(view.collection, chunk.document_id, chunk.revision, before.start, end)
    if text is None:
        return evidence
    return replace(evidence, sentence=replace(evidence.sentence, start=before.start), text=text)


def _shortened(title: str) -> str:
    """Whole words of a title, as many as are read at a glance."""
    if len(title) <= _LONGEST_TITLE:
        return title
    return title[:_LONGEST_TITLE].rsplit(" ", 1)[0] + " …"
