"""Whether a sentence says yes or no to a question. Rules of English, and none where in doubt.

A sentence is taken for an answer only where it repeats the question as a statement: the same
words in the same order, in the same tense and voice, with nothing between them and nothing
beside them that could change what they say. One denial more or less then makes it a no.
"""

from collections.abc import Sequence
from itertools import pairwise

from index.text.analysis import Token, tokenize
from service.answering.evidence import Evidence
from service.answering.language.claims import affirmed, negates, negations, reserves

# Sure: the best sentence answers with this probability, and no other that answers with the
# second one says the opposite.
SURE, OPPOSED = 0.8, 0.3
# A question of one word leaves open what is asked of it.
_LEAST_TERMS = 2
_ARTICLES = frozenset("a an the any".split())
_MODALS = frozenset("can could will would should may might must shall".split())
# The verbs that carry tense and voice, by what a statement has to share with a question.
_AUXILIARIES = {
    word: kind
    for kind, words in {
        "be": "is are am",
        "was": "was were",
        "do": "do does",
        "did": "did",
        "have": "has have",
        "had": "had",
    }.items()
    for word in words.split()
}
_OWNS = ("'s", "’s")
# A sentence inside another one is what somebody holds, or the case under which.
_SUBORDINATES = frozenset("that whether if because although though while when as since unless who".split())


def yes_or_no(question: str, evidence: Sequence[Evidence]) -> str | None:
    """``"Yes"``, ``"No"``, or None where that is not sure.

    Args:
        question: A question that can be answered by yes or no.
        evidence: Scored sentences, best first.
    """
    if not evidence or evidence[0].support < SURE:
        return None
    answer = _verdict(question, evidence[0].text)
    if answer is None:
        return None
    others = [_verdict(question, e.text) for e in evidence[1:] if e.support >= OPPOSED]
    return None if (not answer) in others else "Yes" if answer else "No"


def _verdict(question: str, sentence: str) -> bool | None:
    """Whether the sentence affirms what the question asks; None if it does neither for sure."""
    asked, said = list(tokenize(question)), list(tokenize(sentence))
    wanted = [t for t in asked if _tells(t)]
    vague = sum(not t.is_function_word for t in wanted) < _LEAST_TERMS or any(t.term == "or" for t in wanted)
    if vague or not reserves(sentence) <= reserves(question):
        return None
    place = _repeated(wanted, said)
    if place is None or not _stands_alone(sentence, said, *place):
        return None
    run = said[place[0] : place[1]]
    denials = sum(negates(t) for t in run)
    # A denial elsewhere in the sentence, or a second one, leaves it open what is denied.
    if denials > 1 or denials != len(list(negations(sentence))) or _form(run, asked) != _form(asked, asked):
        return None
    return denials % 2 == sum(negates(t) for t in asked) % 2


def _tells(token: Token) -> bool:
    """Whether a word has to be the same; verbs of tense and denials are compared by themselves."""
    word = affirmed(token)
    return not (word in _ARTICLES or word in _AUXILIARIES or _is_modal(token) or negates(token))


def _is_modal(token: Token) -> bool:
    # "May" and "Will" inside a sentence are a month and a man.
    return affirmed(token) in _MODALS and (token.start == 0 or token.surface.islower())


def _repeated(wanted: Sequence[Token], said: Sequence[Token]) -> tuple[int, int] | None:
    """Where the words that tell stand one after the other, as positions among ``said``."""
    telling = [i for i, token in enumerate(said) if _tells(token)]
    words = [_word(t) for t in wanted]
    for at in range(len(telling) - len(wanted) + 1):
        run = telling[at : at + len(wanted)]
        if [_word(said[i]) for i in run] == words:
            # A denial in front belongs to it: "No dogs are allowed".
            start = run[0] - 1 if run[0] and negates(said[run[0] - 1]) else run[0]
            return start, run[-1] + 1
    return None


def _word(token: Token) -> tuple[str, bool]:
    """A word as it is compared: what Smith has is not Smith."""
    return token.term, token.surface.endswith(_OWNS)


def _stands_alone(sentence: str, said: Sequence[Token], start: int, end: int) -> bool:
    """Whether the words from ``start`` to ``end`` are one clause that no other word narrows."""
    run = said[start:end]
    gaps = (sentence[one.end : other.start] for one, other in pairwise(run))
    if any(gap.strip("-–‑/ \n\t") for gap in gaps):
        return False
    if any(t.surface.lower() in _SUBORDINATES for t in said[:start]):
        return False
    first = start
    while first and said[first - 1].surface.lower() in _ARTICLES:
        first -= 1
    # In front of it the sentence begins, or a comma: "the road to the bridge" is not the bridge.
    if first and not sentence[said[first - 1].end : said[first].start].strip():
        return False
    if end == len(said):
        return True
    # "Smith acquired Brown shares" is not about Brown.
    return said[end].is_function_word or bool(sentence[run[-1].end : said[end].start].strip())


def _form(tokens: Sequence[Token], asked: Sequence[Token]) -> tuple[frozenset[str], frozenset[str]]:
    """Tense and voice, and the modal verbs.

    A statement needs no "do": its tense is then that of a word which the question has
    without an ending.
    """
    words = [affirmed(t) for t in tokens]
    kinds = frozenset(_AUXILIARIES[w] for w in words if w in _AUXILIARIES)
    modals = frozenset(affirmed(t) for t in tokens if _is_modal(t))
    if not kinds and not modals:
        plain = {t.surface.lower() for t in asked}
        past = any(w.endswith("ed") and w not in plain for w in words)
        kinds = frozenset({"did" if past else "do"})
    return kinds, modals
