"""The shipped reader, and others in its place."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunk import ChunkerConfig, SentenceChunker
from index.embed.resolve import DEFAULT_MODEL, resolve_model
from index.errors import ModelUnavailable
from index.types import Chunk, Document, DocumentRecord, EmbeddedChunk, Hit
from service.answering.evidence import FEATURES, Evidence
from service.answering.reading.hub_reader import HubReader
from service.answering.reading.reader import SPAN_TOKENS, ShippedReader, best_span
from service.answering.reading.rerank import read_closer

TEXT = (
    "The Pinewood observatory stands on a hill. It was opened in 1931 by Clara Voss."
    " Its mirror measures two metres. Sheep graze around it."
)


def _chunks(text: str) -> list[Chunk]:
    chunker = SentenceChunker(lambda texts: [len(t.split()) for t in texts], ChunkerConfig())
    return chunker.chunk(Document("d", text))


@pytest.fixture(scope="module")
def reader() -> ShippedReader:
    return ShippedReader()


def test_it_reads_sentence_and_span(reader: ShippedReader) -> None:
    (chunk,) = _chunks(TEXT)
    for question, sentence, answer in (
        ("Who opened the observatory?", 1, "Clara Voss"),
        ("How large is the mirror?", 2, "two metres"),
    ):
        (reading,) = reader.read(question, [chunk])
        assert int(reading.sentences.argmax()) == sentence
        span = reading.spans[sentence]
        assert span is not None
        assert TEXT[slice(*span)] == answer
        assert int(reading.answers.argmax()) == sentence


def test_a_passage_that_does_not_answer_is_less_answerable(reader: ShippedReader) -> None:
    (chunk,) = _chunks(TEXT)
    (asked,) = reader.read("Who opened the observatory?", [chunk])
    (other,) = reader.read("What does a ticket to the opera in Lyon cost?", [chunk])
    assert asked.answers.max() > other.answers.max()


def test_what_is_read_beside_it_changes_nothing(reader: ShippedReader) -> None:
    texts = [TEXT, "Sheep graze.", "It was opened in 1931. " * 7, "A mill. " * 40]
    chunks = [chunk for text in texts for chunk in _chunks(text)]
    together = reader.read("When was it opened?", chunks)
    for chunk, reading in zip(chunks, together, strict=True):
        (alone,) = reader.read("When was it opened?", [chunk])
        assert len(reading.sentences) == len(chunk.sentences)
        assert np.array_equal(alone.sentences, reading.sentences)
        assert np.array_equal(alone.answers, reading.answers)


@pytest.mark.parametrize(("at", "beside"), [(0, (0, 1)), (1, (0, 2)), (3, (2, 3))])
def test_the_best_sentence_is_read_again_with_those_beside_it_alone(
    reader: ShippedReader, at: int, beside: tuple[int, int]
) -> None:
    (chunk,) = _chunks(TEXT)
    first, last = (chunk.sentences[i] for i in beside)
    part = TEXT[first.start : last.end]
    (alone,) = reader.read(
        "Who opened the observatory?",
        [Chunk("d", chunk.revision, 0, len(part), part, "", _chunks(part)[0].sentences)],
    )
    record = DocumentRecord("d", "default", chunk.revision, {}, (chunk.revision,), 1, 1, 1, "now")
    vector = np.zeros(2, dtype=np.float32)
    hit = Hit(EmbeddedChunk(chunk, vector, np.zeros((4, 2), dtype=np.float32)), record, 1.0, 1.0, None)
    best, other = (
        Evidence(hit, chunk.sentences[i], "", vector, 0.5, np.zeros(len(FEATURES)), None, -30.0)
        for i in (at, 2)
    )
    closer, same = read_closer(reader, "Who opened the observatory?", [best, other])
    assert closer.answerable == alone.answers[at - beside[0]]
    assert same is other
    surer = replace(best, answerable=30.0)
    assert read_closer(reader, "Who opened the observatory?", [surer])[0].answerable == 30.0


@settings(max_examples=30)
@given(text=st.text(min_size=1, max_size=400).filter(lambda t: any(c.isalnum() for c in t)))
def test_any_text_is_read_within_its_bounds(reader: ShippedReader, text: str) -> None:
    for chunk in _chunks(text):
        (reading,) = reader.read("What is it?", [chunk])
        assert np.isfinite(reading.sentences).all()
        assert np.isfinite(reading.answers).all()
        # The tokenizer drops some characters, and so all of some sentences.
        for span, sentence in zip(reading.spans, chunk.sentences, strict=True):
            assert span is None or sentence.start <= span[0] <= span[1] <= sentence.end


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=60))
def test_the_best_span_is_the_best_of_all_allowed(logits: list[tuple[float, float]]) -> None:
    starts, ends = np.array(logits).T
    first, last, score = best_span(starts, ends)
    every = [
        starts[i] + ends[j] for i in range(len(starts)) for j in range(i, min(i + SPAN_TOKENS, len(starts)))
    ]
    assert first <= last < first + SPAN_TOKENS
    assert score == pytest.approx(max(every))


def _tiny(folder: Path, kind: str, labels: int = 1) -> Path:
    """A model of the right shape with random weights."""
    import torch
    from transformers import AutoTokenizer, BertConfig
    from transformers.models.bert import modeling_bert

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(str(resolve_model(DEFAULT_MODEL)))
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    config.num_labels = labels
    getattr(modeling_bert, kind)(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("kind", ["BertForQuestionAnswering", "BertForSequenceClassification"])
def test_a_hub_model_can_take_its_place(tmp_path: Path, kind: str) -> None:
    hub = HubReader(str(_tiny(tmp_path / "model", kind, labels=2 if "Question" in kind else 1)))
    chunks = _chunks(TEXT)
    (reading,) = hub.read("Who opened the observatory?", chunks)
    assert reading.sentences.shape == (4,)
    assert np.isfinite(reading.sentences).all()
    assert (None in reading.spans) == (kind == "BertForSequenceClassification")
    assert hub.revision.startswith(str(tmp_path))


def test_what_is_no_reader_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="not a reader"):
        HubReader(str(_tiny(tmp_path / "three", "BertForSequenceClassification", labels=3)))
    with pytest.raises(ModelUnavailable, match="not a reader"):
        HubReader(str(_tiny(tmp_path / "plain", "BertModel")))
    with pytest.raises(ModelUnavailable):
        HubReader(str(tmp_path / "nothing"))
