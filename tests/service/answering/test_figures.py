import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.language.figures import figures
from tests.strategies import texts


def _agree(one: str, other: str) -> bool | None:
    """Whether the only figures of two sentences agree; None if they cannot be compared."""
    (mine,), (its,) = figures(one), figures(other)
    return mine.agrees(its) if mine.comparable(its) else None


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("It took two years.", "It took 2 years.", True),
        ("It took two years.", "It took three years.", False),
        ("It took two years.", "It took 24 months.", None),
        ("It sold 1,200,000 lamps.", "It sold 1.2 million lamps.", True),
        ("It sold 3 million lamps.", "It sold 3.2 million lamps.", True),
        ("It sold 3 million lamps.", "It sold 4.2 million lamps.", False),
        ("It fell 4 per cent.", "It fell 4%.", True),
        ("It cost $40.", "It cost €40.", None),
        ("It cost $40.", "It cost $42.", False),
        ("It opened in May 1932.", "It opened in 1932.", True),
        ("It opened in May 1932.", "It opened on 7 June 1932.", False),
        ("It opened on May 7, 1932.", "It opened on 1932-05-07.", True),
        ("It opened in 1932.", "It opened on 7 May.", True),
    ],
)
def test_figures_are_compared_by_value_and_unit(one: str, other: str, agree: bool | None) -> None:
    assert _agree(one, other) is agree


@pytest.mark.parametrize("sentence", ["It was in the 1920s.", "It lasted from 4 to 6 May.", "None."])
def test_what_is_no_one_date_is_none(sentence: str) -> None:
    assert [f for f in figures(sentence) if f.kind == "date"] == []


@given(st.one_of(texts, st.text("0123456789.,%$ ofMay-", max_size=40)))
def test_figures_lie_in_order_and_agree_with_themselves(text: str) -> None:
    found = figures(text)
    assert [f.start for f in found] == sorted(f.start for f in found)
    for figure in found:
        assert 0 <= figure.start < figure.end <= len(text)
        assert figure.comparable(figure)
        assert figure.agrees(figure)
