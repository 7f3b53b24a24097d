"""Text into the terms by which it is searched.

One analyser serves documents and questions, so that both meet in the same terms:
case and diacritics folded, possessives cut, English words stemmed (Snowball), ordinals
and number words written as digits, runs of CJK characters as overlapping bigrams.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(
    rf"(?P<cjk>[{_CJK}]+)"
    r"|(?P<number>\d+(?:[.,]\d+)+)"
    rf"|(?P<word>[^\W{_CJK}_]+(?:['’ʼ][^\W{_CJK}_]+)*)"
)
_POSSESSIVE = re.compile(r"['’ʼ]s$")
_APOSTROPHE = re.compile(r"['’ʼ]")
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")

_UNITS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty
    """.split()
_ORDINALS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
    """.split()
_SUFFIX = {1: "st", 2: "nd", 3: "rd"}
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_UNITS)} | {
    word: f"{value}{_SUFFIX.get(value, 'th')}" for value, word in enumerate(_ORDINALS, start=1)
}

# The closed word classes of English: they bind a sentence and say nothing of its subject.
FUNCTION_WORDS = frozenset(
    """
    a about above after again against all also although am among an and another any are as at
    be because been before being below between both but by can cannot could did do does doing
    done down during each either else ever every few for from further get had has have having he
    her here hers herself him himself his how however i if in into is it its itself just let may
    me might mine more most much must my myself neither no nor not of off on once only onto or
    other ought our ours ourselves out over own per please quite rather same shall she should
    since so some such than that the their theirs them themselves then there therefore these they
    this those though through thus to too toward towards under until up upon very via was we were
    what whatever when whenever where whereas whether which whichever while who whoever whom whose
    why will with within without would yes yet you your yours yourself yourselves tell say said
    """.split()
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands in the text, and the term that it is searched by."""

    term: str
    surface: str
    start: int
    end: int

    @property
    def is_function_word(self) -> bool:
        """Whether the word belongs to a closed class (articles, pronouns, question words …)."""
        return self.surface.lower() in FUNCTION_WORDS


class _PerThread(threading.local):
    """PyStemmer allows one thread at a time to use a stemmer."""

    def __init__(self) -> None:
        self.stem = Stemmer.Stemmer("english").stemWord


_per_thread = _PerThread()


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of ``text`` with ranges over it, in order."""
    for match in _WORD.finditer(text):
        surface = match.group()
        if match.lastgroup == "cjk":
            width = min(2, len(surface))
            for i in range(len(surface) - width + 1):
                at = match.start() + i
                yield Token(surface[i : i + width], surface[i : i + width], at, at + width)
        elif match.lastgroup == "number":
            yield Token(_THOUSANDS.sub("", surface), surface, match.start(), match.end())
        else:
            term = _term(surface)
            if term:
                yield Token(term, surface, match.start(), match.end())


def terms(text: str) -> list[str]:
    """The terms of ``text`` in order, repeats and function words included."""
    return [token.term for token in tokenize(text)]


def content_terms(text: str) -> list[str]:
    """The distinct terms that carry the subject; all terms when there are no such."""
    tokens = list(tokenize(text))
    content = [t.term for t in tokens if not t.is_function_word]
    return list(dict.fromkeys(content or [t.term for t in tokens]))


def distinctive(text: str) -> list[Token]:
    """The words that single out one thing: numbers, ordinals, and names that do not open the text."""
    tokens = list(tokenize(text))
    return [
        t
        for i, t in enumerate(tokens)
        if not t.is_function_word and (any(c.isdigit() for c in t.term) or (i > 0 and t.surface[0].isupper()))
    ]


@lru_cache(maxsize=100_000)
def _term(word: str) -> str:
    folded = _fold(_POSSESSIVE.sub("", word))
    return _NUMBER_WORDS.get(folded) or str(_per_thread.stem(folded))


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", word).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
