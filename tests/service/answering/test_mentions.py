import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.asked.mentions import joined, mentions, without


def test_a_name_is_whole_and_a_date_belongs_to_it() -> None:
    found = mentions("What did Green Fields Ltd. in May 2019 and the Bank of Orrin in 2021 report?")
    assert [(m.text, m.date, m.of) for m in found] == [
        ("Green Fields Ltd", False, None),
        ("2019", True, 0),
        ("Bank Orrin", False, None),
        ("2021", True, 2),
    ]


def test_what_commas_join_may_be_one_name() -> None:
    question = "In the judgment of York, Leeds, Court, what did J. Smith say?"
    assert joined(question, mentions(question)) == [[0, 1, 2], [3]]


@pytest.mark.parametrize(
    ("question", "left_out", "expected"),
    [
        ("What did Orrin Ltd. and Tamsin Inc. sign?", [0], "What did Tamsin Inc. sign?"),
        ("What did Orrin Ltd. and Tamsin Inc. sign?", [1], "What did Orrin Ltd. sign?"),
        ("What did Orrin and Tamsin sign in 2021?", [1], "What did Orrin sign in 2021?"),
        ("What did Orrin in 2019 and Tamsin in 2021 sign?", [2], "What did Orrin in 2019 sign?"),
        ("What changed in 2019 for Orrin and in 2020 for Tamsin?", [2, 3], "What changed in 2019 for Orrin?"),
        ("Who is older, A. Smith or B. Brown?", [0], "Who is older, B. Brown?"),
        (
            "Which is older, the mill in Orrin or the one in Tamsin?",
            [0],
            "Which is older, the mill in Tamsin?",
        ),
        ("In the judgment of York, Court, who lost?", [], "In the judgment of York, Court, who lost?"),
    ],
)
def test_what_joined_a_name_goes_with_it(question: str, left_out: list[int], expected: str) -> None:
    assert without(question, mentions(question), left_out) == expected


_WORDS = st.sampled_from(
    "Orrin Tamsin Ltd. J. 2019 May and or of the in , . ? who built it versus York".split()
)


@given(st.lists(_WORDS, max_size=20).map(" ".join))
def test_leaving_out_keeps_every_other_name(question: str) -> None:
    found = mentions(question)
    gone = [i for i in range(len(found)) if i % 2]
    rest = without(question, found, gone)
    for i, mention in enumerate(found):
        if i not in gone and mention.of not in gone:
            assert all(token.surface in rest for token in mention.tokens)
