"""The embedder that every command and request uses."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from index.embed.export import exported_model
from index.onnx import open_session
from index.types import Json, Vector
from index.vocabulary import Vocabulary

# Texts of like length are run together, up to so many tokens with padding: larger batches gain
# nothing on a CPU, and whoever asks meanwhile waits for the cores.
BATCH_TOKENS = 1024
# Most padding in a batch. More of it costs more than another run does.
PADDING_TOKENS = 64


class OnnxEmbedder:
    """Embeds text with an exported sentence-transformers model.

    Thread-safe: ONNX Runtime sessions and the tokenizer may be shared.

    Args:
        name: A packaged model, a folder, or a model in the local hub cache.
        cache: Folder that keeps exports.
        announce: Told when a first use has to export the model.

    Raises:
        ModelUnavailable: The model is not on this machine or cannot be exported.
    """

    def __init__(self, name: str, cache: Path, announce: Callable[[str], None] | None = None) -> None:
        self._name = name
        folder, self._model = exported_model(name, cache, *([announce] if announce else []))
        self._session = open_session(folder / "model.onnx")
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._model.max_tokens + self._model.special_tokens)
        self._counter: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._counter.no_padding()
        self._counter.no_truncation()
        self._vocabulary = Vocabulary(self._counter)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._model.dimension

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads, special tokens not counted."""
        return self._model.max_tokens

    def describe(self) -> dict[str, Json]:
        """What the manifest records; equal descriptions give equal vectors."""
        return {
            "name": self._name,
            "revision": self._model.revision,
            "dimension": self._model.dimension,
            "normalised": True,
            "query_prompt": self._model.query_prompt,
            "passage_prompt": self._model.passage_prompt,
        }

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens and not cut off."""
        return [len(e.ids) for e in self._counter.encode_batch_fast(list(texts), add_special_tokens=False)]

    def embed_query(self, question: str) -> Vector:
        """Embed one question; shape ``(dimension,)``, unit length or, if it cannot be read, zero."""
        if not self._vocabulary.reads(question):
            return np.zeros(self.dimension, dtype=np.float32)
        encoding = self._tokenizer.encode(self._model.query_prompt + question)
        vector: Vector = self._run([encoding])[0]
        return vector

    def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Embed passages; shape ``(len(texts), dimension)``, unit length."""
        encodings = self._tokenizer.encode_batch([self._model.passage_prompt + t for t in texts])
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for batch in batches_of_like_length([len(e.ids) for e in encodings]):
            vectors[batch] = self._run([encodings[i] for i in batch])
        return vectors

    def _run(self, encodings: Sequence[Encoding]) -> Vector:
        length = max(len(e.ids) for e in encodings)
        ids = np.full((len(encodings), length), self._model.pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        types = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
            types[row, : len(encoding.ids)] = encoding.type_ids
        every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        feed = {name: every[name] for name in self._model.inputs}
        (output,) = self._session.run(None, feed)
        return np.asarray(output, dtype=np.float32)


def batches_of_like_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Sort texts into batches that waste little on padding to the longest.

    Args:
        lengths: Tokens of each text.

    Yields:
        Positions in ``lengths``, shortest text first; each position once.
    """
    batch: list[int] = []
    tokens = 0
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        padded = (len(batch) + 1) * lengths[i]
        if batch and (padded > BATCH_TOKENS or padded - tokens - lengths[i] > PADDING_TOKENS):
            yield batch
            batch, tokens = [], 0
        batch.append(i)
        tokens += lengths[i]
    if batch:
        yield batch
