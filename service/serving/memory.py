"""What a server remembers of the answers that it gave."""

import json
import threading
from dataclasses import dataclass
from typing import TypeAlias

from cachetools import LRUCache

from index.index import Index
from index.types import sha256_hex
from service.types import Answer, Ask

# The store's generation, and its version.
State: TypeAlias = tuple[str, int]

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
    anything changes; with the first question after that all are forgotten.

    Args:
        index: What the answers are of.
        size: Most answers kept; 0 keeps none.
    """

    def __init__(self, index: Index, size: int) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._state: State | None = None
        self._answers: LRUCache[str, Answer] = LRUCache(size)
        self._given: LRUCache[str, Given] = LRUCache(_REMEMBERED)

    def recall(self, ask: Ask) -> tuple[State, Answer | None]:
        """The state of the index now, and the answer to this very question if it was given since."""
        key = _key(ask)
        with self._index.store.snapshot() as version:
            state = (self._index.store.generation(), version)
        with self._lock:
            if self._state and state[0] != self._state[0]:
                # In another history the same versions, and so the same ids, are of other answers.
                self._given.clear()
            if state != self._state:
                self._state = state
                self._answers.clear()
            return state, self._answers.get(key)

    def keep(self, ask: Ask, answer: Answer, state: State) -> None:
        """Keep an answer that was just composed.

        Args:
            ask: The question.
            answer: Its answer.
            state: Of the index, as it was recalled before.
        """
        key = _key(ask)
        places = tuple(
            (s.document_id, s.revision, s.start, s.end) for c in answer.citations for s in c.sources
        )
        with self._lock:
            self._given[answer.id] = Given(answer.standalone_question, ask.collection, places)
            # What was broken off, or stands in for what failed, is not the answer to the question.
            whole = answer.complete and answer.composer == ask.composer
            fits = state == self._state and answer.index_version == state[1]
            if whole and fits and self._answers.maxsize:
                self._answers[key] = answer

    def given(self, answer_id: str) -> Given | None:
        """What is remembered of an answer by its id."""
        with self._lock:
            return self._given.get(answer_id)


def _key(ask: Ask) -> str:
    turns = [(turn.role, turn.content) for turn in ask.history]
    asked = (ask.question, ask.collection, ask.top_k, ask.max_sentences, ask.composer)
    whole = json.dumps([asked, turns, dict(ask.filters)], sort_keys=True)
    # A conversation may be long, and its answer is kept under it.
    return sha256_hex(whole)
