"""Runs to make a page of."""

from dataclasses import replace
from functools import cache
from typing import Any

from eval.compare import compare
from eval.report.html import run_html
from eval.runs import Run
from eval.types import Case, Citation, GoldEvidence, Outcome, Quote, Response, Result, Source
from index.types import Json
from service.types import Turn

HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<!-- <script> ]]> &lt;b&gt; \u2028\u2029",
    "{{ 7 * 7 }} {% raw %}",
    "\"quotes\" 'and' `ticks` \\u003c",
    "שלום \u202eעולם\u202c العربية",
    "🧭 emoji 👩‍👩‍👧 and \u0000 nothing",
)


TEXT = "The comet came in 1910. 🧭 It was bright."


def result_of(n: int, outcome: Outcome = "right", confidence: float = 0.7, **changes: Any) -> Result:
    place = ("tale.txt", 4, 9)
    case = Case(
        f"q{n}",
        f"When did comet {n} come?",
        outcome not in ("refused", "invented"),
        ("1910", "in 1910"),
        "It came in the year 1910.",
        (GoldEvidence("tale.txt", start=4, end=9),),
        ("date", "even" if n % 2 == 0 else "odd"),
        (Turn("user", "Tell me of comets."),),
    )
    source = Source("tale.txt", "r", 4, 9, "comet", "A tale")
    elsewhere = Source("other.txt", "r", 0, 3, "Not", None)
    response = Response(
        TEXT,
        0.2 + n / 100,
        short_answer="1910",
        answerable=outcome not in ("refused", "missed"),
        confidence=confidence,
        abstention="low_support" if outcome in ("refused", "missed") else None,
        citations=(Citation(0, 23, (source,)), Citation(26, 40, (elsewhere,))),
        timings_ms={"retrieve": 10.0 + n},
    )
    scores = {
        "right": float(outcome == "right"),
        "f1": n / 10,
        "citation_precision": 0.5,
        "evidence_recall@1": 0.5,
        "evidence_recall@20": 1.0,
        "answered": 1.0,
        "confidence": confidence,
        "seconds": response.seconds,
        "ms_retrieve": 10.0 + n,
    }
    quotes = (Quote(*place, "The ", "comet", " came"),)
    result = Result(case, outcome, scores, (f"Why {n} is so.",), response, quotes, quotes)
    return replace(result, **changes)


def made(*results: Result, **changes: Any) -> Run:
    fingerprint: dict[str, Json] = {
        "gold": "tales.jsonl",
        "gold_sha256": "d1ge57",
        "target": "in process",
        "index_version": 7,
        "models": {"embedder": "a-model@sha256:abc"},
        "collection": None,
        "citewise": "9.9.9",
        "machine": "a machine",
    }
    run = Run(fingerprint, {}, results, 12.5, "2026-11-22T15:00:00+00:00")
    return replace(run, **changes)


@cache
def alone() -> str:
    return run_html(RUN, None)


@cache
def compared_page() -> str:
    return run_html(RUN, compare(BEFORE, RUN))


RUN = made(
    result_of(1), result_of(2, "wrong", 0.3), result_of(3, "missed", 0.1), result_of(4, "refused", 0.05)
)


BEFORE = made(
    result_of(1, "wrong", 0.4),
    result_of(2, "wrong", 0.3),
    result_of(3, "missed", 0.2),
    result_of(9),
    fingerprint={**RUN.fingerprint, "index_version": 6},
    started="2026-11-21T15:00:00+00:00",
)


def hostile(text: str, outcome: Outcome = "right") -> Run:
    quote = Quote(text, 0, 5, text, text, text)
    case = Case(
        "x", text, True, (text,), text, tags=(text,), history=(Turn("user", text),), relevance={text: 1}
    )
    source = Source(text, "r", 0, 5, text, text)
    response = Response(text, 1, text, True, 0.5, text, (Citation(0, len(text), (source,)),))
    result = Result(case, outcome, {"right": 1, "f1": float("nan")}, (text,), response, (quote,), (quote,))
    return made(result, fingerprint={"gold": text, text: {text: text}}, unmeasured={text: text})
