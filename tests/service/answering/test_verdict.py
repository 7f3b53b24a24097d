import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.language.verdict import yes_or_no
from tests.service.making import evidence


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Is smoking allowed in the hall?", "Smoking is allowed in the hall.", "Yes"),
        ("Is smoking allowed in the hall?", "Smoking is not allowed in the hall.", "No"),
        ("Was the Orrin Bridge opened in 1878?", "The Orrin Bridge was opened in 1878 by the mayor.", "Yes"),
        ("Was the Orrin Bridge opened in 1878?", "The Orrin Bridge wasn't opened in 1878.", "No"),
        ("Did Marlow visit Rome?", "In spring, Marlow visited Rome.", "Yes"),
        ("Did Marlow visit Rome?", "Marlow never visited Rome.", "No"),
        ("Does willow bark thin the blood?", "Willow bark thins the blood.", "Yes"),
        ("Does willow bark thin the blood?", "Willow bark does not thin the blood.", "No"),
        ("Can otters climb?", "Otters cannot climb.", "No"),
        ("Are dogs allowed on the beach?", "No dogs are allowed on the beach.", "No"),
        ("Is there a pharmacy in the village?", "There is no pharmacy in the village.", "No"),
        ("Will the plant close in May?", "The plant will close in May.", "Yes"),
        ("Is the tariff not refundable?", "The tariff is not refundable.", "Yes"),
    ],
)
def test_a_sentence_that_repeats_the_question_decides_it(question: str, sentence: str, expected: str) -> None:
    assert yes_or_no(question, [evidence(sentence)]) == expected


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Was the vote valid?", "The vote was invalid."),
        ("Was the vote valid?", "The vote was reportedly valid."),
        ("Is the lift working?", "The lift may be working."),
        ("Was the mill sold?", "The mill was planned to be sold."),
        ("Is smoking allowed?", "Smoking is allowed only on the roof."),
        ("Is smoking allowed?", "Smoking is allowed if the windows are open."),
        ("Is smoking allowed?", "Brown said smoking is allowed."),
        ("Is smoking allowed?", "It is a rumour that smoking is allowed."),
        ("Is the bridge open?", "The museum near the bridge is open."),
        ("Is the bridge open?", "The bridge was open."),
        ("Did Marlow visit Rome?", "Marlow's wife visited Rome."),
        ("Did Marlow visit Rome?", "Marlow praised Brown, who visited Rome."),
        ("Did Marlow visit Rome?", "Marlow, not Brown, visited Rome."),
        ("Did Marlow visit Rome?", "Marlow visited Rome, but Brown did not."),
        ("Did Marlow defeat Brown?", "Brown defeated Marlow."),
        ("Did Marlow defeat Brown?", "Marlow was defeated by Brown."),
        ("Did Orrin acquire Tamsin?", "Orrin acquired Tamsin shares."),
        ("Was the fine more than 30 pounds?", "The fine was 30 pounds."),
        ("Is the door red or blue?", "The door is red or blue."),
        ("Does it work?", "It works."),
        ("Will the plant close?", "The plant closed."),
    ],
)
def test_where_it_is_not_sure_it_says_neither(question: str, sentence: str) -> None:
    assert yes_or_no(question, [evidence(sentence)]) is None


def test_weak_or_opposed_evidence_is_not_sure() -> None:
    question = "Is smoking allowed in the hall?"
    yes, no = "Smoking is allowed in the hall.", "Smoking is not allowed in the hall."
    assert yes_or_no(question, []) is None
    assert yes_or_no(question, [evidence(yes, 0.79)]) is None
    assert yes_or_no(question, [evidence(yes, 0.9), evidence(no, 0.5, "e")]) is None
    assert yes_or_no(question, [evidence(yes, 0.9), evidence(no, 0.1, "e")]) == "Yes"


_NOUNS = ["otters", "lamps", "copper roofs", "the tides", "Marlow"]
_WHAT = ["visible at night", "registered in Oslo", "taxed since 1990"]


@given(st.sampled_from(_NOUNS), st.sampled_from(_WHAT), st.booleans(), st.booleans())
def test_one_denial_more_turns_the_answer(noun: str, what: str, asked_not: bool, said_not: bool) -> None:
    question = f"Are {noun} {'not ' * asked_not}{what}?"
    sentence = f"{noun[0].upper()}{noun[1:]} are {'not ' * said_not}{what}."
    assert yes_or_no(question, [evidence(sentence)]) == ("Yes" if asked_not == said_not else "No")
