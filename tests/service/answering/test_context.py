from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from index.index import View
from index.text.canonical import canonical
from index.types import Document, Hit
from service.answering.asked.question import understand
from service.answering.composing.compose import Statement
from service.answering.composing.context import dangles, in_context
from service.answering.evidence import FEATURES, Evidence
from service.wiring import App
from tests.strategies import structured_texts, texts


@pytest.mark.parametrize(
    "sentence",
    [
        "It rose by 4 %.",
        "“They met twice,” he said.",
        "This plan failed.",
        "Those were sold.",
        "Both sides agreed.",
        "The company agreed to pay.",
        "The foreign ministers agreed to meet.",
        "The firm, founded in 1990, grew.",
        "The other party left.",
        "However, Orrin grew.",
        "In addition, Orrin grew.",
        "But Orrin grew.",
        "In 2021, it rose.",
        "By May 2020, the mill had closed.",
    ],
)
def test_what_opens_with_something_said_before_dangles(sentence: str) -> None:
    assert dangles(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Orrin grew.",
        "The Orrin Mills grew.",
        "The meeting in Nordby was short.",
        "The capital of France is Paris.",
        "The people who came left.",
        "The 2019 report is long.",
        "The court's ruling stood.",
        "The following towns were named.",
        "Those who came left.",
        "Both Orrin and Tamsin agreed.",
        "IT spending rose.",
        "It is known that water boils.",
        "It is important to rest.",
        "That he won was a surprise.",
        "So far, Orrin grew.",
        "In Nordby, it rained.",
        "There were ten.",
        "成都会议。",
        "The",
        "",
    ],
)
def test_what_stands_by_itself_does_not(sentence: str) -> None:
    assert not dangles(sentence)


def test_a_definite_noun_that_the_question_has_is_clear() -> None:
    sentence = "The heart pumps blood."
    assert not dangles(sentence, understand("What does the heart do?"))
    assert dangles(sentence, understand("What does the lung do?"))
    assert dangles("The fair was short.", understand("How long was the fair in Nordby?"))
    assert dangles("It pumps blood.", understand("What does it do?"))


_MILLS = "Orrin Mills makes lamps. It was founded in 1931. The hall burned in 1940. It was rebuilt in 1950."


def _evidence(view: View, document_id: str, opening: str) -> Evidence:
    record = view.store.document(view.collection, document_id)
    for embedded in view.store.document_chunks(view.collection, document_id):
        for sentence in embedded.chunk.sentences:
            text = embedded.chunk.text[sentence.start - embedded.chunk.start :][
                : sentence.end - sentence.start
            ]
            if text.startswith(opening):
                hit = Hit(embedded, record, 1.0, 1.0, None)
                return Evidence(
                    hit, sentence, text, np.ones(2, dtype=np.float32), 0.9, np.zeros(len(FEATURES))
                )
    raise AssertionError(opening)


def _shown(app: App, question: str, *places: tuple[str, str]) -> Sequence[tuple[str, str]]:
    """Title and text of each statement, whose text is checked against its document."""

    def work(view: View) -> Sequence[tuple[str, str]]:
        statements = [Statement((_evidence(view, *place),)) for place in places]
        placed = in_context(view, understand(question), statements)
        for statement in placed:
            best = statement.best
            text = view.store.text(view.collection, best.hit.document.id)
            assert text[best.sentence.start : best.sentence.end] == best.text
        return [(s.title, s.best.text) for s in placed]

    return app.index.read("default", work)


def test_a_title_stands_in_front_where_it_is_not_clear(app: App) -> None:
    app.builder.put("default", Document("mills", _MILLS, {"title": "Orrin\nMills"}))
    app.builder.put("default", Document("ferry", "It carries 600 people.", {"title": "The Nordby ferry"}))
    founded, ferry = ("mills", "It was founded"), ("ferry", "It carries")
    named = ("Orrin Mills", "It was founded in 1931.")
    assert _shown(app, "When was it founded?", founded) == [named]
    assert _shown(app, "When was Orrin Mills founded?", founded) == [("", named[1])]
    assert _shown(app, "When was it founded?", ("mills", "Orrin"), founded)[1] == ("", named[1])
    rebuilt = ("mills", "It was rebuilt")
    assert _shown(app, "When was it founded?", founded, rebuilt)[1][0] == ""
    # After a sentence on something else, what was asked about is named again.
    assert _shown(app, "When was Orrin Mills founded?", ferry, founded)[1] == named


def test_without_a_title_the_sentence_before_is_quoted_too(app: App) -> None:
    app.builder.put("default", Document("mills", _MILLS))
    founded = ("mills", "It was founded")
    with_lead = "Orrin Mills makes lamps. It was founded in 1931."
    assert _shown(app, "When was it founded?", founded) == [("", with_lead)]
    assert _shown(app, "When was it founded?", ("mills", "Orrin"), founded)[1] == (
        "",
        "It was founded in 1931.",
    )
    later = _shown(app, "What burned?", ("mills", "Orrin"), ("mills", "The hall burned"))
    assert later[1] == ("", "It was founded in 1931. The hall burned in 1940.")


def test_what_is_quoted_as_context_is_not_quoted_again(app: App) -> None:
    app.builder.put("default", Document("mills", _MILLS))
    shown = _shown(app, "When was it founded?", ("mills", "It was founded"), ("mills", "Orrin"))
    assert shown == [("", "Orrin Mills makes lamps. It was founded in 1931.")]


def test_no_context_where_there_is_none_to_quote(app: App) -> None:
    app.builder.put("default", Document("bare", "It rains often."))
    app.builder.put("default", Document("list", "Rules:\n\n- Lamps are lit\n- They are cleaned\n"))
    long = "Orrin " + "grinds and grinds " * 30 + "all day."
    app.builder.put("default", Document("long", f"{long} It stops at night."))
    assert _shown(app, "When?", ("bare", "It rains")) == [("", "It rains often.")]
    assert _shown(app, "When?", ("list", "They are")) == [("", "They are cleaned")]
    assert _shown(app, "When?", ("long", "It stops")) == [("", "It stops at night.")]


def test_a_long_title_is_cut_at_a_word(app: App) -> None:
    title = "On the many ways of lighting lamps " * 6
    app.builder.put("default", Document("lamps", "It takes a match.", {"title": title}))
    ((shown, _),) = _shown(app, "What is needed?", ("lamps", "It takes"))
    assert len(shown) <= 122
    assert title.startswith(shown.removesuffix(" …"))


@given(texts)
def test_quotation_marks_in_front_change_nothing(text: str) -> None:
    assert dangles(text) == dangles(f"“{text}")


# One index for all examples: each replaces the document.
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(structured_texts)
def test_context_only_widens_what_is_quoted_and_stays_verbatim(app: App, raw: str) -> None:
    text = canonical(raw)
    app.builder.put("default", Document("any", f"{text}\n\nThen it ended."))

    def work(view: View) -> None:
        record = view.store.document("default", "any")
        held = view.store.text("default", "any")
        statements = []
        for embedded in view.store.document_chunks("default", "any"):
            for s in embedded.chunk.sentences:
                hit = Hit(embedded, record, 1.0, 1.0, None)
                found = Evidence(
                    hit, s, held[s.start : s.end], np.ones(2, dtype=np.float32), 0.9, np.zeros(len(FEATURES))
                )
                statements.append(Statement((found,)))
        for given_, placed in zip(
            statements[::2], in_context(view, understand("Why?"), statements[::2]), strict=True
        ):
            was, now = given_.best.sentence, placed.best.sentence
            assert (now.end, now.kind, placed.title) == (was.end, was.kind, "")
            assert now.start <= was.start
            assert held[now.start : now.end] == placed.best.text
        # Where each stands behind the one before it, nothing has to be added.
        whole = in_context(view, understand("Why?"), statements)
        assert [s.best.sentence for s in whole] == [s.best.sentence for s in statements]

    app.index.read("default", work)
