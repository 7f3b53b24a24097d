import pytest

from index.types import Document
from service.answering.abstain import BESIDE, sure_enough
from service.types import Ask
from service.wiring import App


@pytest.mark.parametrize(
    ("confidences", "answered"),
    [
        ([0.4], [True]),
        ([0.39], [False]),
        ([0.39, 0.3], [False, False]),
        ([0.4, 0.3], [True, True]),
        ([0.1, 0.9, 0.2], [False, True, True]),
    ],
)
def test_beside_an_answer_less_is_enough(confidences: list[float], answered: list[bool]) -> None:
    assert BESIDE == 0.5
    assert sure_enough(confidences, 0.4) == answered


@pytest.mark.parametrize(
    ("question", "detail"),
    [
        ("When did Mary Brown open the mill?", "The nearest passages do not mention “Mary Brown”."),
        ("How many Orrinian mills were sold?", "The nearest passages do not mention “Orrinian”."),
        (
            "How many Orrin mills were sold?",
            "The nearest passages are about this, but no sentence answers it.",
        ),
    ],
)
def test_a_refusal_names_what_no_passage_mentions(app: App, question: str, detail: str) -> None:
    app.builder.put(
        "default", Document("mill", "A minister of Orrinland was in the mill that is near the sea.")
    )
    refusal = app.asker.answer(Ask(question)).abstention
    assert refusal is not None
    assert refusal.detail == detail
