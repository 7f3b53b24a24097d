import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from index.chunk import ChunkerConfig, SentenceChunker
from index.embed.onnx import OnnxEmbedder
from index.text.blocks import infer_headings
from index.text.canonical import canonical
from index.types import Document, Heading
from tests.strategies import texts


def _document(text: str) -> Document:
    return Document("d", text, {}, infer_headings(text))


@settings(max_examples=60)
@given(texts)
def test_chunks_are_exact_ranges_of_the_text(raw: str) -> None:
    text = canonical(raw)
    chunker = SentenceChunker(lambda several: [len(t.split()) for t in several], ChunkerConfig(8, 3, 4))
    end = 0
    for chunk in chunker.chunk(_document(text)):
        assert text[chunk.start : chunk.end] == chunk.text
        assert end <= chunk.start < chunk.end
        assert chunk.sentences[0].start == chunk.start
        assert chunk.sentences[-1].end == chunk.end
        end = chunk.end


def test_chunks_fit_what_the_embedder_reads(embedder: OnnxEmbedder) -> None:
    config = ChunkerConfig()
    text = "# A heading\n\n" + "word " * 3000 + "\n\n" + "成都会议" * 400 + "\n\n" + "x" * 5000
    text += "\n\n" + "\n".join(f"{n}) ok" for n in range(400))
    chunks = SentenceChunker(embedder.count_tokens, config).chunk(_document(canonical(text)))
    counts = embedder.count_tokens([c.embedded_text for c in chunks])
    assert len(chunks) > 10
    assert max(counts) <= embedder.max_tokens


@pytest.mark.parametrize("word", ["0123456789abcdef", "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย"])
def test_a_passage_of_unknown_words_is_not_the_whole_document(embedder: OnnxEmbedder, word: str) -> None:
    document = _document(word * 1000)
    chunks = SentenceChunker(embedder.count_tokens, ChunkerConfig()).chunk(document)
    assert max(len(c.text) for c in chunks) < 3000
    assert "".join(c.text for c in chunks) == document.text


def test_headings_are_context_and_lie_outside_the_range(embedder: OnnxEmbedder) -> None:
    section = "A sentence about the matter that is long enough to fill a passage. " * 20
    text = canonical(f"# Title\n\n{section}\n\n## Section\n\n{section}")
    document = Document("d", text, {"title": "Title"}, infer_headings(text))
    last = SentenceChunker(embedder.count_tokens, ChunkerConfig()).chunk(document)[-1]
    assert last.context == "Title › Section"
    assert "Title" not in last.text


def test_the_opening_sentence_stands_in_for_a_title_that_is_missing() -> None:
    section = "A sentence about the matter that is long enough to fill a passage. " * 20
    text = f"Orrin Mills is a firm.\n\n{section}\n\nPast Years:\n{section}"
    chunker = SentenceChunker(lambda several: [len(t.split()) for t in several], ChunkerConfig())
    first, *_, last = chunker.chunk(_document(text))
    assert first.context == ""
    assert last.context == "Orrin Mills is a firm. › Past Years"
    titled = Document("d", text, {"title": "Mills"}, infer_headings(text))
    assert chunker.chunk(titled)[-1].context == "Mills › Past Years"


class _Counted(tuple[Heading, ...]):
    """Headings that count how many of them were handed out."""

    handed = 0

    def __iter__(self) -> Iterator[Heading]:
        for heading in super().__iter__():
            type(self).handed += 1
            yield heading

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        type(self).handed += len(found) if isinstance(at, slice) else 1
        return found


def test_many_headings_are_walked_a_few_times_and_not_for_every_passage() -> None:
    text = "\n\n".join(f"Part {n}\n\nOne tells of it here." for n in range(1000))
    parts = _Counted(Heading(m.start(), m.end(), 2, m.group()) for m in re.finditer("Part .*", text))
    chunker = SentenceChunker(lambda several: [len(t.split()) for t in several], ChunkerConfig(8, 3, 4))
    chunks = chunker.chunk(Document("d", text, {}, parts))
    assert chunks[-1].context == "0 › Part 998"
    assert len(chunks) > 500
    assert _Counted.handed < 10 * len(parts)


def test_chunk_ids_differ_by_document_and_agree_by_content() -> None:
    chunker = SentenceChunker(lambda several: [len(t.split()) for t in several], ChunkerConfig())
    text = "One sentence here. Another one there."
    first, again = chunker.chunk(Document("a", text)), chunker.chunk(Document("a", text))
    other = chunker.chunk(Document("b", text))
    assert [c.id for c in first] == [c.id for c in again]
    assert {c.id for c in first}.isdisjoint(c.id for c in other)
