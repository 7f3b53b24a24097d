import pytest

from service.answering.asked.question import understand
from service.answering.language import spans


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was it founded?", "when"),
        ("In which year did it close?", "when"),
        ("On what date was the treaty signed?", "when"),
        ("How many people came?", "how_many"),
        ("Who chaired it?", "who"),
        ("To whom was it sold?", "who"),
        ("Where is it kept?", "where"),
        ("In which city did they meet?", "where"),
        ("Why did it fail?", "why"),
        ("What was the reason for the delay?", "why"),
        ("How is it made?", "how"),
        ("Which metals rust?", "which"),
        ("What is it called?", "what"),
        ("Was it finished?", "yes_no"),
        ("Tell me who painted it", "who"),
        ("According to the report for 1921, when was it sold?", "when"),
        ("Of the four ships, how many sank?", "how_many"),
        ("Compare both yards. Which of them was older?", "which"),
        ("From the minutes of May, summarize the decisions.", "summary"),
        ("Describe the harbour.", "summary"),
        ("painting, oil, lost", "other"),
        ("谁主持了会议？", "other"),
    ],
)
def test_kind_of_question(question: str, kind: str) -> None:
    assert understand(question).kind == kind


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Which metals are used in the alloy?", True),
        ("What are the main ingredients?", True),
        ("List the members of the board.", True),
        ("Name the three rivers.", True),
        ("What does the engine burn?", False),
        ("What is the boss of the firm called?", False),
        ("When did the trains stop?", False),
        ("How many wheels has it?", False),
    ],
)
def test_list_questions_are_told_apart(question: str, several: bool) -> None:
    assert understand(question).wants_list is several


@pytest.mark.parametrize(
    ("question", "terms", "telling"),
    [
        ("By the log of Orrin Port, what was the depth of the harbour?", "depth", "depth"),
        ("What is Ada Brown's blood pressure?", "blood pressur", "blood pressur"),
        ("What is the patient's pulse?", "puls", "puls"),
        ("What crimes did the defendants commit?", "crime", "crime"),
        ("What is the name of the captain's first ship?", "name 1st ship", "1st ship"),
        ("What is the date of birth of Ada Brown?", "date birth", "birth"),
        ("How old is Ada Brown?", "age", "age"),
        ("When was the judgment of Brown?", "judgment date time", "judgment"),
        ("How did Brown do it?", "", ""),
        ("What is it?", "", ""),
        ("", "", ""),
    ],
)
def test_what_is_sought_is_told_from_whose_it_is(question: str, terms: str, telling: str) -> None:
    sought = understand(question).sought
    assert sought.terms == set(terms.split())
    assert sought.telling == set(telling.split())


def test_names_numbers_and_ordinals_are_distinctive() -> None:
    asked = understand("What did Marie Curie say at the 3rd congress in 1921?")
    assert asked.distinctive == {"mari", "curi", "3rd", "1921"}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It opened on 4 May 1921 in Rome.", ["4 May 1921"]),
        ("From June 6 to 9 and again in March 1999.", ["June 6 to 9", "March 1999"]),
        ("Held on April 27, 2023.", ["April 27, 2023"]),
        ("About 1,500 people may come.", []),
        ("Built in the 12th century.", ["12th century"]),
    ],
)
def test_dates_in_a_sentence(sentence: str, expected: list[str]) -> None:
    assert [sentence[a:b] for a, b in spans.dates(sentence)] == expected


@pytest.mark.parametrize(
    ("sentence", "counted", "expected"),
    [
        ("It trained 1,500 pilots and 20 cooks.", "cook", ["20"]),
        ("It trained 1,500 pilots and 20 cooks.", "peopl", []),
        ("They have four legs in 2020.", "leg", ["four"]),
        ("Two legs, or four legs.", "leg", ["Two", "four"]),
        ("It offered 600 new government scholarships.", "scholarship", ["600"]),
        ("Of 600, some were scholarships.", "scholarship", []),
        ("It offered scholarships.", "scholarship", []),
    ],
)
def test_a_quantity_counts_what_follows_it(sentence: str, counted: str, expected: list[str]) -> None:
    assert [sentence[a:b] for a, b in spans.counts(sentence, [counted])] == expected


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many key agreements were signed?", "agreement"),
        ("In 2019, how many new stores did the firm open?", "store"),
        ("How many people came?", "peopl"),
        ("What is the number of training places?", "place"),
        ("How many of the ministers came?", None),
        ("How much did it cost?", None),
    ],
)
def test_what_is_counted(question: str, counted: str | None) -> None:
    assert understand(question).counted == counted


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It grows fruit, namely apples, pears, and plums.", "apples, pears, and plums"),
        ("Metals such as iron, zinc and tin rust.", "iron, zinc and tin rust"),
        ("It grows apples.", None),
        ("Some, such as a, b and c, and others including d, e and f.", None),
    ],
)
def test_enumeration_is_given_only_where_there_is_one(sentence: str, expected: str | None) -> None:
    span = spans.enumeration(sentence)
    assert (sentence[span[0] : span[1]] if span else None) == expected
