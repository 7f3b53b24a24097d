"""Answers against a reference text: wording in common, and facts found."""

import re
from functools import cache

from rouge_score.rouge_scorer import RougeScorer

from eval.measures.short import normalise

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# A run of capitalised words (with short joining words inside it), not one that only opens
# a sentence: "Bank of England", "Nur-Sultan", "EU".
_NAME = re.compile(
    r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]*"
    r"(?:\s+(?:of|the|de|van|von|and)\s+[A-Z][\w’'-]*|\s+[A-Z][\w’'-]*)*"
)
_MONTHS = "january february march april may june july august september october november december".split()


def rouge_l(given: str, reference: str) -> float:
    """ROUGE-L F1 with stemming: the longest common subsequence of words.

    Source: Lin (2004), "ROUGE: A Package for Automatic Evaluation of Summaries".
    """
    return float(_scorer().score(reference, given)["rougeL"].fmeasure)


def facts(text: str) -> frozenset[str]:
    """The numbers, names and months in a text, in normal form.

    Names are runs of capitalised words that do not open a sentence, so a name that only
    stands there is missed; English rules.
    """
    numbers = {number.replace(",", "").rstrip(".") for number in _NUMBER.findall(text)}
    names = {normalise(name) for name in _NAME.findall(text)}
    words = set(normalise(text).split())
    months = {month for month in _MONTHS if month in words and month != "may"}
    return frozenset((numbers | names | months) - {""})


def facts_found(given: str, reference: str) -> float | None:
    """The share of a reference's facts that occur in an answer; None if it has none."""
    wanted = facts(reference)
    if not wanted:
        return None
    numbers = {number.replace(",", "").rstrip(".") for number in _NUMBER.findall(given)}
    padded = f" {normalise(given)} "
    return sum(fact in numbers or f" {fact} " in padded for fact in wanted) / len(wanted)


@cache
def _scorer() -> RougeScorer:
    return RougeScorer(["rougeL"], use_stemmer=True)
