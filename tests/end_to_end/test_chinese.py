"""A Chinese question is answered, with exact citations, by a configuration that is English."""

from collections.abc import Iterator

import pytest

from index.text.blocks import infer_headings
from index.text.canonical import canonical
from index.types import Document
from service.settings import load_settings
from service.types import Ask
from service.wiring import App, open_app
from tests.chinese import DOCUMENTS, QUESTIONS


@pytest.fixture(scope="module")
def chinese_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The corpus, indexed. Read only."""
    data_dir = tmp_path_factory.mktemp("chinese") / "index"
    with open_app(load_settings(data_dir=data_dir), create=True) as app:
        for name, raw in DOCUMENTS.items():
            text = canonical(raw)
            app.builder.put("default", Document(name, text, {}, infer_headings(text)))
        yield app


def test_citations_are_exact_and_of_the_right_document(chinese_app: App) -> None:
    right = 0
    for question, document, words in QUESTIONS:
        answer = chinese_app.pipeline.answer(Ask(question))
        assert answer.answerable or not answer.citations
        for citation in answer.citations:
            for source in citation.sources:
                text = canonical(DOCUMENTS[source.document_id])
                assert text[source.start : source.end] == source.cited_text
        quoted = [s for c in answer.citations for s in c.sources if s.document_id == document]
        right += any(words in s.cited_text for s in quoted)
    assert right == len(QUESTIONS)


def test_what_no_document_mentions_is_not_answered(chinese_app: App) -> None:
    answer = chinese_app.pipeline.answer(Ask("咖啡烘焙炉售价几何？"))
    assert answer.abstention is not None
    assert answer.abstention.reason == "no_match"
