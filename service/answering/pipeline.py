"""Search and answer: the two calls that everything else in this package is a way to make."""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from types import MappingProxyType

import numpy as np

from index.errors import InvalidQuestion
from index.index import Index, View
from index.protocols import Embedder
from index.retrieve import Question, retrieve
from index.types import Hit, sha256_hex
from service.answering.abstain import CONFIDENCE_FEATURES, abstention, confidence, sure_enough
from service.answering.asked.comparison import compares, of_one
from service.answering.asked.decompose import by_names, leans, parts
from service.answering.asked.question import Asked, understand
from service.answering.composing.cite import check, check_sides, cite, oppose
from service.answering.composing.compose import (
    Statement,
    is_part,
    merge,
    select,
    short_answer,
    without_parts,
)
from service.answering.composing.conflicts import Side, disagreements, with_other_sides
from service.answering.composing.context import in_context
from service.answering.composing.lists import completed
from service.answering.evidence import (
    FEATURES,
    PASSAGES,
    Evidence,
    Logistic,
    load_weights,
    score_evidence,
)
from service.answering.reading.hub_reader import HubReader
from service.answering.reading.reader import SHIPPED, Reader, ShippedReader
from service.answering.reading.rerank import READING_FEATURES, read, read_closer, rerank, rerank_by_terms
from service.conversation.courtesies import reply
from service.conversation.standalone import standalone
from service.types import (
    MAX_QUESTION,
    Abstention,
    Answer,
    Ask,
    Citation,
    Conflict,
    SearchResult,
    Turn,
)

_NO_ANSWER = "No answer to this question was found in the documents."
_NO_ANSWER_TO = "No answer to this part was found in the documents: “{}”."


@dataclass(frozen=True, slots=True)
class Models:
    """The learned parts of answering, and the confidence below which it abstains."""

    sentence: Logistic
    reader: Reader
    reading: Logistic
    confidence: Logistic
    threshold: float

    @classmethod
    def load(cls, reader: str) -> "Models":
        """The models that come with the package, with this reader.

        Raises:
            ModelUnavailable: The reader is not on this machine, or is none.
        """
        weights = load_weights()
        return cls(
            Logistic.from_json(weights["sentence"], FEATURES),
            ShippedReader() if reader == SHIPPED else HubReader(reader),
            Logistic.from_json(weights["reading"], READING_FEATURES),
            Logistic.from_json(weights["confidence"], CONFIDENCE_FEATURES),
            float(weights["confidence"]["threshold"]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One of the things that a question asks, and the passages on it.

    Attributes:
        about: What sets it apart from the others, in words.
    """

    question: Question
    about: str
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True, eq=False)
class _Finding:
    """What was found for a part of the question.

    Attributes:
        disagreeing: Where documents state what answers with different figures.
    """

    part: _Part
    asked: Asked
    evidence: Sequence[Evidence]
    confidence: float
    disagreeing: Sequence[tuple[Side, ...]] = ()


class Pipeline:
    """Questions into passages and answers, over one opened index. Thread-safe."""

    def __init__(self, index: Index, embedder: Embedder, load: Callable[[], Models]) -> None:
        self._index = index
        self._embedder = embedder
        self._load = load
        self._lock = threading.Lock()
        self._loaded: Models | None = None

    @property
    def _models(self) -> Models:
        """The models, loaded when the first question needs them: searching does not."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def warm(self) -> None:
        """Load what the first answer would have to wait for."""
        self._models.reader.warm()
        self._embedder.embed_query("warm")

    def search(self, ask: Ask) -> SearchResult:
        """Retrieve passages.

        Raises:
            InvalidQuestion: Empty or overlong.
            InvalidFilter: A filter that cannot be understood.
            CollectionNotFound: There is no such collection.
        """
        clock = _Clock()
        questions = self._questions(ask.question)

        def work(view: View) -> SearchResult:
            parts_ = self._retrieve(view, questions, ask.top_k, ask)
            hits = _in_turn([part.hits for part in parts_], ask.top_k)
            clock.lap("retrieve")
            return SearchResult(hits, view.version, clock.timings())

        return self._index.read(ask.collection, work)

    def answer(self, ask: Ask) -> Answer:
        """Answer a question, or abstain; every citation has been checked.

        Raises:
            InvalidQuestion: Empty or overlong.
            InvalidFilter: A filter that cannot be understood.
            CollectionNotFound: There is no such collection.
            CitationBroken: A citation does not resolve: a defect, and no answer.
        """
        clock = _Clock()
        if courtesy := reply(ask.question):
            return self._index.read(ask.collection, lambda view: self._replied(view, ask, courtesy, clock))
        questions = self._questions(ask.question)
        clock.lap("retrieve")
        return self._index.read(ask.collection, lambda view: self._answer(view, ask, questions, clock))

    def _replied(self, view: View, ask: Ask, courtesy: str, clock: "_Clock") -> Answer:
        return self._told(view, ask, clock, text=courtesy, abstention=Abstention("no_match", courtesy))

    def _answer(
        self, view: View, ask: Ask, questions: Sequence[tuple[Question, str]], clock: "_Clock"
    ) -> Answer:
        retrieved = self._retrieve(view, questions, max(ask.top_k, PASSAGES), ask)
        clock.lap("retrieve")
        findings = [self._find(view, part) for part in retrieved]
        clock.lap("rerank")
        sure = sure_enough([f.confidence for f in findings], self._models.threshold)
        answered = [f for f, enough in zip(findings, sure, strict=True) if f.evidence and enough]
        statements, refusal = _compose(view, ask, findings, answered), None
        shown = _shown(findings, statements, ask.top_k)
        quote = partial(view.store.quote, view.collection)
        page = partial(view.store.page, view.collection)
        conflicts = check_sides(oppose([sides for f in answered for sides in f.disagreeing]), quote, page)
        if statements:
            text, citations = cite(statements)
            citations = check(citations, quote, page)
            unanswered = [f.part.about for f in findings if f not in answered and not leans(f.part.about)]
            text += "".join(f" {_NO_ANSWER_TO.format(about)}" for about in unanswered)
        else:
            first = findings[0]
            filtered = not first.part.hits and bool(ask.filters)
            refusal = abstention(first.asked, shown, filtered=filtered)
            text, citations = f"{_NO_ANSWER} {refusal.detail}", ()
        shorts = [_short(view, finding, statements) for finding in answered]
        clock.lap("compose")
        return self._told(
            view,
            ask,
            clock,
            text=text,
            short_answer="; ".join(filter(None, shorts)) if shorts and all(shorts) else None,
            abstention=refusal,
            confidence=float(np.mean([f.confidence for f in findings])),
            citations=citations,
            conflicts=conflicts,
            hits=shown,
            rerank=_best_support(findings),
        )

    def _told(
        self,
        view: View,
        ask: Ask,
        clock: "_Clock",
        *,
        text: str,
        abstention: Abstention | None,
        short_answer: str | None = None,
        confidence: float = 0.0,
        citations: tuple[Citation, ...] = (),
        conflicts: tuple[Conflict, ...] = (),
        hits: Sequence[Hit] = (),
        rerank: Mapping[str, float] = MappingProxyType({}),
    ) -> Answer:
        filters = json.dumps(dict(ask.filters), sort_keys=True)
        models = self.describe_models()
        return Answer(
            id=sha256_hex(
                *(ask.question, ask.collection, filters, str(ask.top_k), str(ask.max_sentences)),
                *(str(view.version), *map(str, models.values())),
            )[:24],
            question=ask.question,
            standalone_question=ask.question,
            text=text,
            short_answer=short_answer,
            abstention=abstention,
            confidence=confidence,
            citations=citations,
            conflicts=conflicts,
            hits=hits,
            rerank=rerank,
            index_version=view.version,
            composer="extractive",
            models=models,
            timings_ms=clock.timings(),
        )

    def _retrieve(
        self, view: View, questions: Sequence[tuple[Question, str]], k: int, ask: Ask
    ) -> list[_Part]:
        """The passages on each thing that is asked; a question on several named things is several."""
        found = []
        for question, clause in questions:
            hits = retrieve(view, question, k, ask.filters)
            named = by_names(view, question, hits)
            if not named:
                found.append(_Part(question, clause, hits))
            for text, names in named:
                one = self._question(of_one(text))
                found.append(_Part(one, names, retrieve(view, one, k, ask.filters)))
        return found

    def _find(self, view: View, part: _Part) -> _Finding:
        asked = understand(part.question.text)
        evidence = score_evidence(view, part.question, asked, part.hits, self._models.sentence)
        if not evidence:
            return _Finding(part, asked, [], 0.0)
        readable = self._models.reader.reads(part.question.text)
        # No sentence answers a request for a summary, so there is nothing to read for.
        if readable and asked.kind != "summary":
            candidates, features = read(self._models.reader, part.question.text, evidence)
            ranked = rerank(asked, candidates, features, self._models.reading)
            evidence = read_closer(self._models.reader, part.question.text, ranked)
        elif not readable:
            evidence = rerank_by_terms(view, asked, evidence)
        sure = confidence(asked, evidence, self._models.confidence, read=readable)
        return _Finding(part, asked, evidence, sure, disagreements(asked, evidence))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, as the embedder cuts it."""
        return self._embedder.count_tokens(texts)

    def describe_models(self) -> Mapping[str, str | None]:
        """Name and revision of each model that has a part in an answer."""
        embedder = self._embedder.describe()
        return {
            "embedder": f"{embedder['name']}@{embedder['revision']}",
            "reader": self._models.reader.revision,
        }

    def _questions(self, text: str) -> list[tuple[Question, str]]:
        """What is asked, clause by clause, each as it stands alone; the whole is checked first."""
        if not text.strip():
            raise InvalidQuestion("The question is empty.", "Ask something.")
        if not any(c.isalnum() for c in text):
            raise InvalidQuestion(f"The question {text.strip()[:20]!r} has no word in it.", "Ask something.")
        if len(text) > MAX_QUESTION:
            raise InvalidQuestion(
                f"The question has {len(text):,} characters; at most {MAX_QUESTION:,} are read.",
                "Ask a shorter one.",
            )
        first, *others = parts(text)
        if not others:
            return [(self._question(first), first)]
        clauses = [first]
        for clause in others:
            before = [Turn("user", c) for c in clauses]
            clauses.append(standalone(clause, before) if leans(clause) else clause)
        return [(self._question(of_one(c)), c) for c in clauses]

    def _question(self, text: str) -> Question:
        return Question.of(text, self._embedder.embed_query)


def _compose(
    view: View, ask: Ask, findings: Sequence[_Finding], answered: Sequence[_Finding]
) -> list[Statement]:
    """The statements on every part that is answered, sharing the sentences among them."""
    side_by_side = len(findings) > 1 and compares(ask.question)
    # Much on one thing and nothing on the other is no comparison.
    most = 1 if side_by_side and len(answered) < len(findings) else ask.max_sentences
    chosen = [
        with_other_sides(select(finding.asked, finding.evidence, most), finding.disagreeing)
        for finding in answered
    ]
    merged = merge(chosen, ask.max_sentences, side_by_side=side_by_side)
    asked = understand(ask.question)
    listing = [s.best.hit.document.id for s in merged if s.best.sentence.kind == "item"]
    # Of a list of which much answers, all is told.
    steps = asked.wants_steps or (asked.wants_list and len(listing) > len(set(listing)))
    complete = [
        replace(statement, evidence=tuple(completed(view, e, steps=steps) for e in statement.evidence))
        for statement in merged
    ]
    return in_context(view, asked, without_parts(complete))


def _short(view: View, finding: _Finding, statements: Sequence[Statement]) -> str | None:
    best, *others = finding.evidence
    if finding.asked.wants_list:
        told = (s.best for s in statements if s.best.sentence.kind == "item" and is_part(best, s.best))
        best = next(told, None) or completed(view, best)
    return short_answer(finding.asked, finding.part.question.text, [best, *others])


def _shown(findings: Sequence[_Finding], statements: Sequence[Statement], top_k: int) -> list[Hit]:
    """The ``top_k`` best passages, the cited ones always among them, by score and id."""
    cited = {e.hit.chunk.id: e.hit for statement in statements for e in statement.evidence}
    others = _in_turn([f.part.hits for f in findings], top_k)
    shown = cited | {h.chunk.id: h for h in others[: max(0, top_k - len(cited))]}
    for hit in others:
        if len(shown) < top_k:
            shown.setdefault(hit.chunk.id, hit)
    return sorted(shown.values(), key=lambda h: (-h.score, h.chunk.id))


def _in_turn(rankings: Sequence[Sequence[Hit]], k: int) -> list[Hit]:
    """``k`` passages, from each ranking in turn; by score and id."""
    taken: dict[str, Hit] = {}
    for place in zip_longest(*rankings):
        for hit in place:
            if hit is not None and len(taken) < k:
                taken.setdefault(hit.chunk.id, hit)
    return sorted(taken.values(), key=lambda h: (-h.score, h.chunk.id))


def _best_support(findings: Sequence[_Finding]) -> Mapping[str, float]:
    best: dict[str, float] = {}
    for finding in findings:
        for e in finding.evidence:
            best[e.hit.chunk.id] = max(best.get(e.hit.chunk.id, 0.0), e.support)
    return best


class _Clock:
    """Milliseconds a stage, by wall clock; a stage that comes again adds up."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._laps[stage] = self._laps.get(stage, 0.0) + (now - self._last) * 1000
        self._last = now

    def timings(self) -> Mapping[str, float]:
        total = (time.perf_counter() - self._start) * 1000
        return {**self._laps, "total": total}
