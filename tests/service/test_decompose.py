import pytest

from service.answering.decompose import parts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who opened it and when was it closed?", ("Who opened it?", "when was it closed?")),
        ("Who built the bridge? When did it fall?", ("Who built the bridge?", "When did it fall?")),
        (
            "Where were the fourth and the fifth meeting held?",
            ("Where were the fourth meeting held?", "Where were the fifth meeting held?"),
        ),
        ("What changed in 1999 and 2004?", ("What changed in 1999?", "What changed in 2004?")),
        (
            "What do both Rome and Paris have in common?",
            ("What do Rome have in common?", "What do Paris have in common?"),
        ),
    ],
)
def test_two_questions_in_one_are_asked_one_by_one(question: str, expected: tuple[str, ...]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What did France and Spain sign?",
        "When and where was it held?",
        "Which towns lie on the river and its banks?",
        "谁主持了会议？",
        "What happened between 1999 and 2004?",
        "Is Trinidad and Tobago more populous than Malta?",
        "what is this? " * 20,
        "",
    ],
)
def test_one_question_stays_whole(question: str) -> None:
    assert parts(question) == (question,)
