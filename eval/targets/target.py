"""The seam between the harness and what it measures."""

from collections.abc import Mapping
from typing import Protocol

from eval.types import Case, Passage, Response
from index.types import Json


class Target(Protocol):
    """A system that is asked gold questions."""

    @property
    def unmeasured(self) -> Mapping[str, str]:
        """What of it cannot be measured, with the reason: ``citations``, ``retrieval``, ``abstention``."""
        ...

    def answer(self, case: Case) -> Response:
        """Ask one question. Any exception is the case's failure."""
        ...

    def search(self, case: Case, depth: int) -> list[Passage]:
        """The passages retrieved for a question, best first."""
        ...

    def text(self, document_id: str, revision: str | None = None) -> str | None:
        """A document's text, the current one if no revision is named; None if there is none."""
        ...

    def describe(self) -> dict[str, Json]:
        """What it is: versions, models, configuration."""
        ...
