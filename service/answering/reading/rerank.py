"""The best passages read with the question, and their sentences ordered anew.

The linear scorer compares; the reader reads. Reading takes some 25 milliseconds a
passage, so only the passages of the sentences that the scorer likes best are read. What
comes out first is read once more by itself.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index.index import View
from index.text.analysis import terms
from index.types import Chunk, Sentence
from service.answering.asked.question import Asked
from service.answering.evidence import Evidence, Features, Logistic, coverage, logit, sigmoid
from service.answering.language.spans import enumerates
from service.answering.reading.reader import Reader

PASSAGES_READ = 4
READING_FEATURES = ("sentence", "sentence_gap", "answer", "answer_gap", "linear", "asked_gap")
_GAPS = tuple(READING_FEATURES.index(name) for name in ("sentence_gap", "answer_gap", "asked_gap"))
# Log-odds that a sentence which enumerates gains where several things are asked for: there
# were few such questions to train on.
LISTING = 0.5
# The log-odds that a value under the label that is asked for is read with at least: a reader that has seen no
# forms makes little of them.
FIELD = 6.0
# Characters of a value that is a short answer as a whole.
MAX_VALUE = 120
# How probably a sentence answers that states all of a question which no reader read, with what
# it stands under: docs/languages.md.
UNREAD = 0.5


def read(reader: Reader, question: str, evidence: Sequence[Evidence]) -> tuple[list[Evidence], Features]:
    """Read the passages of the best sentences.

    Args:
        reader: The reader.
        question: The question.
        evidence: Scored sentences, best first; at least one.

    Returns:
        The sentences of the passages that were read, best first as before, with what the
        reader made of them; and their ``READING_FEATURES``, shape ``(n, 6)``.
    """
    chunks: dict[str, Chunk] = {}
    for e in evidence:
        if len(chunks) < PASSAGES_READ:
            chunks.setdefault(e.hit.chunk.id, e.hit.chunk)
    readings = dict(zip(chunks, reader.read(question, list(chunks.values())), strict=True))
    candidates = []
    rows = []
    for e in evidence:
        reading = readings.get(e.hit.chunk.id)
        if reading is None:
            continue
        i = e.hit.chunk.sentences.index(e.sentence)
        sentence, answer, span = float(reading.sentences[i]), float(reading.answers[i]), reading.spans[i]
        if e.stated:
            sentence, answer = max(sentence, FIELD), max(answer, FIELD)
            span = e.stated if e.stated[1] - e.stated[0] <= MAX_VALUE else span
        candidates.append(replace(e, span=span, answerable=answer))
        rows.append([sentence, sentence, answer, answer, logit(e.support), e.feature("asked_sentence")])
    features = np.array(rows, dtype=np.float64)
    for gap in _GAPS:
        features[:, gap] = features[:, gap].max() - features[:, gap]
    return candidates, features


def rerank(
    asked: Asked, candidates: Sequence[Evidence], features: Features, model: Logistic
) -> list[Evidence]:
    """Order sentences that were read by how probably each answers.

    Args:
        asked: What the question asks for.
        candidates: Sentences, as ``read`` gives them.
        features: Their ``READING_FEATURES``.
        model: Mixes the features into the probability that a sentence answers.
    """
    listing = [asked.wants_list and enumerates(e.text) for e in candidates]
    supports = sigmoid(model.log_odds(features) + LISTING * np.array(listing))
    again = [replace(e, support=float(s)) for e, s in zip(candidates, supports, strict=True)]
    return sorted(again, key=lambda e: (-e.support, e.hit.document.id, e.sentence.start))


def read_closer(reader: Reader, question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Read the best sentence once more, with only the sentences beside it.

    In a passage everything that might answer is weighed against the rest, so that a good answer can read as a
    doubtful one. It is as ``answerable`` as the better of both readings says: docs/adr/0020.

    Args:
        reader: The reader.
        question: The question.
        evidence: Sentences that were read, best first; at least one.
    """
    best, *others = evidence
    chunk = beside(best.hit.chunk, best.sentence)
    if chunk.sentences == best.hit.chunk.sentences:
        return list(evidence)  # that is how it was read
    (reading,) = reader.read(question, [chunk])
    closer = float(reading.answers[chunk.sentences.index(best.sentence)])
    return [replace(best, answerable=max(best.answerable, closer)), *others]


def beside(chunk: Chunk, sentence: Sentence) -> Chunk:
    """The part of a passage that holds a sentence, the one before and the one after it."""
    at = chunk.sentences.index(sentence)
    sentences = chunk.sentences[max(0, at - 1) : at + 2]
    start, end = sentences[0].start, sentences[-1].end
    return replace(chunk, start=start, end=end, text=chunk.quote(start, end), sentences=sentences)


def rerank_by_terms(view: View, asked: Asked, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Order sentences by how much of the question they state, where no reader reads it.

    A name that stands in the title, a heading or the opening sentence need not be said again:
    a sentence has what it stands under.

    Args:
        view: The collection at one version.
        asked: What the question asks for.
        evidence: Scored sentences, best first; that order decides between equals.
    """
    weights = view.lexical.weights(asked.terms)
    again = [replace(e, support=UNREAD * coverage(terms(f"{_above(e)} {e.text}"), weights)) for e in evidence]
    return sorted(again, key=lambda e: -e.support)


def _above(evidence: Evidence) -> str:
    chunk = evidence.hit.chunk
    headings = (
        chunk.quote(s.start, s.end)
        for s in chunk.sentences
        if s.kind == "heading" and s.start < evidence.sentence.start
    )
    return " ".join((evidence.hit.document.title or "", chunk.context, *headings))
