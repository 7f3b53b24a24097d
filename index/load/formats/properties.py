"""What office documents say of themselves."""

import re
from datetime import datetime
from typing import Protocol

from index.load.metadata import stated
from index.types import Metadata

_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel)\b.*|untitled.*|(?:powerpoint )?pr[äe]sentation\d*|slide \d+"
    r"|word document|document\d*|.*\.(?:docx?|pptx?|xlsx?|dvi|tex|ps|eps|indd|qxd|rtf|odt|pdf|txt))",
    re.IGNORECASE,
)


class Properties(Protocol):
    """Core properties, as python-docx and python-pptx give them."""

    @property
    def title(self) -> str:
        """Its title."""
        ...

    @property
    def author(self) -> str:
        """Who wrote it."""
        ...

    @property
    def created(self) -> datetime | None:
        """When it was made."""
        ...


def stated_properties(properties: Properties, metadata: Metadata) -> Metadata:
    """Metadata with title, author and date that a document states, where they make sense."""
    try:
        created = properties.created
    except ValueError:
        created = None
    return stated(
        metadata,
        title=sensible_title(properties.title),
        author=properties.author,
        published_at=created.date().isoformat() if created else None,
    )


def sensible_title(title: str | None) -> str | None:
    """The title, unless it is one that a program makes up."""
    shown = (title or "").strip()
    return shown if any(c.isalpha() for c in shown) and not _NO_TITLE.fullmatch(shown) else None
