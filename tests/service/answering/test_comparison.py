import pytest

from service.answering.asked.comparison import compares, of_one


@pytest.mark.parametrize(
    "question",
    [
        "Compare the fines of Smith and Brown.",
        "What is the difference between the York and the Leeds court?",
        "Is the Orrin longer than the Tamsin?",
        "Which opened earlier, the mill in Orrin or the one in Tamsin?",
        "Did Orrin or Tamsin hire more people?",
        "Are the two towns as old as Rome?",
        "Which came first, the mill or the ferry?",
    ],
)
def test_a_comparison_is_told_from_its_words(question: str) -> None:
    assert compares(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who opened it and when was it closed?",
        "Who signed it other than France?",
        "When was Rome sacked?",
        "",
    ],
)
def test_what_asks_for_facts_alone_is_no_comparison(question: str) -> None:
    assert not compares(question)


@pytest.mark.parametrize(
    ("side", "fact"),
    [
        ("Compare the fines of Smith. Which was larger?", "What is the fines of Smith?"),
        (
            "Compare the times of mergers at Orrin Ltd. Which was earlier?",
            "When were the mergers at Orrin Ltd?",
        ),
        ("Compare the dates when Orrin Inc. grew. Who grew earlier?", "When was it that Orrin Inc. grew?"),
        ("Compare the mills of Orrin.", "Describe the mills of Orrin."),
        ("Compare what was said of the mills in Orrin.", "What was said of the mills in Orrin?"),
        ("By the record, who is older, A. Smith?", "By the record, how old is A. Smith?"),
        ("Who was admitted earlier, A. Smith?", "when was A. Smith admitted?"),
        ("Which town built a bridge first, Orrin?", "when was it that Orrin built a bridge?"),
        ("Whose trial began earlier, Smith?", "when was the trial of Smith?"),
        ("Whose pulse was higher upon admission, Smith?", "what was the pulse of Smith upon admission?"),
        ("Who had a higher fever on Monday, Smith?", "what was the fever on Monday of Smith?"),
        ("What did Orrin sign?", "What did Orrin sign?"),
        ("谁更高？", "谁更高？"),
    ],
)
def test_one_side_of_a_comparison_is_asked_for_its_fact(side: str, fact: str) -> None:
    assert of_one(side) == fact
