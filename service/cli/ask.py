"""``citewise ask`` and ``citewise search``."""

from typing import Annotated

import typer

from index.text.canonical import canonical
from index.types import Hit
from service.cli.options import (
    AsJson,
    Collection,
    DataDir,
    Embedder,
    Filter,
    TopK,
    announce,
    print_json,
    show,
    stderr,
)
from service.filters import parse_filters
from service.schemas import AnswerResponse, SearchResponse
from service.settings import load_settings
from service.types import Answer, Ask, SearchResult, Source
from service.wiring import open_app

Question = Annotated[
    str, typer.Argument(help="The question, in quotes.", parser=canonical, metavar="QUESTION")
]


def ask(
    question: Question,
    collection: Collection = None,
    filters: Filter = None,
    top_k: TopK = None,
    max_sentences: Annotated[
        int | None, typer.Option("--max-sentences", help="Most sentences quoted.")
    ] = None,
    composer: Annotated[
        str | None, typer.Option("--composer", help="Who words it: extractive or generative.")
    ] = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question with cited sentences, or say that the documents do not."""
    settings = load_settings(
        data_dir=data_dir,
        embedder=embedder,
        collection=collection,
        top_k=top_k,
        max_sentences=max_sentences,
        composer=composer,
    )
    asked = Ask(
        question,
        settings.collection,
        parse_filters(filters),
        settings.top_k,
        settings.max_sentences,
        composer=settings.composer,
    )
    with open_app(settings, announce=announce) as app:
        answer = app.asker.answer(asked)
    if as_json:
        print_json(AnswerResponse.of(asked, answer))
    else:
        _print_answer(answer)


def search(
    question: Question,
    collection: Collection = None,
    filters: Filter = None,
    top_k: TopK = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
    as_json: AsJson = False,
) -> None:
    """List the passages nearest to a question."""
    settings = load_settings(data_dir=data_dir, embedder=embedder, collection=collection, top_k=top_k)
    asked = Ask(question, settings.collection, parse_filters(filters), settings.top_k)
    with open_app(settings, announce=announce) as app:
        result = app.asker.search(asked)
    if as_json:
        print_json(SearchResponse.of(asked, result))
    else:
        _print_passages(result)


def _print_answer(answer: Answer) -> None:
    if answer.short_answer:
        show(answer.short_answer, style="bold")
        show()
    show(answer.text)
    show()
    for citation in answer.citations:
        for source in citation.sources:
            _print_source(f"[{citation.id}] ", source)
    for conflict in answer.conflicts:
        show()
        show("The documents differ on this:", style="bold")
        for side in conflict.sides:
            _print_source(f"- {side.figure}: ", side.source)
    if answer.abstention:
        show("Nearest passages:", style="dim")
        for hit in answer.hits[:3]:
            _print_hit(hit)


def _print_source(before: str, source: Source) -> None:
    date = f", {source.published_at}" if source.published_at else ""
    page = f", page {source.page}" if source.page else ""
    title = source.title or source.document_id
    show(f"{before}{title}{date}{page} · {source.document_id} {source.start}:{source.end}", style="cyan")
    show(f"    “{' '.join(source.cited_text.split())}”", style="dim")


def _print_passages(result: SearchResult) -> None:
    if not result.hits:
        stderr.print("No passage was found.")
    for rank, hit in enumerate(result.hits, start=1):
        show(f"{rank}. score {hit.score:.4f}, cosine {hit.dense:.3f}", style="bold")
        _print_hit(hit)


def _print_hit(hit: Hit) -> None:
    chunk = hit.chunk
    title = hit.document.title or hit.document.id
    show(f"{title} · {hit.document.id} {chunk.start}:{chunk.end}", style="cyan")
    shown = " ".join(chunk.text.split())
    show(f"    {shown[:280]}{'…' if len(shown) > 280 else ''}", style="dim")
