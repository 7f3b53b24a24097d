"""A question and a passage read together: which sentences answer, and which words of them.

One small BERT encoder with three outputs for each token (``eval/training/reader.py``), run by
ONNX Runtime in 8 bit: start and end of the answering span, as in Devlin et al. (2019),
"BERT", with the first token standing for "no answer", and how much the token speaks for its
sentence. It sees the question, what the passage stands under, and the passage.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.resources import as_file, files
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from index.onnx import open_session
from index.types import Chunk, Sentence
from index.vocabulary import Vocabulary

# The name of the model that comes with the package.
SHIPPED = "citewise-reader"
# Tokens of each part; a part that is longer is cut.
QUESTION_TOKENS, CONTEXT_TOKENS, PASSAGE_TOKENS = 64, 32, 224
# A longer span answers nothing shortly.
SPAN_TOKENS = 24
# Log-odds of what cannot be read.
NOTHING = -20.0
INPUTS = ("input_ids", "attention_mask", "token_type_ids")

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """One question and passage as the model takes them.

    Attributes:
        ids: Token ids, ``[CLS] question [SEP] context [SEP] passage [SEP]``.
        first: Where the passage begins among them.
        question: Where the question ends among them.
        offsets: The range of each token of the passage in its text, shape ``(n, 2)``.
    """

    ids: list[int]
    first: int
    question: int
    offsets: Ids

    def tokens_of(self, start: int, end: int) -> range:
        """The positions of the tokens that touch a range of the passage's text."""
        found = touching(self.offsets, start, end)
        if not found.size:
            return range(0)
        return range(self.first + int(found[0]), self.first + int(found[-1]) + 1)


class PassageTokenizer:
    """Encodes a question with a passage.

    Args:
        tokenizer: A BERT tokenizer.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        vocabulary = tokenizer.get_vocab()
        self._start, self._stop = vocabulary["[CLS]"], vocabulary["[SEP]"]

    def encode(self, question: str, context: str, text: str) -> Encoded:
        """Encode one passage; of its context the end is kept, which says most."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_TOKENS]
        above = self._tokenizer.encode(context, add_special_tokens=False).ids[-CONTEXT_TOKENS:]
        passage = self._tokenizer.encode(text, add_special_tokens=False)
        head = [self._start, *asked, self._stop, *above, self._stop]
        ids = [*head, *passage.ids[:PASSAGE_TOKENS], self._stop]
        offsets = np.array(passage.offsets[:PASSAGE_TOKENS], dtype=np.int64).reshape(-1, 2)
        return Encoded(ids, len(head), len(asked) + 2, offsets)


def padded(encoded: Sequence[Encoded]) -> tuple[Ids, Ids, Ids]:
    """Token ids, attention mask and token types, each of shape ``(n, longest)``."""
    ids = np.zeros((len(encoded), max(len(e.ids) for e in encoded)), dtype=np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for row, e in enumerate(encoded):
        ids[row, : len(e.ids)] = e.ids
        mask[row, : len(e.ids)] = 1
        types[row, e.question : len(e.ids)] = 1
    return ids, mask, types


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the model makes of one passage, sentence by sentence; each of length ``len(chunk.sentences)``.

    What was cut off has the least of the others.

    Attributes:
        sentences: Log-odds that each sentence answers.
        spans: The best span of each as a range of the document's text; None if it was cut off, or
            the model reads no spans.
        answers: Log-odds of this span against "no answer".
    """

    sentences: Floats
    spans: tuple[tuple[int, int] | None, ...]
    answers: Floats


def nothing_read(chunk: Chunk) -> Reading:
    """The reading of a passage in which the tokenizer knows no character."""
    nothing = np.full(len(chunk.sentences), NOTHING)
    return Reading(nothing, (None,) * len(nothing), nothing)


def read_spans(
    chunk: Chunk, offsets: Ids, starts: Floats, ends: Floats, null: float
) -> tuple[tuple[tuple[int, int] | None, ...], Floats]:
    """The best span of each sentence, and its log-odds against "no answer".

    Args:
        chunk: The passage.
        offsets: The range of each of its tokens in its text, shape ``(n, 2)``, n > 0.
        starts: Logits of the answer's first token, shape ``(n,)``.
        ends: Logits of its last token, shape ``(n,)``.
        null: Logit of "no answer".
    """
    spans: list[tuple[int, int] | None] = []
    answers = np.full(len(chunk.sentences), np.nan)
    for i, sentence in enumerate(chunk.sentences):
        inside = touching(offsets, sentence.start - chunk.start, sentence.end - chunk.start)
        if not inside.size:
            spans.append(None)
            continue
        first, last, score = best_span(starts[inside], ends[inside])
        start, end = int(offsets[inside[first], 0]), int(offsets[inside[last], 1])
        # A token may reach over the end of a sentence.
        spans.append((max(chunk.start + start, sentence.start), min(chunk.start + end, sentence.end)))
        answers[i] = score - null
    return tuple(spans), with_least(answers)


def touching(offsets: Ids, start: int, end: int) -> Ids:
    """The tokens, by their place in ``offsets``, that touch a range of the text."""
    return np.flatnonzero((offsets[:, 0] < end) & (start < offsets[:, 1]))


def with_least(values: Floats) -> Floats:
    """What was cut off, and is nan, is worth the least of what was read."""
    return np.where(np.isnan(values), np.nanmin(values), values)


def best_span(starts: Floats, ends: Floats) -> tuple[int, int, float]:
    """First and last token of the best span of at most ``SPAN_TOKENS``, and its logit."""
    scores = starts[:, np.newaxis] + ends[np.newaxis]
    n = len(starts)
    allowed = np.triu(np.ones((n, n), dtype=bool)) & ~np.triu(np.ones((n, n), dtype=bool), SPAN_TOKENS)
    scores = np.where(allowed, scores, -np.inf)
    first, last = divmod(int(scores.argmax()), n)
    return first, last, float(scores[first, last])


class Reader(Protocol):
    """What reads passages. Thread-safe."""

    @property
    def revision(self) -> str:
        """Name and fingerprint, as an answer's ``models`` state it."""
        ...

    def warm(self) -> None:
        """Make the first reading as fast as the others."""
        ...

    def reads(self, question: str) -> bool:
        """Whether the model knows the script that a question is written in."""
        ...

    def read(self, question: str, chunks: Sequence[Chunk]) -> list[Reading]:
        """Read passages, in any number, each by itself."""
        ...


class ShippedReader:
    """The model that comes with the package. Thread-safe."""

    def __init__(self) -> None:
        with as_file(files("service.answering").joinpath("model")) as folder:
            model = folder / "reader.onnx"
            self.revision = f"reader@sha256:{hashlib.sha256(model.read_bytes()).hexdigest()}"
            self._session = open_session(model, threads=1)
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer = PassageTokenizer(tokenizer)
            self._vocabulary = Vocabulary(tokenizer)
        self._cores = ThreadPoolExecutor(os.cpu_count(), "reader")

    def warm(self) -> None:
        """Make the first reading as fast as the others."""
        chunk = Chunk("warm", "", 0, 4, "warm", "", (Sentence(0, 4, "prose"),))
        self.read("warm", [chunk])

    def reads(self, question: str) -> bool:
        """Whether the model knows the script that a question is written in."""
        return self._vocabulary.reads(question)

    def read(self, question: str, chunks: Sequence[Chunk]) -> list[Reading]:
        """Read passages, in any number, each by itself.

        A core reads one at a time: to spread one over several, or to run several in one batch, takes
        longer, and in a batch what is read beside a passage changes its reading, since they share
        the scales of their 8-bit numbers.
        """
        return list(self._cores.map(partial(self._read, question), chunks))

    def _read(self, question: str, chunk: Chunk) -> Reading:
        encoded = self._tokenizer.encode(question, chunk.context, chunk.text)
        (logits,) = self._session.run(None, dict(zip(INPUTS, padded([encoded]), strict=True)))
        return _reading(chunk, encoded, np.asarray(logits[0], dtype=np.float64))


def _reading(chunk: Chunk, encoded: Encoded, logits: Floats) -> Reading:
    """Make sense of the outputs for one passage: shape ``(tokens, 3)``, start, end, sentence."""
    if not len(encoded.offsets):
        return nothing_read(chunk)
    tokens = [encoded.tokens_of(s.start - chunk.start, s.end - chunk.start) for s in chunk.sentences]
    sentences = np.array([logits[t.start : t.stop, 2].mean() if t else np.nan for t in tokens])
    passage = logits[encoded.first : encoded.first + len(encoded.offsets)]
    null = float(logits[0, 0] + logits[0, 1])
    spans, answers = read_spans(chunk, encoded.offsets, passage[:, 0], passage[:, 1], null)
    return Reading(with_least(sentences), spans, answers)
