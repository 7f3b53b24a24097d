import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import CitationBroken
from index.text.blocks import infer_headings
from index.text.canonical import canonical
from index.text.sentences import split_sentences
from index.types import Chunk, Document, DocumentRecord, EmbeddedChunk, Hit, Sentence
from service.answering.composing.cite import check, check_sides, cite, oppose
from service.answering.composing.compose import Statement
from service.answering.composing.conflicts import Side
from service.answering.evidence import FEATURES, Evidence
from service.answering.language.figures import Figure
from tests.strategies import structured_texts

VECTOR = np.ones(2, dtype=np.float32)


def _evidence(document: Document, sentence: Sentence) -> Evidence:
    chunk = Chunk(
        document.id,
        document.revision,
        sentence.start,
        sentence.end,
        document.text[sentence.start : sentence.end],
        "",
        (sentence,),
    )
    record = DocumentRecord(
        document.id, "default", document.revision, {"title": "T"}, (document.revision,), 1, 1, 1, "now"
    )
    hit = Hit(EmbeddedChunk(chunk, VECTOR, VECTOR.reshape(1, 2)), record, 1.0, 1.0, None)
    return Evidence(hit, sentence, chunk.text, VECTOR, 0.5, np.zeros(len(FEATURES)))


def test_footnotes_of_a_source_are_no_marks_of_the_answer() -> None:
    document = Document("d", "It rose,[1] then fell.[2][a] An array x[1] was read.[citation needed]")
    answer, citations = cite(
        [Statement((_evidence(document, s),)) for s in split_sentences(document.text, ())]
    )
    assert answer == "It rose, then fell. [1] An array x[1] was read. [2]"
    assert [c.sources[0].cited_text for c in citations] == [
        "It rose,[1] then fell.[2][a]",
        "An array x[1] was read.[citation needed]",
    ]


@given(structured_texts, st.lists(st.sampled_from(["", "T", "[1]", "A report [2021]"]), min_size=4))
def test_every_citation_resolves_in_answer_and_source(raw: str, titles: list[str]) -> None:
    text = canonical(raw)
    document = Document("d", text)
    statements = [
        Statement((_evidence(document, s),), title)
        for s, title in zip(split_sentences(text, infer_headings(text))[:4], titles, strict=False)
    ]
    answer, citations = cite(statements)
    # Nothing is in the answer but titles, what is cited, and its marks.
    pieces = (
        f"[{s.title}] " * bool(s.title) + f"{c.text} [{c.id}]"
        for s, c in zip(statements, citations, strict=True)
    )
    assert answer == " ".join(pieces)
    checked = check(citations, lambda _id, _revision, start, end: text[start:end], lambda *_: 7)
    assert len(checked) == len(statements)
    for citation in checked:
        assert answer[citation.start : citation.end] == citation.text
        assert answer[citation.end :].startswith(f" [{citation.id}]")
        for source in citation.sources:
            assert source.verified
            assert source.page == 7
            assert text[source.start : source.end] == source.cited_text
            assert " ".join(source.cited_text.split()) == citation.text


def test_a_citation_that_does_not_resolve_withholds_the_answer() -> None:
    document = Document("d", "One sentence. Another one.")
    _, citations = cite([Statement((_evidence(document, Sentence(0, 13, "prose")),))])
    with pytest.raises(CitationBroken, match=r"d\[0:13\]"):
        check(citations, lambda *place: "Two sentences. Another one."[slice(*place[2:])], lambda *_: None)


def test_corroborating_sources_share_one_citation() -> None:
    one, two = Document("a", "The same fact."), Document("b", "The same fact.")
    sentence = Sentence(0, 14, "prose")
    answer, citations = cite([Statement((_evidence(one, sentence), _evidence(two, sentence)))])
    assert answer == "The same fact. [1]"
    assert [s.document_id for s in citations[0].sources] == ["a", "b"]


def test_a_title_stands_outside_of_the_citation() -> None:
    document = Document("a", "It rose.")
    answer, (citation,) = cite([Statement((_evidence(document, Sentence(0, 8, "prose")),), "Report")])
    assert answer == "[Report] It rose. [1]"
    assert answer[citation.start : citation.end] == citation.text == "It rose."


def test_the_sides_of_a_conflict_are_checked_as_citations_are() -> None:
    old, new = Document("a", "It has 3 mills."), Document("b", "It has 4 mills.")
    texts = {"a": old.text, "b": new.text}
    figure = Figure("quantity", 7, 8, (3.0,))
    sides = [Side(_evidence(d, Sentence(0, 15, "prose")), figure) for d in (old, new)]
    found = oppose([sides, sides])
    (conflict,) = check_sides(found, lambda name, _revision, start, end: texts[name][start:end], lambda *_: 2)
    assert [(s.figure, s.source.document_id, s.source.cited_text) for s in conflict.sides] == [
        ("3", "a", "It has 3 mills."),
        ("4", "b", "It has 4 mills."),
    ]
    assert all(s.source.verified and s.source.page == 2 for s in conflict.sides)
    with pytest.raises(CitationBroken, match=r"a\[0:15\]"):
        check_sides(found, lambda *_: "It has 5 mills.", lambda *_: None)
