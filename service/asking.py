"""One question on its whole way: what it means, what answers it, who words that.

Everything that asks (command line, HTTP, MCP, the harness) asks here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag
from typing import Protocol, TypeAlias

from index.errors import InvalidInput
from index.types import sha256_hex
from service.answering.asked.decompose import leans
from service.answering.pipeline import Pipeline
from service.conversation.courtesies import reply
from service.types import Answer, Ask, Delta, Event, Passages, SearchResult, Turn

# A question with its history, worded so that it stands alone; told once nobody waits for it any more.
Rewrite: TypeAlias = Callable[[str, Sequence[Turn], Flag], str]


class Composer(Protocol):
    """Words an answer anew from the passages of one that was found. Thread-safe."""

    def compose(
        self, ask: Ask, found: Answer, cancelled: Flag, again: Callable[[], Answer]
    ) -> Iterator[Event]:
        """Tell the text and its citations in turn, then the whole answer.

        Args:
            ask: The question; ``found.standalone_question`` is what it means.
            found: The extractive answer, which stands if nothing better can be said.
            cancelled: Set once nobody waits for the answer any more.
            again: Finds the extractive answer anew, should a passage be deleted meanwhile.
        """
        ...


class Asker:
    """Answers questions, also those that lean on a conversation. Thread-safe.

    Args:
        pipeline: Finds passages and composes the extractive answer.
        rewrite: Words a follow-up so that it stands alone.
        composer: Words generative answers; None if none is configured.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        rewrite: Rewrite,
        composer: Composer | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._rewrite = rewrite
        self._composer = composer

    def search(self, ask: Ask) -> SearchResult:
        """Retrieve passages; raises what ``Pipeline.search`` raises."""
        return self._pipeline.search(ask)

    def answer(self, ask: Ask) -> Answer:
        """Answer a question, or abstain; raises what ``events`` raises."""
        (answer,) = (event for event in self.events(ask) if isinstance(event, Answer))
        return answer

    def events(self, ask: Ask, cancelled: Flag | None = None) -> Iterator[Event]:
        """Answer a question and tell of it while it is made; the last event is the answer.

        The texts of all deltas together are the answer's text.

        Args:
            ask: The question.
            cancelled: Set once nobody waits for the answer any more.

        Raises:
            InvalidInput: A generative answer is wanted and no generator is configured.
            CitewiseError: What ``Pipeline.answer`` raises.
        """
        if ask.composer == "generative" and self._composer is None:
            raise InvalidInput(
                "No generator is configured, so no generative answer can be given.",
                'Set generator, as docs/generators.md says, or ask with "composer": "extractive".',
            )
        cancelled = cancelled or Flag()
        follows = bool(ask.history) and reply(ask.question) is None
        meant = self._rewrite(ask.question, ask.history, cancelled) if follows else ask.question
        found = self._pipeline.answer(replace(ask, question=meant))
        if not found.answerable and _is_only_longer(meant, ask.question) and not leans(ask.question):
            # What it was given to be about may be none of its business.
            alone = self._pipeline.answer(ask)
            if alone.answerable:
                found, meant = alone, ask.question
        turns = [text for turn in ask.history for text in (turn.role, turn.content)]

        def own(found: Answer) -> Answer:
            return replace(
                found,
                id=sha256_hex(found.id, ask.question, ask.composer, *turns)[:24],
                question=ask.question,
                standalone_question=meant,
            )

        def again() -> Answer:
            return own(self._pipeline.answer(replace(ask, question=meant)))

        answer = own(found)
        yield Passages(answer.hits, answer.rerank)
        if self._composer is None or ask.composer == "extractive" or not answer.answerable:
            yield from tell(answer)
        else:
            yield from self._composer.compose(ask, answer, cancelled, again)


def _is_only_longer(meant: str, question: str) -> bool:
    return meant != question and meant.startswith(question.rstrip(" ?.!…？。"))


def tell(answer: Answer) -> Iterator[Event]:
    """A finished answer as events: each cited sentence with its mark, then its citation."""
    told = 0
    for citation in answer.citations:
        marked = citation.end + len(f" [{citation.id}]")
        yield Delta(answer.text[told:marked])
        yield citation
        told = marked
    if told < len(answer.text):
        yield Delta(answer.text[told:])
    yield answer
