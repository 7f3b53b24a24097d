"""How long indexing takes, and where the time goes: ``python -m eval.bench.indexing PATH…``."""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from index.build import Builder
from index.embed.onnx import OnnxEmbedder
from index.ingest import Ingest
from index.load.files import Source, find_sources
from index.types import Vector
from service.settings import load_settings
from service.wiring import open_app

R = TypeVar("R")


class _Timed(OnnxEmbedder):
    """The embedder, counting the seconds that it takes."""

    seconds = 0.0

    def embed_passages(self, texts: Sequence[str]) -> Vector:
        """As the embedder does."""
        begun = time.perf_counter()
        try:
            return super().embed_passages(texts)
        finally:
            self.seconds += time.perf_counter() - begun


def main() -> None:
    """Index into empty directories in turn, then once more unchanged, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    sources = list(find_sources(arguments.paths))
    print("| round | documents | passages | seconds | per 1,000 passages | in embedding | again, unchanged |")
    print("|---|---|---|---|---|---|---|")
    for number in range(1, arguments.rounds + 1):
        print(f"| {number} | {_round(sources)} |")


def _round(sources: Sequence[Source]) -> str:
    """The cells of one round in an empty directory."""
    with TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder, "index"))
        with open_app(settings, create=True) as app:
            embedder = _Timed(settings.embedder, settings.cache_dir / "models")
            ingest = Ingest(Builder(app.index, app.builder.chunker, embedder), app.sandbox, "default")
            report, seconds = _timed(lambda: ingest.add(sources))
            share = embedder.seconds / seconds
            _, again = _timed(lambda: ingest.add(sources))
            (held,) = app.index.store.collections()
    made = f"{len(report.added)} | {held.chunks} | {seconds:.1f} | {seconds / held.chunks * 1000:.1f} s"
    return f"{made} | {share:.0%} | {again:.2f} s"


def _timed(work: Callable[[], R]) -> tuple[R, float]:
    begun = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begun


if __name__ == "__main__":
    main()
