import pytest

from index.types import Document
from service.types import Ask
from service.wiring import App

TEXT = (
    "The Orrin ferry carries forty people across the lake. It sails four times a day from May to October. "
    "[[1](https://example.org/ferry)]\n\nwww.example.org/ferry\n\nWho sails it? "
    "A ticket for the ferry costs two crowns."
)


@pytest.mark.parametrize(
    "question", ["Summarize what is known of the Orrin ferry.", "What does the Orrin ferry cost?"]
)
def test_links_and_questions_are_no_evidence(app: App, question: str) -> None:
    app.builder.put("default", Document("ferry", TEXT))
    answer = app.pipeline.answer(Ask(question, "default", {}, 8, 10))
    cited = [source.cited_text for citation in answer.citations for source in citation.sources]
    assert cited
    assert not any("example.org" in text or "?" in text for text in cited)


def test_a_summary_has_no_short_answer(app: App) -> None:
    app.builder.put("default", Document("ferry", TEXT))
    answer = app.pipeline.answer(Ask("Summarize what is known of the Orrin ferry.", "default", {}, 8, 2))
    assert answer.short_answer is None
    starts = [citation.sources[0].start for citation in answer.citations]
    assert len(starts) == 2
    assert starts == sorted(starts)


def test_a_summary_of_what_is_not_there_is_refused(app: App) -> None:
    app.builder.put("default", Document("ferry", TEXT))
    answer = app.pipeline.answer(Ask("Summarize the plans for the Tamsin airport.", "default", {}, 8, 2))
    assert answer.abstention is not None
