"""Every question as data for the page, which draws those that are looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any, Literal

from eval.compare import Comparison
from eval.measures.citations import at_gold
from eval.measures.gold import Place
from eval.runs import Run
from eval.summary import measures_of
from eval.types import Case, Outcome, Quote, Response, Result, Source

Part = tuple[str, list[int]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """An outcome in words that need no explanation."""

    label: str
    meaning: str
    tone: Literal["good", "bad", "plain"]


OUTCOMES: Mapping[Outcome, Meaning] = {
    "right": Meaning("Right", "answered, and rightly", "good"),
    "refused": Meaning("Rightly refused", "the documents do not answer it, and it said so", "good"),
    "wrong": Meaning("Wrong", "answered, but not what is accepted, or from the wrong place", "bad"),
    "missed": Meaning("Missed", "refused, although the documents answer it", "bad"),
    "invented": Meaning("Invented", "answered, although the documents do not answer it", "bad"),
    "failed": Meaning("Failed", "could not be asked or judged; counts as wrong", "bad"),
    "searched": Meaning("Only searched", "not asked: this set judges retrieval alone", "plain"),
}


def page_data(run: Run, comparison: Comparison | None) -> dict[str, Any]:
    """What the page's script reads: all questions, and the names of what they have in common."""
    names = list(dict.fromkeys(name for r in run.results for name in r.scores))
    former = {r.case.id: r for r in comparison.before.results} if comparison else {}
    return {
        "outcomes": {name: [m.label, m.tone] for name, m in OUTCOMES.items()},
        "scores": _labels(run.results, names),
        "questions": [_question(r, names, former.get(r.case.id)) for r in run.results],
    }


def _labels(results: Sequence[Result], names: Sequence[str]) -> list[str]:
    measures = measures_of(results)
    labels = {name: measures[name].label for name in names if name in measures}
    # Of a single question there is no median.
    return [labels.get(name, name.replace("_", " ")).removesuffix(", median") for name in names]


def _question(result: Result, names: Sequence[str], former: Result | None) -> dict[str, Any]:
    """One question; what is empty is left out, since thousands may be on one page."""
    case, response = result.case, result.response
    row: dict[str, Any] = {
        "id": case.id,
        "question": case.question,
        "outcome": result.outcome,
        "answerable": case.answerable,
        "tags": case.tags,
        "history": [(turn.role, turn.content) for turn in case.history],
        "answers": case.answers,
        "reference": case.answer,
        "relevance": dict(case.relevance),
        "gold": [_quoted(quote) for quote in result.gold] or _unresolved(case),
        "why": result.why,
        "failed": bool(result.failure) or None,
        "scores": [_number(result.scores.get(name)) for name in names],
        "f1": _number(result.scores.get("f1")),
        "former": _former(result, former),
    }
    if response:
        row |= {
            "answer": answer_parts(response),
            "short": response.short_answer,
            "confidence": _number(response.confidence),
            "abstention": response.abstention,
            "sources": _sources(result, response),
        }
    return {key: value for key, value in row.items() if value is not None and value not in ("", (), [], {})}


def answer_parts(response: Response) -> list[Part]:
    """The answer cut where citations begin and end: texts with the numbers of their citations.

    Offsets count code points, which the page's script cannot.
    """
    ranges = [(c.start, c.end, n) for n, c in enumerate(response.citations or (), 1)]
    length = len(response.text)
    cuts = sorted({0, length, *(min(max(at, 0), length) for start, end, _ in ranges for at in (start, end))})
    return [
        (response.text[start:end], [n for first, last, n in ranges if first <= start and end <= last])
        for start, end in pairwise(cuts)
    ]


def _sources(result: Result, response: Response) -> list[dict[str, Any]]:
    places = [Place(quote.document_id, quote.start, quote.end) for quote in result.gold]
    # A quote is missing where the text could not be had.
    quotes = {(quote.document_id, quote.start, quote.end): quote for quote in result.cited}
    return [
        {
            "citation": n,
            "title": source.title,
            "quote": _source(source, quotes.get((source.document_id, source.start, source.end))),
            "gold": at_gold(source, places) if places else None,
        }
        for n, citation in enumerate(response.citations or (), 1)
        for source in citation.sources
    ]


def _source(source: Source, quote: Quote | None) -> list[str | int | None]:
    if quote:
        return _quoted(quote)
    return [source.document_id, source.start, source.end, "", source.cited_text, ""]


def _quoted(quote: Quote) -> list[str | int | None]:
    before = f"…{quote.before}" if quote.start > len(quote.before) else quote.before
    after = f"{quote.after}…" if quote.after else ""
    return [quote.document_id, quote.start, quote.end, before, quote.text, after]


def _unresolved(case: Case) -> list[list[str | int | None]]:
    """Gold places as the case names them, where no text was there to look them up in."""
    return [[e.document_id, e.start, e.end, "", e.quote or "", ""] for e in case.evidence]


def _former(result: Result, former: Result | None) -> dict[str, Any] | None:
    """What the baseline had, if the outcome or the answer is another."""
    if former is None or former.case != result.case:
        return None
    answer = former.response.text if former.response else None
    changed = former.outcome != result.outcome
    same = answer is None or result.response is None or answer == result.response.text
    return None if same and not changed else {"outcome": former.outcome, "answer": answer, "changed": changed}


def _number(value: float | None) -> float | None:
    return float(f"{value:.4g}") if value is not None and isfinite(value) else None
