"""Search and answer: the two calls that everything else in this package is a way to make."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from index.errors import InvalidQuestion
from index.index import Index, View
from index.protocols import Embedder
from index.retrieve import Question, retrieve
from index.types import sha256_hex
from service.answering.abstain import CONFIDENCE_FEATURES, Abstention, abstention, confidence_features
from service.answering.cite import check, cite
from service.answering.compose import Selection, select, short_answer
from service.answering.evidence import FEATURES, Logistic, load_weights, score_evidence
from service.answering.question import understand
from service.types import Answer, Ask, Citation, SearchResult

MAX_QUESTION = 4000
_NO_ANSWER = "The documents do not answer this question."


@dataclass(frozen=True, slots=True)
class Models:
    """The learned parts of answering and the threshold below which it abstains."""

    sentence: Logistic
    confidence: Logistic
    threshold: float
    selection: Selection = field(default_factory=Selection)

    @classmethod
    def shipped(cls) -> "Models":
        """The models that come with the package."""
        weights = load_weights()
        return cls(
            Logistic.from_json(weights["sentence"], FEATURES),
            Logistic.from_json(weights["confidence"], CONFIDENCE_FEATURES),
            float(str(weights["confidence"]["threshold"])),
        )


class Pipeline:
    """Questions into passages and answers, over one opened index. Thread-safe."""

    composer = "extractive"

    def __init__(self, index: Index, embedder: Embedder, models: Models) -> None:
        self._index = index
        self._embedder = embedder
        self._models = models
        described = embedder.describe()
        self._described: Mapping[str, str | None] = {
            "embedder": f"{described['name']}@{described['revision']}",
            "reader": None,
        }

    def search(self, ask: Ask) -> SearchResult:
        """Retrieve passages.

        Raises:
            InvalidQuestion: Empty or overlong.
            InvalidFilter: A filter that cannot be understood.
            CollectionNotFound: No document was ever put into the collection.
        """
        clock = _Clock()
        question = self._question(ask)

        def work(view: View) -> SearchResult:
            hits = retrieve(view, question, ask.top_k, ask.filters)
            clock.lap("retrieve")
            return SearchResult(hits, view.version, clock.timings())

        return self._index.read(ask.collection, work)

    def answer(self, ask: Ask) -> Answer:
        """Answer a question, or abstain; every citation has been checked.

        Raises:
            InvalidQuestion: Empty or overlong.
            InvalidFilter: A filter that cannot be understood.
            CollectionNotFound: No document was ever put into the collection.
            CitationBroken: A citation does not resolve: a defect, and no answer.
        """
        clock = _Clock()
        question = self._question(ask)
        return self._index.read(ask.collection, lambda view: self._answer(view, ask, question, clock))

    def _answer(self, view: View, ask: Ask, question: Question, clock: "_Clock") -> Answer:
        hits = retrieve(view, question, ask.top_k, ask.filters)
        clock.lap("retrieve")
        asked = understand(ask.question)
        evidence = score_evidence(view, question, asked, hits, self._models.sentence)
        confidence = 0.0
        if evidence:
            features = confidence_features(view, asked, evidence)
            confidence = float(self._models.confidence.probability(features[np.newaxis])[0])
        clock.lap("rerank")
        refusal: Abstention | None = None
        citations: tuple[Citation, ...] = ()
        short: str | None = None
        if confidence < self._models.threshold or not evidence:
            refusal = abstention(view, asked, evidence, filtered=not hits and bool(ask.filters))
            text = f"{_NO_ANSWER} {refusal.detail}"
        else:
            statements = select(asked, evidence, ask.max_sentences, self._models.selection)
            text, citations = cite(statements)
            citations = check(citations, lambda i, revision: view.store.text(view.collection, i, revision))
            short = short_answer(asked, ask.question, statements[0].best)
        clock.lap("compose")
        rerank: dict[str, float] = {}
        for e in evidence:
            rerank.setdefault(e.hit.chunk.id, e.support)
        identity = (
            ask.question,
            ask.collection,
            str(dict(ask.filters)),
            str(ask.top_k),
            str(ask.max_sentences),
        )
        return Answer(
            id=sha256_hex(*identity, str(view.version), str(self._described["embedder"]))[:24],
            question=ask.question,
            text=text,
            short_answer=short,
            abstention=refusal,
            confidence=confidence,
            citations=citations,
            hits=hits,
            rerank=rerank,
            index_version=view.version,
            models=self._described,
            timings_ms=clock.timings(),
        )

    def _question(self, ask: Ask) -> Question:
        if not ask.question.strip():
            raise InvalidQuestion("The question is empty.", "Ask something.")
        if len(ask.question) > MAX_QUESTION:
            raise InvalidQuestion(
                f"The question has {len(ask.question):,} characters; at most {MAX_QUESTION:,} are read.",
                "Ask a shorter one.",
            )
        return Question.of(ask.question, self._embedder.embed_query(ask.question))


class _Clock:
    """Milliseconds a stage, by wall clock."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._laps[stage] = (now - self._last) * 1000
        self._last = now

    def timings(self) -> Mapping[str, float]:
        total = (time.perf_counter() - self._start) * 1000
        return {**self._laps, "total": total}
