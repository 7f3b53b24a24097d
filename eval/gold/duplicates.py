"""Questions that ask the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from eval.measures.short import normalise
from eval.types import Case
from index.protocols import Embedder
from index.types import Vector

# Of the 5,995 pairs of the seeds' 110 questions, the nearest has 0.856 with the default model.
NEAR = 0.9


@dataclass(frozen=True, slots=True)
class Twin:
    """A case that asks the same, or nearly so.

    Attributes:
        equal: The questions are equal in SQuAD's normal form.
        cosine: Of the questions' embeddings.
    """

    case: Case
    equal: bool
    cosine: float


class Questions:
    """The questions of a gold set, and which of them a new one repeats.

    A question is compared together with the conversation before it.

    Args:
        embedder: What compares meanings.
        cases: The cases that are there.
    """

    def __init__(self, embedder: Embedder, cases: Iterable[Case] = ()) -> None:
        self._embedder = embedder
        self._cases = list(cases)
        self._normal = [normalise(_asked(case)) for case in self._cases]
        self._vectors = self._embed(self._cases)

    def twin(self, case: Case) -> Twin | None:
        """The equal case, or the nearest one if its cosine is at least 0.9."""
        return self._twin(case, self._embed([case])[0], len(self._cases))

    def add(self, case: Case) -> None:
        """Know one more."""
        self._vectors = np.vstack([self._vectors, self._embed([case])])
        self._normal.append(normalise(_asked(case)))
        self._cases.append(case)

    def twins(self) -> list[tuple[Case, Twin]]:
        """Every case that has a twin among those before it."""
        found = [
            (case, self._twin(case, self._vectors[position], position))
            for position, case in enumerate(self._cases)
        ]
        return [(case, twin) for case, twin in found if twin]

    def _twin(self, case: Case, vector: Vector, before: int) -> Twin | None:
        if not before:
            return None
        cosines = self._vectors[:before] @ vector
        normal = normalise(_asked(case))
        equal = normal in self._normal[:before]
        nearest = self._normal.index(normal) if equal else int(np.argmax(cosines))
        cosine = float(cosines[nearest])
        return Twin(self._cases[nearest], equal, cosine) if equal or cosine >= NEAR else None

    def _embed(self, cases: Sequence[Case]) -> Vector:
        if not cases:
            return np.empty((0, self._embedder.dimension), dtype=np.float32)
        return self._embedder.embed_passages([_asked(case) for case in cases])


def _asked(case: Case) -> str:
    return "\n".join([*(turn.content for turn in case.history), case.question])
