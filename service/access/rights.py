"""What a caller may do."""

from dataclasses import dataclass
from enum import StrEnum

from index.errors import RightMissing


class Right(StrEnum):
    """What a key is good for; each right holds the ones before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def covers(self, needed: "Right") -> bool:
        """Whether this right holds another."""
        order = list(Right)
        return order.index(needed) <= order.index(self)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request.

    Attributes:
        id: What requests are counted under: a key's id, or an address.
        right: None for somebody without a valid key where one is needed.
        collections: The only ones that exist for this caller; None for all.
        default: The collection that is meant when none is named.
    """

    id: str
    right: Right | None
    collections: tuple[str, ...] | None
    default: str

    def sees(self, collection: str) -> bool:
        """Whether a collection exists for this caller."""
        return self.collections is None or collection in self.collections

    def collection(self, named: str | None) -> str:
        """The collection that a request is about; every route on data asks for it here.

        Args:
            named: As the request names it, None if it does not.

        Raises:
            RightMissing: It is none of this caller's. Whether there is one is not said.
        """
        # A name that is empty is a wrong name, not none: what is deleted must have been named.
        meant = self.default if named is None else named
        if not self.sees(meant):
            raise RightMissing(
                f"This key is not for the collection {meant!r}.", "Ask whoever runs the service for a key."
            )
        return meant

    def require(self, needed: Right, *, everywhere: bool = False) -> None:
        """Refuse a caller that has not a right.

        Args:
            needed: The right.
            everywhere: In all collections.

        Raises:
            RightMissing: It has not.
        """
        if self.right is None or not self.right.covers(needed):
            raise RightMissing(
                f"This key has not the right {needed.value!r}.", "Ask whoever runs the service for a key."
            )
        if everywhere and self.collections is not None:
            raise RightMissing(
                "This key is for single collections, and this is about all of them.",
                "Ask whoever runs the service for a key.",
            )
