"""Retrieval as shipped, and with one choice made otherwise.

The product has no switches for what an ablation takes away, and is not to get any: what a
variant names is put in the place of the product's own while it searches.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from unittest.mock import patch

from index.chunk import ChunkerConfig
from index.index import View
from index.retrieve import CANDIDATES, Question
from index.store.filters import Filters
from index.types import Hit

RANK = 60


@dataclass(frozen=True, slots=True)
class Variant:
    """Retrieval with something made otherwise.

    Attributes:
        name: As the table has it.
        instead: What is put in the place of what, by its dotted name.
        index: The name of its index; variants that cut passages alike share one.
        chunk_tokens: Most tokens of a passage.
    """

    name: str
    instead: Mapping[str, object] = field(default_factory=dict)
    index: str = "shipped"
    chunk_tokens: int = ChunkerConfig().max_tokens

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Search, and cut passages, in this way inside the block."""
        with ExitStack() as stack:
            for name, value in self.instead.items():
                stack.enter_context(patch(name, value))
            yield


def by_ranks(view: View, question: Question, k: int, filters: Filters | None = None) -> list[Hit]:
    """Reciprocal rank fusion of both searches.

    Source: Cormack, Clarke and Büttcher (2009), "Reciprocal Rank Fusion Outperforms Condorcet
    and Individual Rank Learning Methods", with their k = 60.
    """
    allowed = view.store.matching(view.collection, filters) if filters else None
    dense = dict(view.vectors.search(question.vector, CANDIDATES, view.version, allowed))
    lexical = dict(view.lexical.search(question.terms, CANDIDATES, allowed))
    scores: dict[str, float] = defaultdict(float)
    for ranking in (dense, lexical):
        for place, chunk_id in enumerate(ranking, start=1):
            scores[chunk_id] += 1 / (RANK + place)
    best = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))[:k]
    found = view.store.chunks(view.collection, best)
    return [
        Hit(
            embedded=found[chunk_id],
            document=view.store.document(view.collection, found[chunk_id].chunk.document_id),
            score=scores[chunk_id],
            dense=float(found[chunk_id].vector @ question.vector),
            lexical=lexical.get(chunk_id),
        )
        for chunk_id in best
    ]


def _named(text: str) -> str:
    return text


def _whole(_view: View, _question: Question, _hits: Sequence[Hit]) -> list[tuple[str, str]]:
    return []


_ASKED, _SENTENCE, _LEXICAL, _SCOPE, _FOCUS = (
    f"index.retrieve.{name}" for name in ("ASKED", "SENTENCE", "LEXICAL", "SCOPE", "FOCUS")
)
_UNNAMED, _EMPHASIZED = "index.retrieve.unnamed", "index.retrieve.Question.emphasized"
_BY_NAMES, _RETRIEVE = (f"service.answering.pipeline.{name}" for name in ("by_names", "retrieve"))
_CONTEXT = "index.projections.lexical._CONTEXT_WEIGHT"
_CHUNKER = "service.wiring.ChunkerConfig"
_UNSPLIT: Mapping[str, object] = {_BY_NAMES: _whole}
# Every term counts once, and the question is compared as it stands.
_ALIKE: Mapping[str, object] = {_EMPHASIZED: property(lambda question: question.terms), _ASKED: 0.0}
_PLAIN: Mapping[str, object] = {**_ALIKE, **_UNSPLIT, _SENTENCE: 0.0, _SCOPE: 0.0, _FOCUS: 0}

SHIPPED = Variant("as shipped")
# From the plainest to what ships …
_BUILT_UP = (
    Variant("dense only", {**_PLAIN, _LEXICAL: 0.0}),
    # So much that the cosine only decides between equals.
    Variant("lexical only", {**_PLAIN, _LEXICAL: 1e6}),
    Variant(f"both by ranks, k = {RANK}", {**_UNSPLIT, _RETRIEVE: by_ranks}),
    *(Variant(f"both by scores, LEXICAL {w}", {**_PLAIN, _LEXICAL: w}) for w in (0.3, 0.6, 0.9)),
    *(
        Variant(f"LEXICAL 0.6, SCOPE {w}", {**_ALIKE, **_UNSPLIT, _SENTENCE: 0.0, _LEXICAL: 0.6, _SCOPE: w})
        for w in (0.5, 1.0)
    ),
    Variant("all, but names and what is asked alike", {**_ALIKE, _LEXICAL: 0.6}),
)
# … and what ships, with one thing otherwise.
_TAKEN_AWAY = (
    *(Variant(f"shipped, but ASKED {w}", {_ASKED: w}) for w in (0.0, 1.0)),
    *(Variant(f"shipped, but LEXICAL {w}", {_LEXICAL: w}) for w in (0.2, 0.6)),
    *(Variant(f"shipped, but SCOPE {w}", {_SCOPE: w}) for w in (0.0, 0.5, 1.5)),
    *(Variant(f"shipped, but SENTENCE {w}", {_SENTENCE: w}) for w in (0.0, 0.5, 1.5)),
    Variant("shipped, but all vectors compared with the whole question", {_UNNAMED: _named}),
    Variant("shipped, but no search in the named documents alone", {_FOCUS: 0}),
    Variant("shipped, but questions not split by names", _UNSPLIT),
    *(Variant(f"shipped, but context weight {w} in BM25", {_CONTEXT: w}) for w in (0.0, 1.0)),
    *(
        Variant(f"shipped, but passages of {n} tokens", index=f"{n}-tokens", chunk_tokens=n)
        for n in (110, 160)
    ),
    Variant("shipped, but no lead", {_CHUNKER: partial(ChunkerConfig, lead_tokens=0)}, "no-lead"),
    Variant(
        "shipped, but no title, headings or lead",
        {_CHUNKER: partial(ChunkerConfig, context_tokens=0, lead_tokens=0)},
        "no-context",
    ),
)
VARIANTS = (SHIPPED, *_BUILT_UP, *_TAKEN_AWAY)
