"""Where a server's questions come in: answered from memory, or by the models in their turn."""

import threading
from collections.abc import Callable
from functools import partial

from anyio import CapacityLimiter, from_thread
from anyio.to_thread import run_sync

from service.asking import tell as events_of
from service.serving.admission import Admission
from service.serving.memory import Memory, State
from service.serving.metrics import Metrics
from service.serving.tracing import Tracing
from service.types import Answer, Ask, Event, Passages, SearchResult
from service.wiring import App

Tell = Callable[[Event], None]
_RECALLING = 4


class Desk:
    """Answers the questions of many, on one event loop.

    Args:
        app: What answers.
        metrics: Where it is counted.
        tracing: Where it is recorded.
    """

    def __init__(self, app: App, metrics: Metrics, tracing: Tracing) -> None:
        settings = app.settings
        self._tracing = tracing
        self._asker = app.asker
        self._metrics = metrics
        self._models = Admission("questions", settings.concurrency, settings.queue, metrics.refused)
        # Of its own, so that nobody waits for threads that wait for something else.
        self._recalling = CapacityLimiter(_RECALLING)
        self.memory = Memory(app.index, settings.cache_answers)
        metrics.describe(dict(app.pipeline.describe_models()))
        metrics.watch("citewise_questions_running", "Questions at the models.", lambda: self._models.running)
        metrics.watch("citewise_questions_waiting", "Questions in the queue.", lambda: self._models.waiting)

    async def search(self, ask: Ask) -> SearchResult:
        """Retrieve passages in turn.

        Raises:
            Overloaded: Too many wait already.
            CitewiseError: What ``Asker.search`` raises.
        """
        return await self._models.run(partial(self._asker.search, ask))

    async def answer(
        self, ask: Ask, cancelled: threading.Event | None = None, tell: Tell | None = None
    ) -> Answer:
        """Answer a question from memory, or in turn.

        Args:
            ask: The question.
            cancelled: Set once nobody waits for the answer any more.
            tell: Told of each event, in the event loop; the last one is the answer.

        Raises:
            Overloaded: Too many wait already.
            CitewiseError: What ``Asker.events`` raises.
        """
        state, answer = await run_sync(self.memory.recall, ask, limiter=self._recalling)
        self._metrics.looked_up(found=answer is not None)
        if answer is None:
            answer = await self._models.run(partial(self._compose, ask, state, cancelled, tell))
            self._metrics.answered(answer)
            self._tracing.stages(answer)
        elif tell:
            tell(Passages(answer.hits, answer.rerank))
            for event in events_of(answer):
                tell(event)
        return answer

    def _compose(
        self, ask: Ask, state: State, cancelled: threading.Event | None, tell: Tell | None
    ) -> Answer:
        answers = []
        for event in self._asker.events(ask, cancelled):
            if isinstance(event, Answer):
                self.memory.keep(ask, event, state)
                answers.append(event)
            if tell:
                from_thread.run_sync(tell, event)
        (answer,) = answers
        return answer
