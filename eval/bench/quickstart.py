"""The floor: the quick-start that everyone writes, on the same questions and measures.

    python -m eval.bench.quickstart FOLDER GOLD

Chunks of 1,000 characters, MiniLM, FAISS, and the sentences of the first four chunks that
are nearest to the question by cosine. It never refuses.
"""

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

import faiss
import numpy as np

from eval.datasets.contract import read_cases
from eval.measures.gold import Place
from eval.runner import run
from eval.stats import Figure
from eval.summary import summarise
from eval.types import Case, Citation, Passage, Response, Source
from index.embed.onnx import OnnxEmbedder
from index.embed.resolve import DEFAULT_MODEL
from index.load.files import find_sources
from index.load.reading import Limits
from index.load.sandbox import Sandbox
from index.protocols import Embedder
from index.text.sentences import split_sentences
from index.types import Document, Json, Vector
from service.settings import load_settings

CHUNK_CHARACTERS = 1000
TOP_K = 4


class QuickStart:
    """The quick-start as a system to measure; its confidence is the best cosine.

    Args:
        texts: Canonical texts by document id.
        embedder: For the chunks, their sentences and the questions.
        sentences: How many it answers with.
    """

    unmeasured: Mapping[str, str] = {}

    def __init__(self, texts: Mapping[str, str], embedder: Embedder, sentences: int = 1) -> None:
        self._texts = texts
        self._embedder = embedder
        self._sentences = sentences
        self._chunks = [
            Passage(name, start, min(start + CHUNK_CHARACTERS, len(text)))
            for name, text in texts.items()
            for start in range(0, len(text), CHUNK_CHARACTERS)
        ]
        self._index = faiss.IndexFlatIP(embedder.dimension)
        self._index.add(
            embedder.embed_passages([texts[c.document_id][c.start : c.end] for c in self._chunks])
        )

    def answer(self, case: Case) -> Response:
        """The nearest sentences, the nearest first, each its own citation."""
        started = time.perf_counter()
        ranked = self._ranked(case.question)[: self._sentences]
        text, citations = "", []
        for place, _ in ranked:
            quoted = self._texts[place.document_id][place.start : place.end]
            text += " " * bool(text)
            source = Source(place.document_id, "", place.start, place.end, quoted, None)
            citations.append(Citation(len(text), len(text) + len(quoted), (source,)))
            text += quoted
        seconds = time.perf_counter() - started
        confidence = float(np.clip(ranked[0][1], 0, 1))
        return Response(text, seconds, answerable=True, confidence=confidence, citations=tuple(citations))

    def search(self, case: Case, depth: int) -> list[Passage]:
        """The nearest chunks."""
        return self._nearest(self._embedder.embed_query(case.question), depth)

    def text(self, document_id: str, revision: str | None = None) -> str | None:
        """A text; there is only the one revision."""
        return self._texts.get(document_id)

    def describe(self) -> dict[str, Json]:
        """What it is."""
        return {
            "target": "quick-start",
            "models": {"embedder": str(self._embedder.describe()["revision"])},
            "chunk_characters": CHUNK_CHARACTERS,
            "top_k": TOP_K,
            "max_sentences": self._sentences,
        }

    def _nearest(self, query: Vector, depth: int) -> list[Passage]:
        _, found = self._index.search(query.reshape(1, -1), min(depth, len(self._chunks)))
        return [self._chunks[number] for number in found[0]]

    def _ranked(self, question: str) -> list[tuple[Place, float]]:
        query = self._embedder.embed_query(question)
        places: list[Place] = []
        for chunk in self._nearest(query, TOP_K):
            part = self._texts[chunk.document_id][chunk.start : chunk.end]
            places += (
                Place(chunk.document_id, chunk.start + s.start, chunk.start + s.end)
                for s in split_sentences(part, ())
            )
        cosines = (
            self._embedder.embed_passages([self._texts[p.document_id][p.start : p.end] for p in places])
            @ query
        )
        return [(places[i], float(cosines[i])) for i in np.argsort(-cosines, kind="stable")]


def main() -> None:
    """Print the share right with one and three sentences, and the AUROC of the best cosine."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("gold", type=Path)
    arguments = parser.parse_args()
    embedder = OnnxEmbedder(DEFAULT_MODEL, load_settings().cache_dir / "models", print)
    with Sandbox(Limits()) as sandbox:
        loaded = [found for source in find_sources([arguments.folder]) for found in sandbox.read(source)]
    texts = {d.id: d.text for d in loaded if isinstance(d, Document)}
    cases = read_cases(arguments.gold)
    for count in (1, 3):
        done = run(QuickStart(texts, embedder, count), cases, arguments.gold)
        figures = summarise(done.results)
        _print(f"right with {count} sentence{'s' * (count > 1)}", figures["right"])
    _print("AUROC of the best cosine", figures["auroc"])


def _print(label: str, figure: Figure) -> None:
    print(f"{label:28} {figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}] (n={figure.n})")


if __name__ == "__main__":
    main()
