"""A question into ranked passages: dense and lexical search, and which documents it is about."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from index.index import View
from index.scope import Scope
from index.store.filters import Filters
from index.text.analysis import content_terms, subject, unnamed
from index.types import Hit, Vector

# Deep enough that a passage found well by one search is also ranked by the other.
CANDIDATES = 100
# A passage scores its cosine to the question and to what it asks, half each; plus SENTENCE times that of
# its nearest sentence to what is asked (one sentence that answers is lost in the vector of eight, and does
# not repeat the names); plus LEXICAL times its BM25, in which the terms of what is asked count twice, over
# the sum of the question's inverse document frequencies (a scale that does not depend on what else was
# found); plus SCOPE times the share of the question's subject in its document. docs/retrieval.md has the
# ablation; a score by ranks (Cormack et al. 2009) finds less, since it cannot tell a passage that is best
# by far from one that is best by a hair.
ASKED = 0.5
SENTENCE = 1.0
LEXICAL = 0.4
SCOPE = 1.0
# Documents that hold the most of the question's subject are searched by themselves as well,
# if they are not more than this: in a large collection others may fill all the candidates.
FOCUS = 32


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question as the searches need it.

    Attributes:
        text: As asked.
        vector: Its embedding, shape ``(dimension,)``; zero if the embedder cannot read it, and
            then its terms alone decide.
        asked: The embedding of what it asks, its names and numbers left out, shape ``(dimension,)``.
        terms: Its distinct content terms.
        subject: Those of them that tell which documents it is about.
    """

    text: str
    vector: Vector
    asked: Vector
    terms: Sequence[str]
    subject: Sequence[str]

    @classmethod
    def of(cls, text: str, embed: Callable[[str], Vector]) -> "Question":
        """Analyse a question.

        Args:
            text: As asked.
            embed: Embeds a question, as ``Embedder.embed_query`` does.
        """
        vector, plain = embed(text), unnamed(text)
        asked = vector if plain == text else embed(plain)
        return cls(text, vector, asked, content_terms(text), subject(text))

    @property
    def emphasized(self) -> list[str]:
        """Its terms, those of what is asked twice: once they have told the document, names tell little."""
        asked = [term for term in self.terms if term not in self.subject]
        return [*self.terms, *(asked or self.terms)]


def retrieve(view: View, question: Question, k: int, filters: Filters | None = None) -> list[Hit]:
    """The ``k`` best passages, best first, ties by chunk id.

    Args:
        view: The collection at one version.
        question: The question.
        k: How many passages.
        filters: Only documents whose metadata match, exactly.

    Raises:
        InvalidFilter: A filter that cannot be understood.
    """
    allowed = view.store.matching(view.collection, filters) if filters else None
    depth = max(k, CANDIDATES)
    readable = bool(question.vector.any())
    near = view.vectors.search(question.vector, depth, view.version, allowed) if readable else []
    terms = question.emphasized
    lexical = dict(view.lexical.search(terms, depth, allowed))
    scope = Scope.of(view, question.subject)
    focus = _focus(scope, allowed)
    if focus:
        if readable:
            near = [*near, *view.vectors.search(question.vector, k, view.version, focus)]
        lexical |= view.lexical.search(terms, k, focus)
    found = view.store.chunks(view.collection, list(dict(near) | lexical))
    weight = sum(view.lexical.weights(question.terms).values()) or 1.0
    toward = (1 - ASKED) * question.vector + ASKED * question.asked
    scores, cosines = dict[str, float](), dict[str, float]()
    for chunk_id, embedded in found.items():
        cosines[chunk_id] = float(embedded.vector @ question.vector)
        scores[chunk_id] = (
            float(embedded.vector @ toward)
            + SENTENCE * float((embedded.sentence_vectors @ question.asked).max())
            + LEXICAL * lexical.get(chunk_id, 0.0) / weight
            + SCOPE * scope.share(embedded.chunk.document_id)
        )
    best = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))[:k]
    records = {
        document_id: view.store.document(view.collection, document_id)
        for document_id in {found[chunk_id].chunk.document_id for chunk_id in best}
    }
    return [
        Hit(
            embedded=found[chunk_id],
            document=records[found[chunk_id].chunk.document_id],
            score=scores[chunk_id],
            dense=cosines[chunk_id],
            lexical=lexical.get(chunk_id),
            scope=scope.share(found[chunk_id].chunk.document_id),
        )
        for chunk_id in best
    ]


def _focus(scope: Scope, allowed: Set[str] | None) -> Set[str]:
    nearest = scope.nearest() if allowed is None else scope.nearest() & allowed
    return nearest if len(nearest) <= FOCUS else frozenset()
