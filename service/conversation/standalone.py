"""What a follow-up question means, worded so that it stands alone. Pure functions."""

from collections.abc import Sequence

from service.types import Turn


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves to the conversation filled in."""
    return question
