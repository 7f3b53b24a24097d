"""What a generator is: messages in, pieces of text out, within a budget."""

from collections.abc import Generator as Pieces
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event as Flag
from typing import Literal, Protocol, TypeAlias

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Budget:
    """What a generator reads and writes, in its tokens.

    Attributes:
        context: Prompt and output together.
        output: Most tokens that it writes.
    """

    context: int
    output: int

    @property
    def prompt(self) -> int:
        """Most tokens of a prompt."""
        return self.context - self.output


class Generator(Protocol):
    """A language model that continues a chat. Thread-safe."""

    @property
    def revision(self) -> str:
        """Names the model in an answer's ``models``."""
        ...

    @property
    def budget(self) -> Budget:
        """How much it reads and writes."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of a text: exact, or an estimate that is rather too high."""
        ...

    def stream(self, messages: Sequence[Message], cancelled: Flag) -> Pieces[str, None, None]:
        """Write the next message, piece by piece.

        Ends early, without an error, once ``cancelled`` is set; it then writes no further, as it does
        when it is closed.

        Raises:
            GeneratorFailed: It cannot be reached, answers wrongly, or broke off before its end.
        """
        ...
