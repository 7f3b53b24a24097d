"""CSV of question and answer."""

import csv
from pathlib import Path

from eval.types import Case
from index.errors import InvalidInput

_QUESTION, _ANSWER = "question", "answer"
SHORT_WORDS = 5


def read_table(path: Path) -> list[Case]:
    """Read a table with the columns ``question`` and ``answer``, and perhaps ``id`` and ``tags``.

    An answer is the reference text; one of at most five words is also the accepted short
    answer. An empty answer says that the documents do not answer. Tags are separated by spaces.

    Raises:
        InvalidInput: A column is missing, a question is empty, or an id is used twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = {_QUESTION, _ANSWER} - set(reader.fieldnames or ())
            if missing:
                raise InvalidInput(
                    f"{path} has no column {', '.join(sorted(missing))}.",
                    "Name the columns in the first line.",
                )
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path} cannot be read as CSV ({error}).", "Save it as UTF-8.") from error
    cases: dict[str, Case] = {}
    for number, row in enumerate(rows, start=2):
        question, answer = (row[_QUESTION] or "").strip(), (row[_ANSWER] or "").strip()
        case_id = (row.get("id") or "").strip() or f"line-{number}"
        if not question or case_id in cases:
            problem = f"uses the id {case_id!r} again" if question else "has no question"
            raise InvalidInput(f"{path}:{number} {problem}.", "Mend the line.")
        short = (answer,) if answer and len(answer.split()) <= SHORT_WORDS else ()
        tags = tuple((row.get("tags") or "").split())
        cases[case_id] = Case(case_id, question, bool(answer), short, answer or None, tags=tags)
    return list(cases.values())
