"""How answers, sources and passages are printed."""

from collections.abc import Sequence

from index.types import Hit
from service.cli.options import show
from service.types import Answer, Citation, Source

_NEAREST = 3
_EXCERPT = 280


def show_answer(answer: Answer) -> None:
    """Print an answer: the short one first, then the text and what it rests on."""
    if answer.short_answer:
        show(answer.short_answer, style="bold")
        show()
    show(answer.text)
    show()
    show_grounds(answer)


def show_grounds(answer: Answer) -> None:
    """Print what an answer rests on: its sources, those that differ, or the nearest passages."""
    show_sources(answer.citations)
    for conflict in answer.conflicts:
        show()
        show("The documents differ on this:", style="bold")
        for side in conflict.sides:
            _show_source(f"- {side.figure}: ", side.source)
    if answer.abstention and answer.hits:
        show("Nearest passages:", style="dim")
        for hit in answer.hits[:_NEAREST]:
            show_hit(hit)


def show_sources(citations: Sequence[Citation]) -> None:
    """Print each source with the number that stands for it in the answer."""
    for citation in citations:
        for source in citation.sources:
            _show_source(f"[{citation.id}] ", source)


def show_hit(hit: Hit) -> None:
    """Print where a passage stands, and how it begins."""
    chunk = hit.chunk
    title = hit.document.title or hit.document.id
    show(f"{title} · {hit.document.id} {chunk.start}:{chunk.end}", style="cyan")
    shown = " ".join(chunk.text.split())
    show(f"    {shown[:_EXCERPT]}{'…' if len(shown) > _EXCERPT else ''}", style="dim")


def place(source: Source) -> str:
    """A source's title, date, page, document and range on one line."""
    date = f", {source.published_at}" if source.published_at else ""
    page = f", page {source.page}" if source.page else ""
    title = source.title or source.document_id
    return f"{title}{date}{page} · {source.document_id} {source.start}:{source.end}"


def _show_source(before: str, source: Source) -> None:
    show(f"{before}{place(source)}", style="cyan")
    show(f"    “{' '.join(source.cited_text.split())}”", style="dim")
