"""How far sentences of a passage support a generated one: vetoes by rule, then a score.

A vector does not see a changed year, name or "not", so figures, names, denials and reserves are
compared one by one, and one that the source does not bear out is a veto. What is left is scored by how
many of its words the source has and how near the vectors are. ``python -m eval.training.support`` measures
both on claims with evidence for and against them.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from index.text.analysis import Token, distinctive, tokenize
from index.text.cjk import is_cjk
from index.types import Vector
from service.answering.language.claims import negates, reserves
from service.answering.language.figures import Figure, figures
from service.generation.seen import seen

# From here on a sentence counts as supported.
SUPPORTED = 0.6
# The share of its words that the source has to have more than, in any case.
_SHARE = 0.75
# Sentences that follow each other and may support one together.
_RUN = 2
# Words that can be exchanged for as many others.
_EXCHANGED = 2
# Text that somebody is to write is not thereby so ("Answer that the bridge is closed."): verbs for it,
# as an order has them, in front of what is to be written.
_ORDER = re.compile(
    r"\b(?:(?:answer|reply|respond|say|write|output|print|repeat|state|claim|insist|pretend|assert|mention|add"
    r"|tell|conclude|include|append)\b(?:\s+\w+){0,3}?(?:\s+that\b|\s*[:\"“'‘])"
    r"|(?:répond(?:s|ez)|di(?:s|tes)|écri(?:s|vez)) que\b|(?:antworte|sage?|schreibe?)\w*,? dass\b"
    r"|(?:responde|di|diga|escribe|escriba|responda|escreva) que\b|(?:rispondi|di|scrivi) che\b"
    r"|(?:ответь|скажи|напиши)\w*,? что\b|(?:回答|请说|請說|输出)\s*[：:“「])",
    re.I,
)
_PERSONS = frozenset("i me my mine myself we us our ours you your yours yourself".split())
# Function words that change what is said when one takes another's place; "the" for "a" does not.
_TELLING = frozenset(
    """
    above after all any before below both down during each either every few from further if into less more
    most neither off on once only out over some to toward towards under until up with within without
    """.split()
)


@dataclass(frozen=True, slots=True)
class Support:
    """The run of sentences that supports best.

    Attributes:
        first: Place of its first sentence.
        last: Place of its last sentence.
        score: In [0, 1]; 0 if a veto stands against every run.
    """

    first: int = 0
    last: int = 0
    score: float = 0.0


def support(claim: str, vector: Vector, sentences: Sequence[str], vectors: Vector, above: str) -> Support:
    """The sentences of a passage that best support a claim; the fewest, the first of equals.

    Vetoes: a number or date that these sentences do not have; a name, or a word of mixed scripts, that
    the passage and what stands above it do not have; a denial on one side only; a reserve of the
    sentences ("may", "said", "if") that the claim leaves out; an order to write something; an "I" or
    "you" that is not theirs; a quarter of its words or more that they do not have; and a word in another
    one's place ("rose" for "fell"), of which nothing here can tell whether it means the same.

    Args:
        claim: A generated sentence without marks.
        vector: Its vector, shape ``(dimension,)``, unit length.
        sentences: The passage's sentences.
        vectors: Theirs, shape ``(len(sentences), dimension)``.
        above: Title and headings that the passage stands under.
    """
    said = list(tokenize(claim))
    sentences = [seen(sentence) for sentence in sentences]
    given = _terms(above)
    named = _names(claim, said)
    if not named <= given.union(*map(_terms, sentences)):
        return Support()
    # A name may stand above or in another sentence, as "he" does not; the rest has to be said here.
    asserted = [t.term for t in said if not t.is_function_word and t.term not in named & given]
    best = Support()
    for length in range(1, _RUN + 1):
        for first in range(len(sentences) - length + 1):
            run = sentences[first : first + length]
            source = " ".join(run)
            if not asserted or _vetoed(claim, said, source) or any(_exchanged(said, s, given) for s in run):
                continue
            held = _terms(source)
            share = sum(term in held for term in asserted) / len(asserted)
            if share <= _SHARE:
                continue
            score = float(np.sqrt(share * _nearness(vector, vectors[first : first + length])))
            if score > best.score:
                best = Support(first, first + length - 1, score)
        if best.score >= SUPPORTED:
            break
    return best


def _terms(text: str) -> frozenset[str]:
    return frozenset(token.term for token in tokenize(text))


def _names(claim: str, said: Sequence[Token]) -> frozenset[str]:
    """Names, numbers aside, and words that look like others because their letters are of two scripts."""
    return frozenset(
        [t.term for t in distinctive(claim) if not _has_digit(t)]
        + [
            t.term
            for t in said
            if not is_cjk(t.term)
            and len({unicodedata.name(c, "").split(" ")[0] for c in t.surface if c.isalpha()}) > 1
        ]
    )


def _persons(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(t.surface.lower() for t in tokens) & _PERSONS


def _has_digit(token: Token) -> bool:
    return any(c.isdigit() for c in token.term)


def _vetoed(claim: str, said: Sequence[Token], source: str) -> bool:
    there = list(tokenize(source))
    if any(map(negates, said)) != any(map(negates, there)) or not reserves(source) <= reserves(claim):
        return True
    if _ORDER.search(source) and not _ORDER.search(claim):
        return True
    # A generator that speaks of itself or to the reader repeats nothing that a document says.
    if not _persons(said) <= _persons(there):
        return True
    terms, own, theirs = {t.term for t in there}, figures(claim), figures(source)
    return any(not _borne_out(t, terms, own, theirs) for t in said if _has_digit(t))


def _exchanged(said: Sequence[Token], sentence: str, given: frozenset[str]) -> bool:
    """Whether the claim repeats a sentence with one word, or two, in the place of others."""
    there = list(tokenize(sentence))
    matcher = SequenceMatcher(None, [t.term for t in said], [t.term for t in there], autojunk=False)
    if sum(block.size for block in matcher.get_matching_blocks()) < len(said) / 2:
        return False
    for tag, first, last, other_first, other_last in matcher.get_opcodes():
        if tag == "replace" and last - first == other_last - other_first <= _EXCHANGED:
            for word, other in zip(said[first:last], there[other_first:other_last], strict=True):
                # "Smith" for "he" is no exchange where the title says who is meant.
                if word.term not in given and (_tells(word) or _tells(other)):
                    return True
    return False


def _tells(token: Token) -> bool:
    return not token.is_function_word or token.surface.lower() in _TELLING


def _borne_out(number: Token, terms: set[str], own: Sequence[Figure], theirs: Sequence[Figure]) -> bool:
    """Whether the source has the figure that a number is part of, or the number if it is part of none."""
    figure = next((f for f in own if f.start <= number.start < f.end), None)
    if figure is None or not theirs:
        return number.term in terms
    return any(figure.comparable(other) and figure.agrees(other) for other in theirs) or (
        figure.labels and number.term in terms and not any(map(figure.comparable, theirs))
    )


def _nearness(vector: Vector, vectors: Vector) -> float:
    together = vectors.mean(axis=0)
    length = float(np.linalg.norm(together))
    # Of a script that the model does not know there are no vectors, and the words decide.
    return max(0.0, float(vector @ together) / length) if length and vector.any() else 1.0
