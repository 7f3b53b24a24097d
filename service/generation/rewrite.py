"""Follow-up questions that a generator words so that they stand alone, within the rules' reach."""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from threading import Event as Flag

from index.errors import GeneratorFailed, ModelUnavailable
from index.text.analysis import content_terms, distinctive, terms
from service.generation.prompt import harmless
from service.generation.protocol import Generator, Message
from service.types import Turn

log = logging.getLogger(__name__)
_INSTRUCTIONS = """\
Reword the last question so that it can be understood without the conversation: replace "it", "they", \
"there" and the like by what they stand for. Answer with the reworded question on one line and with \
nothing else. If it can be understood as it is, repeat it."""
_TURNS, _TURN_CHARACTERS = 6, 500
_LONGEST = 300


class Rewriter:
    """Words follow-ups with a generator, or by rule where it does not do so well. Thread-safe.

    Args:
        generator: Who rewords.
        rules: Rewords otherwise.
    """

    def __init__(self, generator: Generator, rules: Callable[[str, Sequence[Turn]], str]) -> None:
        self._generator = generator
        self._rules = rules

    def __call__(self, question: str, history: Sequence[Turn], cancelled: Flag) -> str:
        """The question as it stands alone.

        By rule if the generator fails, or writes nothing, several lines, more than 300 characters, none
        of the question's content words, or a name or number of which neither the question nor the
        conversation knows.
        """
        turns = [f"{turn.role}: {harmless(turn.content)[-_TURN_CHARACTERS:]}" for turn in history[-_TURNS:]]
        asked = "\n".join(["Conversation:", *turns, "", f"Last question: {harmless(question)}"])
        messages = [Message("system", _INSTRUCTIONS), Message("user", asked)]
        try:
            with closing(self._generator.stream(messages, cancelled)) as pieces:
                written = "".join(pieces).strip()
        except (GeneratorFailed, ModelUnavailable) as error:
            log.warning("%s The question is reworded by rule.", error)
            written = ""
        return written if _usable(written, question, history) else self._rules(question, history)


def _usable(written: str, question: str, history: Sequence[Turn]) -> bool:
    if not written or "\n" in written or len(written) > max(_LONGEST, len(question)):
        return False
    known = {term for text in (question, *(turn.content for turn in history)) for term in terms(text)}
    named = {token.term for token in distinctive(written)}
    return named <= known and not set(content_terms(question)).isdisjoint(terms(written))
