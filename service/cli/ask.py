"""``citewise ask`` and ``citewise search``."""

from typing import Annotated

import typer

from index.text.canonical import canonical
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
from service.cli.showing import show_answer, show_hit
from service.filters import parse_filters
from service.schemas.answers import AnswerResponse, SearchResponse
from service.settings import load_settings
from service.types import Ask, SearchResult
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
        show_answer(answer)


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


def _print_passages(result: SearchResult) -> None:
    if not result.hits:
        stderr.print("No passage was found.")
    for rank, hit in enumerate(result.hits, start=1):
        show(f"{rank}. score {hit.score:.4f}, cosine {hit.dense:.3f}", style="bold")
        show_hit(hit)
