"""A question and a sentence read together: does this sentence answer it?

The linear scorer compares; this model reads. It is a MiniLM encoder fine-tuned on
question and sentence pairs (``eval/training/cross_encoder.py``), run by ONNX Runtime in
8 bit. It sees the question, the sentence, and what the sentence stands under.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import as_file, files

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from index.onnx import open_session
from service.answering.evidence import Evidence, Features, Logistic, logit, sigmoid
from service.answering.question import Asked
from service.answering.spans import enumerates

# Tokens of each part; a part that is longer is cut.
QUESTION_TOKENS, SENTENCE_TOKENS, CONTEXT_TOKENS = 32, 64, 24


def sentence_context(evidence: Evidence) -> str:
    """What a sentence stands under: the end of its title and headings, then the sentence before."""
    chunk = evidence.hit.chunk
    position = chunk.sentences.index(evidence.sentence)
    before = ""
    if position:
        previous = chunk.sentences[position - 1]
        before = " ".join(chunk.text[previous.start - chunk.start : previous.end - chunk.start].split()[:24])
    heading = " ".join(chunk.context.split()[-12:])
    return f"{heading}. {before}".strip(". ")


class PairTokenizer:
    """Builds ``[CLS] question [SEP] sentence [SEP] context [SEP]``.

    Args:
        tokenizer: A BERT tokenizer.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        vocabulary = tokenizer.get_vocab()
        self._start, self._stop = vocabulary["[CLS]"], vocabulary["[SEP]"]

    def encode(
        self, question: str, pairs: Sequence[tuple[str, str]]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Encode sentences with their contexts, padded to the longest.

        Args:
            question: The question.
            pairs: Sentences, each with its context as ``sentence_context`` gives it.

        Returns:
            Token ids, attention mask and token types, each of shape ``(n, length)``.
        """
        head = [self._start, *self._ids(question, QUESTION_TOKENS), self._stop]
        rows = [
            [*self._ids(s, SENTENCE_TOKENS), self._stop, *self._ids(c, CONTEXT_TOKENS), self._stop]
            for s, c in pairs
        ]
        length = len(head) + max(len(row) for row in rows)
        ids = np.zeros((len(rows), length), dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for i, row in enumerate(rows):
            end = len(head) + len(row)
            ids[i, :end] = head + row
            mask[i, :end] = 1
            types[i, len(head) : end] = 1
        return ids, mask, types

    def _ids(self, text: str, limit: int) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids[:limit]


READING_FEATURES = ("cross_encoder", "linear")
# Candidates that are read: each costs some five milliseconds.
CANDIDATES = 5
# Log-odds that a sentence which enumerates gains where several things are asked for: there
# were few such questions to train on. Measured on DragonBall with six candidates read (247
# questions): gold first in 0.263 instead of 0.243, which is within the noise; none from more.
LISTING = 0.5


class CrossEncoder:
    """The shipped model. Thread-safe."""

    def __init__(self) -> None:
        with as_file(files("service.answering").joinpath("model")) as folder:
            model = folder / "cross_encoder.onnx"
            self.revision = f"cross-encoder@sha256:{hashlib.sha256(model.read_bytes()).hexdigest()}"
            self._session = open_session(model)
            self._tokenizer = PairTokenizer(Tokenizer.from_file(str(folder / "tokenizer.json")))

    def logits(self, question: str, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float64]:
        """Log-odds that each sentence, given with its context, answers; shape ``(len(pairs),)``."""
        ids, mask, types = self._tokenizer.encode(question, pairs)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        (output,) = self._session.run(None, feed)
        return np.asarray(output, dtype=np.float64).reshape(-1)


def reading_features(encoder: CrossEncoder, question: str, evidence: Sequence[Evidence]) -> Features:
    """``READING_FEATURES`` of the first ``CANDIDATES`` sentences, both as log-odds."""
    candidates = evidence[:CANDIDATES]
    read = encoder.logits(question, [(e.text, sentence_context(e)) for e in candidates])
    return np.column_stack([read, [logit(e.support) for e in candidates]])


def reread(
    asked: Asked, evidence: Sequence[Evidence], features: Features, reading: Logistic
) -> list[Evidence]:
    """Order the sentences that were read anew, and drop the rest.

    Args:
        asked: What the question asks for.
        evidence: Scored sentences, best first.
        features: ``READING_FEATURES`` of the first of them.
        reading: Mixes the features into the probability that a sentence answers.
    """
    listing = [asked.wants_list and enumerates(e.text) for e in evidence[: len(features)]]
    supports = sigmoid(reading.log_odds(features) + LISTING * np.array(listing))
    again = [
        replace(e, support=float(support))
        for e, support in zip(evidence[: len(supports)], supports, strict=True)
    ]
    return sorted(again, key=lambda e: (-e.support, e.hit.document.id, e.sentence.start))
