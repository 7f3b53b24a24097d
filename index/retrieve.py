"""A question into ranked passages: dense and lexical search, fused by rank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.index import View
from index.store.filters import Filters
from index.text.analysis import content_terms
from index.types import Hit, Vector

# Cormack, Clarke and Büttcher (2009), "Reciprocal rank fusion outperforms Condorcet and
# individual rank learning methods": k = 60 there, and not sensitive.
RRF_K = 60
# Deep enough that a passage found well by one search is also ranked by the other.
CANDIDATES = 50


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question as the searches need it.

    Attributes:
        text: As asked.
        vector: Its embedding, shape ``(dimension,)``.
        terms: Its distinct content terms.
    """

    text: str
    vector: Vector
    terms: Sequence[str]

    @classmethod
    def of(cls, text: str, vector: Vector) -> "Question":
        """Analyse a question."""
        return cls(text, vector, content_terms(text))


def retrieve(view: View, question: Question, k: int, filters: Filters | None = None) -> list[Hit]:
    """The ``k`` best passages by reciprocal rank fusion, best first, ties by chunk id.

    Args:
        view: The collection at one version.
        question: The question.
        k: How many passages.
        filters: Only documents whose metadata match, exactly.

    Raises:
        InvalidFilter: A filter that cannot be understood.
    """
    documents = view.store.matching(view.collection, filters) if filters else None
    depth = max(k, CANDIDATES)
    dense = dict(view.vectors.search(question.vector, depth, view.version, documents))
    lexical = dict(view.lexical.search(question.terms, depth, documents))
    fused = fuse([list(dense), list(lexical)])
    best = sorted(fused, key=lambda chunk_id: (-fused[chunk_id], chunk_id))[:k]
    found = view.store.chunks(view.collection, best)
    records = {
        document_id: view.store.document(view.collection, document_id)
        for document_id in {e.chunk.document_id for e in found.values()}
    }
    return [
        Hit(
            embedded=found[chunk_id],
            document=records[found[chunk_id].chunk.document_id],
            score=fused[chunk_id],
            dense=dense.get(chunk_id, float(found[chunk_id].vector @ question.vector)),
            lexical=lexical.get(chunk_id),
        )
        for chunk_id in best
    ]


def fuse(rankings: Sequence[Sequence[str]]) -> Mapping[str, float]:
    """Reciprocal rank fusion: the sum over rankings of ``1 / (60 + rank)``."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (RRF_K + rank)
    return scores
