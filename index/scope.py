"""Which documents a question is about: those in which its names and numbers occur.

Where names cannot be told from other words, all its terms count, the rare ones most.

What a question asks is said in many documents; whom, where and when it asks about mostly
only in one, and there not in every passage. So a passage is also judged by its document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from index.index import View

# What occurs in more passages than this singles out nothing, and to look it up takes time.
COMMON = 5000


@dataclass(frozen=True, slots=True)
class Scope:
    """The names and numbers of a question in a collection, or what stands for them.

    Attributes:
        weights: Inverse document frequency of each term, in the question's order.
        holders: The documents that hold each term.
    """

    weights: Mapping[str, float]
    holders: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, view: View, names: Iterable[str]) -> "Scope":
        """Look up the terms that single something out."""
        counts = view.lexical.counts(names)
        telling = [term for term, passages in counts.items() if passages <= COMMON]
        return cls(
            view.lexical.weights(telling), {term: view.lexical.documents_with(term) for term in telling}
        )

    def share(self, document_id: str) -> float:
        """The share of the names' weight that occurs in a document, in [0, 1]; 1 if there are none."""
        total = sum(self.weights.values())
        if not total:
            return 1.0
        return sum(w for term, w in self.weights.items() if document_id in self.holders[term]) / total

    def nearest(self) -> frozenset[str]:
        """The documents that hold the most of the names; none if no document holds any."""
        shares = {d: self.share(d) for d in sorted(set().union(*self.holders.values()))}
        most = max(shares.values(), default=0.0)
        return frozenset(d for d, share in shares.items() if share == most)
