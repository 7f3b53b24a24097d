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
from service.answering.evidence import Evidence, Features, Logistic, logit

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


def encode(
    tokenizer: Tokenizer, question: str, sentences: Sequence[str], contexts: Sequence[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Build ``[CLS] question [SEP] sentence [SEP] context [SEP]``, padded to the longest.

    Args:
        tokenizer: A BERT tokenizer without truncation and padding.
        question: The question.
        sentences: Candidate sentences.
        contexts: As ``sentence_context`` gives them, one for each sentence.

    Returns:
        Token ids, attention mask and token types, each of shape ``(n, length)``.
    """
    vocabulary = tokenizer.get_vocab()
    start, stop = vocabulary["[CLS]"], vocabulary["[SEP]"]
    head = [start, *_ids(tokenizer, question, QUESTION_TOKENS), stop]
    rows = [
        [*_ids(tokenizer, s, SENTENCE_TOKENS), stop, *_ids(tokenizer, c, CONTEXT_TOKENS), stop]
        for s, c in zip(sentences, contexts, strict=True)
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


READING_FEATURES = ("cross_encoder", "linear")
# Candidates that are read: each costs some five milliseconds.
CANDIDATES = 6


class CrossEncoder:
    """The shipped model. Thread-safe."""

    def __init__(self) -> None:
        folder = files("service.answering").joinpath("model")
        with as_file(folder) as path:
            self._session = open_session(path / "cross_encoder.onnx")
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
            weights = (path / "cross_encoder.onnx").read_bytes()
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.revision = f"cross-encoder@sha256:{hashlib.sha256(weights).hexdigest()}"

    def logits(self, question: str, evidence: Sequence[Evidence]) -> npt.NDArray[np.float64]:
        """Log-odds that each sentence answers; shape ``(len(evidence),)``."""
        ids, mask, types = encode(
            self._tokenizer, question, [e.text for e in evidence], [sentence_context(e) for e in evidence]
        )
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        (output,) = self._session.run(None, feed)
        return np.asarray(output, dtype=np.float64).reshape(-1)


def reading_features(encoder: CrossEncoder, question: str, evidence: Sequence[Evidence]) -> Features:
    """``READING_FEATURES`` of the first ``CANDIDATES`` sentences, both as log-odds."""
    candidates = evidence[:CANDIDATES]
    return np.column_stack([encoder.logits(question, candidates), [logit(e.support) for e in candidates]])


def reread(evidence: Sequence[Evidence], features: Features, reading: Logistic) -> list[Evidence]:
    """Order the sentences that were read anew, and drop the rest.

    Args:
        evidence: Scored sentences, best first.
        features: ``READING_FEATURES`` of the first of them.
        reading: Mixes the features into the probability that a sentence answers.
    """
    supports = reading.probability(features)
    again = [
        replace(e, support=float(support))
        for e, support in zip(evidence[: len(supports)], supports, strict=True)
    ]
    return sorted(again, key=lambda e: (-e.support, e.hit.document.id, e.sentence.start))


def _ids(tokenizer: Tokenizer, text: str, limit: int) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids[:limit]
