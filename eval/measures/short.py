"""Short answers, as SQuAD measures them."""

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)
_TYPOGRAPHIC = str.maketrans("", "", string.punctuation + "’‘“”–—…•")


def normalise(text: str) -> str:
    """The SQuAD evaluation's normal form: lower case, no punctuation, articles, extra space.

    Source: Rajpurkar et al. (2016), evaluate-v1.1.py.
    """
    bare = "".join(c for c in text.lower() if c not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(given: str, answers: Sequence[str]) -> float:
    """1 if the answer equals an accepted one in normal form."""
    return float(any(normalise(given) == normalise(answer) for answer in answers))


def f1(given: str, answers: Sequence[str]) -> float:
    """The best overlap of tokens with an accepted answer, as F1.

    Source: Rajpurkar et al. (2016), evaluate-v1.1.py; that of SQuAD 2.0 where one of both is
    empty in normal form: 1 if both are, else 0.
    """
    return max((_f1(normalise(given).split(), normalise(a).split()) for a in answers), default=0.0)


def contains_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether an accepted answer occurs in the text as a run of whole words.

    Typographic punctuation is dropped with the ASCII one, since texts set it where people
    type the other.
    """
    padded = f" {_plain(text)} "
    return any(_plain(answer) and f" {_plain(answer)} " in padded for answer in answers)


def _f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    if not given or not wanted:
        return float(given == wanted)
    common = sum((Counter(given) & Counter(wanted)).values())
    if not common:
        return 0.0
    precision, recall = common / len(given), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def _plain(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_TYPOGRAPHIC)).split())
