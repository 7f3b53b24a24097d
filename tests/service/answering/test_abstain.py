import pytest

from service.answering.abstain import BESIDE, sure_enough


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
