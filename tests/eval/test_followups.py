"""The bench of follow-ups over the real parts, on two invented dialogs."""

import json
from pathlib import Path

import numpy as np
import pytest

from eval.bench.followups import by_dialog, chosen, ratio, report, wordings
from eval.datasets.canard import read_dialogs
from index.errors import InvalidInput

_DIALOGS = {
    "a": ("Mary Brown", "Mills"),
    "b": ("Tom Holt", "Boats"),
}
_TURNS = [
    ("What did {} build?", "{} built a mill of red brick.", "What did {} build?"),
    ("Was it sold?", "CANNOTANSWER", "Was the mill of {} sold?"),
    ("Why?", "No.", "Why was it sold?"),
    ("Where was it?", "It stood in {}'s garden.", "Where was the mill of {}?"),
    ("Who saw it?", "A guest saw it.", "Who saw the mill of {}?"),
]


@pytest.fixture
def canard(tmp_path: Path) -> Path:
    rows = []
    for dialog, (title, section) in _DIALOGS.items():
        history = [title, section]
        for number, turn in enumerate(_TURNS, start=1):
            question, answer, rewrite = (text.format(title) for text in turn)
            rows.append(
                {
                    "History": list(history),
                    "QuAC_dialog_id": dialog,
                    "Question": question,
                    "Question_no": number,
                    "Rewrite": rewrite,
                }
            )
            history += [question, answer]
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(rows))
    return path


def test_questions_are_those_with_an_answer_that_says_something(canard: Path) -> None:
    dialogs = read_dialogs(canard)
    assert {i: text for i, (_, text) in dialogs.documents.items() if i.startswith("a")} == {
        "a-1": "Mary Brown built a mill of red brick.",
        "a-4": "It stood in Mary Brown's garden.",
    }
    assert [(q.question, q.gold) for q in dialogs.questions if q.dialog == "a"] == [
        ("What did Mary Brown build?", "a-1"),
        ("Where was it?", "a-4"),
    ]


def test_a_conversation_opens_with_the_title_if_it_is_told(canard: Path) -> None:
    where = read_dialogs(canard).questions[1]
    everything = "everything said"
    assert wordings(told=True)[everything](where).startswith("Tell me of Mary Brown, Mills. What did")
    assert wordings(told=False)[everything](where).startswith("What did Mary Brown build? Mary Brown built")
    assert wordings(told=False)[everything](where).endswith("Why? No. Where was it?")


def test_each_dialog_is_in_one_half(canard: Path) -> None:
    questions = read_dialogs(canard).questions
    halves = [{q.dialog for q in chosen(questions, half, None)} for half in ("test", "dev")]
    assert halves[0] | halves[1] == {"a", "b"}
    assert not halves[0] & halves[1]


def test_dialogs_are_resampled_whole(canard: Path) -> None:
    questions = read_dialogs(canard).questions
    sums = by_dialog(questions, np.array([1.0, 0.0, 1.0, 1.0]))
    assert sums.tolist() == [[1.0, 2.0], [2.0, 2.0]]
    assert ratio(sums) == 0.75


def test_every_wording_is_searched_in_both_collections(canard: Path, tmp_path: Path) -> None:
    dialogs = read_dialogs(canard)
    text = report(dialogs, list(dialogs.questions), tmp_path / "work")
    assert text.startswith("4 questions of 2 dialogs; 4 answers are searched.")
    assert text.count("| rewritten by a person |") == 4
    assert "| without |" in text.split("### Rewrites")[1]


@pytest.mark.parametrize(
    "row",
    [
        "1",
        '{"Question": "Who?"}',
        '{"QuAC_dialog_id": "a", "Question_no": 1, "History": [], "Question": "Who?", "Rewrite": "Who?"}',
    ],
)
def test_another_file_is_refused(row: str, tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text(f"[{row}]")
    with pytest.raises(InvalidInput, match="not a file of CANARD"):
        read_dialogs(path)
