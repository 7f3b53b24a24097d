"""A Hugging Face model in the reader's place: a question answering model or a cross-encoder.

It is loaded by ``transformers``, which takes some ten seconds, and runs by torch. The
confidence was fitted to the shipped reader; with another one it still ranks answers, and
``citewise eval run`` says how far it can be believed.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from index.embed.resolve import fingerprint, resolve_model
from index.errors import ModelUnavailable
from index.types import Chunk
from index.vocabulary import Vocabulary
from service.answering.reading.reader import Reading, nothing_read, read_spans

MAX_TOKENS = 512


class HubReader:
    """Reads with a model named by a folder or its name in the local hub cache. Thread-safe.

    Args:
        name: As ``resolve_model`` takes it; its ``config.json`` has to name a question
            answering model, or a classifier with one label (a cross-encoder).

    Raises:
        ModelUnavailable: It is not on this machine, or is neither of the two.
    """

    def __init__(self, name: str) -> None:
        folder = resolve_model(name)
        import torch
        from transformers import (
            AutoConfig,
            AutoModelForQuestionAnswering,
            AutoModelForSequenceClassification,
            AutoTokenizer,
        )

        self._torch = torch
        try:
            config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
            kind = next(iter(config.architectures or ()), "")
            loader: Any
            if kind.endswith("ForQuestionAnswering"):
                loader, self._read_one = AutoModelForQuestionAnswering, self._spans
            elif kind.endswith("ForSequenceClassification") and config.num_labels == 1:
                loader, self._read_one = AutoModelForSequenceClassification, self._pairs
            else:
                raise ModelUnavailable(
                    f"{name} is {kind or 'of no stated kind'}, not a reader.",
                    "Name a question answering model or a cross-encoder with one label.",
                )
            self._model = loader.from_pretrained(str(folder), local_files_only=True).eval()
            self._tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelUnavailable(
                f"{folder} cannot be loaded by transformers ({error}).", "Name another model."
            ) from error
        if not self._tokenizer.is_fast:
            raise ModelUnavailable(f"{name} has no fast tokenizer.", "Choose another model.")
        self.revision = f"{name}@{fingerprint(folder)}"
        self._vocabulary = Vocabulary(self._tokenizer.backend_tokenizer)

    _read_one: Callable[[str, Chunk], Reading]

    def warm(self) -> None:
        """Nothing: the first reading takes as long as any other."""

    def reads(self, question: str) -> bool:
        """Whether the model knows the script that a question is written in."""
        return self._vocabulary.reads(question)

    def read(self, question: str, chunks: Sequence[Chunk]) -> list[Reading]:
        """Read passages, each by itself."""
        return [self._read_one(question, chunk) for chunk in chunks]

    def _run(self, question: Sequence[str], texts: Sequence[str]) -> tuple[Any, Any]:
        encoded = self._tokenizer(
            list(question),
            list(texts),
            truncation="only_second",
            max_length=min(MAX_TOKENS, self._tokenizer.model_max_length),
            padding=True,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        offsets = encoded.pop("offset_mapping")[0].numpy()
        passage = np.array([part == 1 for part in encoded.sequence_ids(0)])
        with self._torch.inference_mode():
            return self._model(**encoded), (offsets, passage)

    def _spans(self, question: str, chunk: Chunk) -> Reading:
        """Start and end logits; a sentence is worth its best span against "no answer"."""
        output, (offsets, passage) = self._run([question], [chunk.text])
        if not passage.any():
            return nothing_read(chunk)
        starts = output.start_logits[0].double().numpy()
        ends = output.end_logits[0].double().numpy()
        null = float(starts[0] + ends[0])
        spans, answers = read_spans(chunk, offsets[passage], starts[passage], ends[passage], null)
        return Reading(answers, spans, answers)

    def _pairs(self, question: str, chunk: Chunk) -> Reading:
        """One logit for the question with each sentence; a cross-encoder reads no span."""
        texts = [chunk.quote(s.start, s.end) for s in chunk.sentences]
        output, _ = self._run([question] * len(texts), texts)
        sentences = output.logits[:, 0].double().numpy()
        return Reading(sentences, (None,) * len(sentences), sentences)
