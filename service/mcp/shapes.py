"""What the tools send beyond the shapes of HTTP."""

from service.excerpt import Excerpt
from service.schemas.documents import TextOut


class ExcerptOut(TextOut):
    """A range of a document with the text around it; ``characters`` is the whole text's length."""

    title: str | None
    published_at: str | None
    page: int | None
    before: str
    after: str
    characters: int

    @classmethod
    def of(cls, found: Excerpt) -> "ExcerptOut":
        """Shape an excerpt."""
        document = found.document
        date = document.metadata.get("published_at")
        return cls(
            document_id=document.id,
            revision=document.revision,
            start=found.start,
            end=found.end,
            text=found.text,
            title=document.title,
            published_at=date if isinstance(date, str) else None,
            page=found.page,
            before=found.before,
            after=found.after,
            characters=len(document.text),
        )
