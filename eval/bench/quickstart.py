"""The floor: the quick-start that everyone writes, on the same questions and measures.

    python -m eval.bench.quickstart FOLDER GOLD

Chunks of 1,000 characters, MiniLM, FAISS, and the sentences of the first four chunks that
are nearest to the question by cosine.
"""

import argparse
from pathlib import Path

import faiss
import numpy as np

from eval.datasets.contract import read_cases
from eval.measures.confidence import auroc
from eval.measures.gold import Place, overlap, resolve
from eval.measures.short import contains_answer
from eval.stats import Figure, bootstrap, mean
from eval.types import Case
from index.embed.onnx import OnnxEmbedder
from index.embed.resolve import DEFAULT_MODEL
from index.load.files import find_sources
from index.load.reading import Limits
from index.load.sandbox import Sandbox
from index.text.sentences import split_sentences
from index.types import Document
from service.settings import load_settings

CHUNK_CHARACTERS = 1000
TOP_K = 4


def main() -> None:
    """Print the share right with one and three sentences, and the AUROC of the best cosine."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("gold", type=Path)
    arguments = parser.parse_args()
    embedder = OnnxEmbedder(DEFAULT_MODEL, load_settings().cache_dir / "models", print)
    with Sandbox(Limits()) as sandbox:
        loaded = [found for source in find_sources([arguments.folder]) for found in sandbox.read(source)]
    documents = {d.id: d for d in loaded if isinstance(d, Document)}
    chunks = [
        (document, start)
        for document in documents.values()
        for start in range(0, len(document.text), CHUNK_CHARACTERS)
    ]
    index = faiss.IndexFlatIP(embedder.dimension)
    index.add(embedder.embed_passages([d.text[s : s + CHUNK_CHARACTERS] for d, s in chunks]))
    cases = read_cases(arguments.gold)
    ranked = {case.id: _rank(embedder, index, chunks, case.question) for case in cases}
    for count in (1, 3):
        right = [_is_right(case, ranked[case.id][:count], documents) for case in cases if case.answerable]
        data = np.array(right, dtype=np.float64).reshape(-1, 1)
        _print(f"right with {count} sentence{'s' * (count > 1)}", bootstrap(mean, data))
    best = np.array([(ranked[case.id][0][1], float(bool(case.answerable))) for case in cases])
    _print("AUROC of the best cosine", bootstrap(lambda data: auroc(data[:, 0], data[:, 1]), best))


def _rank(
    embedder: OnnxEmbedder, index: faiss.IndexFlatIP, chunks: list[tuple[Document, int]], question: str
) -> list[tuple[Place, float]]:
    query = embedder.embed_query(question)
    _, found = index.search(query.reshape(1, -1), TOP_K)
    places: list[Place] = []
    texts: list[str] = []
    for number in found[0]:
        document, offset = chunks[number]
        part = document.text[offset : offset + CHUNK_CHARACTERS]
        for sentence in split_sentences(part, ()):
            places.append(Place(document.id, offset + sentence.start, offset + sentence.end))
            texts.append(part[sentence.start : sentence.end])
    cosines = embedder.embed_passages(texts) @ query
    return [(places[i], float(cosines[i])) for i in np.argsort(-cosines, kind="stable")]


def _is_right(case: Case, chosen: list[tuple[Place, float]], documents: dict[str, Document]) -> float:
    gold, _ = resolve(case, lambda document_id: documents[document_id].text)
    text = " ".join(documents[p.document_id].text[p.start : p.end] for p, _ in chosen)
    hit = {
        g.document_id
        for g in gold
        for p, _ in chosen
        if p.document_id == g.document_id
        and overlap(g, p.start, p.end) >= 0.5 * min(p.end - p.start, g.end - g.start)
    }
    wanted = {g.document_id for g in gold}
    enough = hit == wanted if "multi_document" in case.tags else bool(hit)
    return float(enough and contains_answer(text, case.answers))


def _print(label: str, figure: Figure) -> None:
    print(f"{label:28} {figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}] (n={figure.n})")


if __name__ == "__main__":
    main()
