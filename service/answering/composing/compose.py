"""Evidence into an extractive answer: which sentences, in which order, and the short answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index.text.analysis import content_terms, tokenize
from index.text.cjk import is_cjk
from index.text.fields import fields
from service.answering.asked.question import Asked
from service.answering.composing.lists import in_short
from service.answering.evidence import Evidence
from service.answering.language import spans
from service.answering.language.claims import negates
from service.answering.language.verdict import yes_or_no

# Two sentences with vectors this close, and the same names, numbers and negations, say the
# same: the second corroborates the first. Closeness alone does not see a changed year.
SAME = 0.92
# How close to the best a further sentence has to come, as a share of its support: for a
# question that one sentence can answer, and for one that asks for several things. On 276
# questions of DragonBall: 2.3 sentences an answer, citation precision 0.40, recall 0.32; with
# shares of 0.8 and 0.6 and a stop at 0.5, 2.0 sentences, 0.42 and 0.30.
SINGLE, SEVERAL = 0.4, 0.3
# No further sentence is needed once one of those chosen is right with this probability.
ENOUGH = 0.7
# How sure the reader has to be of a span, in log-odds against none, for it to be the short answer: of a
# question for one thing that is answered at all, the span is mostly right where the sentence is (F1 on
# held-out SQuAD articles 0.59 instead of 0.55); of any other one only if it prefers the span.
SPAN, OTHER_SPAN = -3.0, 0.0
# Characters of a list that is a short answer.
MAX_LISTED = 240
_ONE_THING = frozenset({"when", "who", "where", "how_many", "which", "what"})
# What a heading whose terms the question has adds to the nearness (two cosines and a share of names) of the
# sentences below it: more than a line that only repeats the question's name ("Name: P. Adler") has by that.
# And the share of its terms from which on the question is about all that is below. A name in it counts for
# less: of a court's judgment the heading with its name says only whose it is.
HEADING, WHOLE, NAME = 1.0, 0.5, 0.5
# Between two sentences that follow each other stand at most so many characters: a line break, a bullet.
GAP = 8


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One sentence of the answer and every piece of evidence that states it, best first.

    Attributes:
        title: Shown in front of the sentence, outside of what is cited; empty for none.
    """

    evidence: tuple[Evidence, ...]
    title: str = ""

    @property
    def best(self) -> Evidence:
        """The evidence whose words are used."""
        return self.evidence[0]


def select(asked: Asked, evidence: Sequence[Evidence], max_sentences: int) -> list[Statement]:
    """Choose the sentences that answer one question.

    The best one always; further ones only while it is in doubt that a right one is among
    them, and only such as come close to the best: closer for a question that one sentence
    can answer than for one that asks for several things. A sentence that says the same in
    another document corroborates. A summary is one run of sentences.

    Args:
        asked: What the question asks for.
        evidence: Scored sentences, best first.
        max_sentences: Most statements to choose.
    """
    if asked.kind == "summary" and evidence:
        return [Statement((e,)) for e in _passage_from(asked, evidence, max_sentences)]
    several = asked.wants_list or asked.kind in ("why", "how", "summary")
    floor = evidence[0].support * (SEVERAL if several else SINGLE) if evidence else 1.0
    groups: list[list[Evidence]] = []
    doubt = 1.0
    for candidate in evidence:
        if candidate.support < floor:
            break
        # Beside the value that is asked for, the other lines of a form answer nothing.
        if evidence[0].stated and not candidate.stated and fields(candidate.text):
            continue
        same = next((g for g in groups if says_the_same(g[0], candidate)), None)
        if same is not None:
            if all(e.hit.document.id != candidate.hit.document.id for e in same):
                same.append(candidate)
        elif len(groups) < max_sentences and (several or doubt > 1 - ENOUGH):
            groups.append([candidate])
            doubt *= 1 - candidate.support
    return [Statement(tuple(group)) for group in groups]


def _passage_from(asked: Asked, evidence: Sequence[Evidence], max_sentences: int) -> list[Evidence]:
    """The sentence most about the subject and those after it, as far as they follow each other.

    A text says what it is about and then goes into it, so the best excerpt begins with the sentence
    that is nearest to the question and goes on; where the question names the heading above it, with the
    first one below that. That nearness is judged without the reader, which looks for what answers, and a
    request for a summary is answered by no single sentence.
    """
    named = {e.heading: _named(e.heading, asked) for e in evidence}
    best = max(evidence, key=lambda e: _nearness(e) + HEADING * named[e.heading])
    own = {e.sentence.start: e for e in evidence if e.hit.document.id == best.hit.document.id}
    text = [e for _, e in sorted(own.items())]
    at = text.index(own[best.sentence.start])
    while named[best.heading] >= WHOLE and at and text[at - 1].heading == best.heading:
        at -= 1
    chosen: list[Evidence] = []
    for e in text[at:]:
        if len(chosen) == max_sentences or (chosen and e.sentence.start - chosen[-1].sentence.end > GAP):
            break
        chosen.append(e)
    return chosen


def _named(heading: str, asked: Asked) -> float:
    """The share of a heading's terms that the question has, in [0, 1]."""
    above = content_terms(heading)
    worth = (NAME if term in asked.distinctive else 1.0 for term in above if term in asked.terms)
    return sum(worth) / len(above) if above else 0.0


def _nearness(evidence: Evidence) -> float:
    return evidence.feature("dense_asked") + evidence.feature("dense_sentence") + evidence.hit.scope


def says_the_same(one: Evidence, other: Evidence) -> bool:
    """Whether two sentences state the same facts in nearly the same words."""
    return float(one.vector @ other.vector) >= SAME and _facts(one.text) == _facts(other.text)


def _facts(text: str) -> frozenset[str]:
    return frozenset(
        t.term
        for t in tokenize(text)
        # Names cannot be told in CJK, and a vector of a script that the model does not know
        # tells nothing.
        if any(c.isdigit() for c in t.term) or t.surface[0].isupper() or negates(t) or is_cjk(t.term)
    )


def merge(
    chosen: Sequence[Sequence[Statement]], max_sentences: int, *, side_by_side: bool = False
) -> list[Statement]:
    """Bring the statements on each part of a question into one order that reads.

    Every part has its best statement before any has a second one. A sentence that answers
    two parts is quoted once.

    Args:
        chosen: For each part, in the order of asking, its statements, best first.
        max_sentences: Most statements to keep.
        side_by_side: The best of each part stand next to each other, then the second ones,
            as a comparison reads. Otherwise part follows part; within it the document of
            the best statement comes first, and sentences of one document stand in the order
            of its text.
    """
    taken: dict[tuple[str, int], tuple[int, Statement]] = {}
    for statements in zip_longest(*chosen):
        for part, statement in enumerate(statements):
            if statement is not None and len(taken) < max_sentences:
                taken.setdefault(_place(statement), (part, statement))
    if side_by_side:
        return [statement for _, statement in taken.values()]
    merged: list[Statement] = []
    for part in range(len(chosen)):
        own = [statement for of, statement in taken.values() if of == part]
        documents = list(dict.fromkeys(s.best.hit.document.id for s in own))
        merged += sorted(own, key=lambda s: (documents.index(s.best.hit.document.id), s.best.sentence.start))
    return merged


def without_parts(statements: Sequence[Statement]) -> list[Statement]:
    """Statements without those whose sentence is part of what another one quotes, as an item of its list."""
    kept: list[Statement] = []
    # Of two that quote the same, the first.
    for statement in sorted(statements, key=lambda s: s.best.sentence.start - s.best.sentence.end):
        if not any(is_part(statement.best, other.best) for other in kept):
            kept.append(statement)
    return [statement for statement in statements if statement in kept]


def is_part(one: Evidence, other: Evidence) -> bool:
    """Whether what one quotes lies within what another does."""
    within = other.sentence.start <= one.sentence.start and one.sentence.end <= other.sentence.end
    return within and one.hit.document.id == other.hit.document.id


def _place(statement: Statement) -> tuple[str, int]:
    return statement.best.hit.document.id, statement.best.sentence.start


def short_answer(asked: Asked, question: str, evidence: Sequence[Evidence]) -> str | None:
    """The words of the best sentence that answer, or "Yes" or "No" where it is sure which.

    A list that was asked for is the one that the sentence enumerates, or whose items follow it, if
    they are not too long for a short answer. Otherwise it is the span that
    the reader found in this sentence, if it is sure enough of it, it is of the kind that is asked for
    and it is not several numbers where one is asked for; or the only date, or the only quantity of
    what is counted. A summary has none, nor have steps in which something is done.

    Args:
        asked: What the question asks for.
        question: The question.
        evidence: Scored sentences, best first, at least one; where a list is asked for, the best
            completed with the one that it announces.
    """
    if asked.kind == "summary" or asked.wants_steps:
        return None
    if asked.kind == "yes_no":
        return yes_or_no(question, evidence)
    best = evidence[0]
    text = best.text
    span: tuple[int, int] | None = None
    if asked.wants_list:
        lead, more, _ = text.partition("\n")
        listed = f"- {text}" if more and best.sentence.kind == "item" else text
        if (listed is not text or spans.announces(lead)) and (named := in_short(listed)):
            return named if len(named) <= MAX_LISTED else None
        span = spans.enumeration(text)
    sure = SPAN if asked.kind in _ONE_THING else OTHER_SPAN
    if span is None and best.span is not None and best.answerable > sure:
        start = best.sentence.start
        read = spans.tidied(text, (best.span[0] - start, best.span[1] - start))
        span = read if spans.answers_kind(asked.kind, text[slice(*read)]) else None
    elif span is None and asked.kind == "when":
        found = spans.dates(text)
        span = found[0] if len(found) == 1 else None
    if asked.kind == "how_many":
        counted = spans.counts(text, [asked.counted] if asked.counted else content_terms(question))
        # One number is asked for: of several that the reader took together, the one that counts it.
        if len(counted) == 1 and (span is None or _several(text[span[0] : span[1]])):
            span = counted[0]
    return " ".join(text[span[0] : span[1]].split()) if span else None


def _several(text: str) -> bool:
    return len(spans.quantities(text)) > 1
