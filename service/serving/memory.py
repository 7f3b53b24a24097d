"""What a server remembers of the answers that it gave."""

import json
import threading
from dataclasses import dataclass

from cachetools import LRUCache

from index.index import Index
from service.types import Answer, Ask

# Questions of answers are small and are wanted for feedback, which may come much later.
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given.

    Attributes:
        question: As it was understood, so that it stands alone.
        cited: Document id, revision, start and end of each place that it cited.
    """

    question: str
    collection: str
    cited: tuple[tuple[str, str, int, int], ...]


class Memory:
    """Answers by what was asked, for as long as the index stays as it was. Thread-safe.

    One index version and one configuration give one answer, so an answer may be given again until
    anything changes; then all are forgotten, so that no deleted text is kept.

    Args:
        index: What the answers are of.
        size: Most answers kept; 0 keeps none.
    """

    def __init__(self, index: Index, size: int) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._state: tuple[str, int] | None = None
        self._answers: LRUCache[str, Answer] = LRUCache(size)
        self._given: LRUCache[str, Given] = LRUCache(_REMEMBERED)

    def recall(self, ask: Ask) -> Answer | None:
        """The answer to this very question at the present version, if it was given."""
        with self._index.store.snapshot() as version:
            state = (self._index.store.generation(), version)
        with self._lock:
            if state != self._state:
                self._state = state
                self._answers.clear()
            return self._answers.get(_key(ask))

    def keep(self, ask: Ask, answer: Answer) -> None:
        """Keep an answer that was just composed."""
        places = tuple(
            (s.document_id, s.revision, s.start, s.end) for c in answer.citations for s in c.sources
        )
        with self._lock:
            self._given[answer.id] = Given(answer.standalone_question, ask.collection, places)
            # What stands in for an answer that failed is not the answer to the question.
            fits = self._state is not None and self._state[1] == answer.index_version
            if fits and answer.composer == ask.composer and self._answers.maxsize:
                self._answers[_key(ask)] = answer

    def given(self, answer_id: str) -> Given | None:
        """What is remembered of an answer by its id."""
        with self._lock:
            return self._given.get(answer_id)


def _key(ask: Ask) -> str:
    turns = [(turn.role, turn.content) for turn in ask.history]
    asked = (ask.question, ask.collection, ask.top_k, ask.max_sentences, ask.composer)
    return json.dumps([asked, turns, dict(ask.filters)], sort_keys=True)
