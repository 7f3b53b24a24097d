"""Gold questions through the pipeline, one record a case; a failed case is a record too."""

import hashlib
import logging
import platform
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from eval.measures.answers import CitationScore, exact_match, is_right, score_citations
from eval.measures.gold import resolve
from eval.types import Case
from index.errors import DocumentDeleted, DocumentNotFound
from service.types import Answer, Ask
from service.wiring import App

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one case.

    Attributes:
        right: Answered rightly from a right source; for an unanswerable case, refused.
        failure: Why there is no answer, when the case could not be run or its gold does
            not resolve. Such a case scores zero in every figure.
    """

    case: Case
    answerable: bool
    confidence: float
    right: bool
    citations: CitationScore
    exact_match: float | None
    answer: Answer | None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a run was of: equal fingerprints give equal figures."""

    gold: str
    gold_sha256: str
    index_version: int
    embedder: str
    chunker: str
    collection: str
    top_k: int
    max_sentences: int
    citewise: str
    machine: str


def run(app: App, cases: Iterable[Case], ask: Ask) -> list[CaseResult]:
    """Ask every case.

    Args:
        app: The opened index.
        cases: The gold questions.
        ask: Everything but the question.
    """
    return [_run_case(app, case, ask) for case in cases]


def fingerprint(app: App, gold: Path, ask: Ask) -> Fingerprint:
    """Record what a run is of."""
    manifest = app.index.manifest
    return Fingerprint(
        gold=gold.name,
        gold_sha256=hashlib.sha256(gold.read_bytes()).hexdigest(),
        index_version=app.index.store.version(),
        embedder=f"{manifest.embedder['name']}@{manifest.embedder['revision']}",
        chunker=str(dict(manifest.chunker)),
        collection=ask.collection,
        top_k=ask.top_k,
        max_sentences=ask.max_sentences,
        citewise=version("citewise"),
        machine=f"{platform.machine()} {platform.system()} Python {platform.python_version()}",
    )


def _run_case(app: App, case: Case, ask: Ask) -> CaseResult:
    nothing = CitationScore(0.0, 0.0, 0.0, hit=False)
    # Worst for every figure: certain where it should refuse, without trust where it should answer.
    worst = 0.0 if case.answerable else 1.0

    def text_of(document_id: str) -> str | None:
        try:
            return app.index.store.text(ask.collection, document_id)
        except (DocumentNotFound, DocumentDeleted):
            return None

    places, problems = resolve(case, text_of)
    try:
        answer = app.pipeline.answer(replace(ask, question=case.question))
    except Exception as error:
        log.debug("case %s failed", case.id, exc_info=error)
        return CaseResult(case, False, worst, False, nothing, None, None, f"{type(error).__name__}: {error}")
    if problems:
        return CaseResult(case, answer.answerable, worst, False, nothing, None, answer, " ".join(problems))
    citations = score_citations(case, answer, places, partial(app.index.store.quote, ask.collection))
    right = is_right(case, answer, citations) if case.answerable else not answer.answerable
    short = (
        exact_match(answer.short_answer, case.answers) if answer.short_answer and case.answerable else None
    )
    return CaseResult(case, answer.answerable, answer.confidence, right, citations, short, answer)
