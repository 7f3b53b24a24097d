import pytest

from index.retrieve import Question, retrieve
from index.types import Document
from service.answering.asked.decompose import by_names, leans, parts
from service.types import Ask
from service.wiring import App


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who opened it and when was it closed?", ("Who opened it?", "when was it closed?")),
        ("Who built the bridge? When did it fall?", ("Who built the bridge?", "When did it fall?")),
        (
            "What does P. Orrin do for a living, and does he have children?",
            ("What does P. Orrin do for a living?", "does he have children?"),
        ),
        (
            "Where were the fourth and the fifth meeting held?",
            ("Where were the fourth meeting held?", "Where were the fifth meeting held?"),
        ),
        ("By how much did the fee rise, and why?", ("By how much did the fee rise?", "why?")),
        ("What changed in 1999 and 2004?", ("What changed in 1999?", "What changed in 2004?")),
        (
            "What do both Rome and Paris have in common?",
            ("What do both Rome have in common?", "What do both Paris have in common?"),
        ),
        (
            "Compare the profit of Orrin Mills Inc. in 2019 and Tamsin Ltd. in 2020. Which had more?",
            (
                "Compare the profit of Orrin Mills Inc. in 2019. Which had more?",
                "Compare the profit of Tamsin Ltd. in 2020. Which had more?",
            ),
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
        "How many places were offered, and for how long?",
        "Who was chosen, and why?",
        "Who came from Orrin, and in what capacity?",
        "Which towns lie on the river and its banks?",
        "Which dogs are black and have their tails docked?",
        "Which parks are large and are the oldest?",
        "谁主持了会议？",
        "What happened between 1999 and 2004?",
        "Is Trinidad and Tobago more populous than Malta?",
        "what is this? " * 20,
        "",
    ],
)
def test_one_question_stays_whole(question: str) -> None:
    assert parts(question) == (question,)


def _put(app: App, **texts: str) -> None:
    for document_id, text in texts.items():
        app.builder.put("default", Document(document_id, text))


def _named(app: App, text: str) -> list[tuple[str, str]]:
    question = Question.of(text, app.builder.embedder.embed_query)
    return app.index.read("default", lambda view: by_names(view, question, retrieve(view, question, 8)))


def test_a_question_on_two_named_things_is_asked_of_each(app: App) -> None:
    _put(
        app,
        york="The court of York sentenced Smith to a fine of 40 pounds.",
        leeds="The court of Leeds sentenced Brown to a fine of 30 pounds.",
        other="The harbour was dredged.",
    )
    asked = _named(app, "Whose fine was larger, that of Smith in York or that of Brown in Leeds?")
    assert asked == [
        ("Whose fine was larger, that of Smith in York?", "Smith, York"),
        ("Whose fine was larger, that of Brown in Leeds?", "Brown, Leeds"),
    ]


@pytest.mark.parametrize(
    "question",
    [
        "Did the court of York sentence Smith?",
        "What did the court of York say of Atlantis?",
        "what was the larger fine?",
        "Whose fine was larger, that of Jones or that of Green?",
        "Did Smith of York ever see Brown of Leeds?",
    ],
)
def test_what_one_document_names_stays_whole(app: App, question: str) -> None:
    _put(
        app,
        york="The court of York sentenced Smith to a fine of 40 pounds.",
        leeds="The court of Leeds sentenced Brown to a fine of 30 pounds.",
    )
    assert _named(app, question) == []


def test_a_pronoun_of_the_second_part_is_whom_the_first_part_names(app: App) -> None:
    _put(
        app,
        orrin="Anna Orrin was born in Leeds in 1871. Anna Orrin died in Hull in 1932.",
        tamsin="Clara Tamsin was born in York in 1880. Clara Tamsin died in 1940, when she was sixty.",
    )
    answer = app.pipeline.answer(Ask("Where was Anna Orrin born, and when did she die?", "default", {}, 8, 2))
    assert answer.abstention is None
    assert {s.document_id for c in answer.citations for s in c.sources} == {"orrin"}
    assert answer.short_answer == "Leeds; 1932"


def test_of_two_questions_the_one_that_is_not_answered_does_not_keep_the_other_back(app: App) -> None:
    _put(app, orrin="Peter Orrin is a baker in Leeds. He lives in a house by the river.")
    answer = app.pipeline.answer(
        Ask("What does Peter Orrin do for a living, and does he have children?", "default", {}, 8, 4)
    )
    assert answer.abstention is None
    assert answer.text == (
        "Peter Orrin is a baker in Leeds. [1] "
        "No answer to this part was found in the documents: “does Peter Orrin have children?”."
    )


def test_a_part_that_leans_on_another_is_told_apart() -> None:
    assert leans("what is it going to build on?")
    assert not leans("when did the bridge fall?")
