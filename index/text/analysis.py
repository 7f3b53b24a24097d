"""Text into the terms by which it is searched.

One analyser serves documents and questions, so that both meet in the same terms:
case, width and diacritics folded, possessives cut, English words stemmed (Snowball), ordinals
and number words written as digits, runs of CJK characters as overlapping bigrams.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from index.text import cjk

_LETTER = rf"[^\W{cjk.CHARACTERS}_]"
# What stands within a word without being a letter: hyphens that only allow a break, marks that
# join or part letters, and combining marks. Those of Thai, Lao, Burmese and Khmer are left out:
# no space ends a word there, and it is searched by the pieces between them. So are those beyond the
# basic plane, of scripts hardly anybody writes in, which would make the expression half as fast.
_INVISIBLE = "\u00ad\u034f\u200c\u200d\ufe00-\ufe0f"
_CLAUSES = (range(0x0E00, 0x0F00), range(0x1000, 0x10A0), range(0x1780, 0x1800))
_MARKS = "".join(
    chr(code)
    for code in range(0x10000)
    if unicodedata.category(chr(code)) in {"Mn", "Mc"} and not any(code in block for block in _CLAUSES)
)
_LETTERS = rf"{_LETTER}+(?:[{_MARKS}{_INVISIBLE}]+{_LETTER}*)*"
_WORD = re.compile(
    rf"(?P<year>{cjk.YEAR})"
    rf"|(?P<cjk>(?:(?!{cjk.YEAR})[{cjk.CHARACTERS}])+)"
    r"|(?P<number>\d+(?:[.,．，]\d+)+)"
    rf"|(?P<word>{_LETTERS}(?:['’ʼ]{_LETTERS})*)"
)
_POSSESSIVE = re.compile(r"['’ʼ]s$")
_UNWRITTEN = re.compile(rf"['’ʼ{_INVISIBLE}]")
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")

# Letters from which on a word in "-sis" is taken for a Greek one, whose plural ends in "-ses": "thesis" would
# become "these".
_GREEK = 7

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
    """A word as it stands in the text, and the term that it is searched by.

    Attributes:
        is_function_word: It belongs to a closed class (articles, pronouns, question words …),
            or is a pair of CJK characters that touches such a word.
    """

    term: str
    surface: str
    start: int
    end: int
    is_function_word: bool


class _PerThread(threading.local):
    """PyStemmer allows one thread at a time to use a stemmer."""

    def __init__(self) -> None:
        self.stem = Stemmer.Stemmer("english").stemWord


_per_thread = _PerThread()


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of ``text`` with ranges over it, in order."""
    for match in _WORD.finditer(text):
        surface, first = match.group(), match.start()
        if match.lastgroup == "cjk":
            for start, end, function in cjk.pairs(surface):
                pair = surface[start:end]
                yield Token(pair, pair, first + start, first + end, function)
        elif match.lastgroup == "year":
            yield Token(cjk.year(surface), surface, first, match.end(), False)
        elif match.lastgroup == "number":
            number = _THOUSANDS.sub("", unicodedata.normalize("NFKC", surface))
            yield Token(number, surface, first, match.end(), False)
        else:
            term = _term(surface)
            if term:
                yield Token(term, surface, first, match.end(), surface.lower() in FUNCTION_WORDS)


def terms(text: str) -> list[str]:
    """The terms by which ``text`` is found: in order, repeats and function words included.

    The single characters of CJK pairs follow at the end, for a question that asks for one alone.
    """
    return [token.term for token in tokenize(text)] + cjk.singles(text)


def content_terms(text: str) -> list[str]:
    """The distinct terms that carry the subject; all terms when there are no such."""
    tokens = list(tokenize(text))
    content = [t.term for t in tokens if not t.is_function_word]
    return list(dict.fromkeys(content or [t.term for t in tokens]))


def distinctive(text: str) -> list[Token]:
    """The words that single out one thing.

    Numbers, ordinals, words of another script, and names that do not open the text. Where no
    capitals tell names, because the text is Chinese, Japanese or Korean: what stands in marks
    of titles and quotations.
    """
    tokens = list(tokenize(text))
    if cjk.prevails(text):
        quoted = cjk.quoted(text)
        return [
            t
            for t in tokens
            if not t.is_function_word
            and (not cjk.is_cjk(t.term) or any(start <= t.start and t.end <= end for start, end in quoted))
        ]
    return [
        t
        for i, t in enumerate(tokens)
        if not t.is_function_word
        and (any(c.isdigit() for c in t.term) or (i > 0 and t.surface[0].isupper()) or cjk.is_cjk(t.term))
    ]


def unnamed(text: str) -> str:
    """The text without its distinctive words; as it is if nothing else carries its subject.

    "What was the net profit of Orrin Mills in 2019?" asks for a net profit: a document of one firm
    says whose once, and what it was in a sentence that need not name it.
    """
    named = distinctive(text)
    rest, at = "", 0
    for token in named:
        rest += text[at : token.start]
        at = token.end
    rest += text[at:]
    says_something = any(not token.is_function_word for token in tokenize(rest))
    return " ".join(rest.split()) if named and says_something and not cjk.prevails(text) else text


def spelled(tokens: Iterable[Token]) -> list[str]:
    """Tokens as they are read: CJK pairs that overlap are one word, names that follow each other one name."""
    words: list[str] = []
    end = -2
    for token in tokens:
        if token.start < end:
            words[-1] += token.surface[end - token.start :]
        elif token.start == end + 1 and token.surface[0].isupper():
            words[-1] += f" {token.surface}"
        else:
            words.append(token.surface)
        end = token.end
    return words


def subject(text: str) -> list[str]:
    """The distinct terms by which to tell the documents that a question is about.

    Names and numbers; in a text without capitals any term may be part of a name, and how
    rare it is says how telling.
    """
    if cjk.prevails(text):
        return content_terms(text)
    return list(dict.fromkeys(t.term for t in distinctive(text)))


@lru_cache(maxsize=100_000)
def _term(word: str) -> str:
    folded = _fold(_POSSESSIVE.sub("", word))
    if folded.endswith("sis") and len(folded) >= _GREEK:
        folded = f"{folded[:-2]}es"
    return _NUMBER_WORDS.get(folded) or str(_per_thread.stem(folded))


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", _UNWRITTEN.sub("", word).casefold())
    return "".join(c for c in decomposed if not _is_diacritic(c))


def _is_diacritic(character: str) -> bool:
    """Whether a word stays the same without it: accents, and the points of Hebrew and Arabic.

    A vowel sign or virama of an Indic script is as much as a letter; its combining class tells it.
    """
    combining = unicodedata.combining(character)
    return combining == 1 or 10 <= combining <= 36 or combining >= 200
