"""Gold questions into the contract's JSONL."""

import json
import os
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from eval.datasets.contract import read_cases
from eval.types import Case
from index.errors import InvalidInput

# Tags by which the tools and the people who make gold questions speak to each other.
UNFINISHED = "todo"
UNRESOLVED = "unresolved"
CONFIRMED = "confirmed"


def case_json(case: Case) -> str:
    """A case as one line, without what it does not state."""
    stated = {
        "id": case.id,
        "question": case.question,
        "history": [{"role": turn.role, "content": turn.content} for turn in case.history],
        "answers": case.answers,
        "answer": case.answer,
        "evidence": [
            {
                name: value
                for name, value in (
                    ("document_id", e.document_id),
                    ("start", e.start),
                    ("end", e.end),
                    ("quote", e.quote),
                )
                if value is not None
            }
            for e in case.evidence
        ],
        "answerable": case.answerable,
        "tags": case.tags,
    }
    return json.dumps({k: v for k, v in stated.items() if v not in (None, [], ())}, ensure_ascii=False)


def read_cases_if_any(path: Path) -> list[Case]:
    """The cases of a file that may not be there yet, or be empty.

    Raises:
        InvalidInput: A line is not a case.
    """
    return read_cases(path) if path.exists() and path.read_bytes().strip() else []


def append_case(path: Path, case: Case) -> None:
    """Add one case at the end of a file, and have it on the disk before returning."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        whole = file.tell() == 0 or path.read_bytes().endswith(b"\n")
        file.write(("" if whole else "\n").encode() + case_json(case).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def write_new(path: Path, cases: Iterable[Case]) -> None:
    """Write a file of cases that is not there yet.

    Raises:
        InvalidInput: It is there.
    """
    if path.exists():
        raise InvalidInput(
            f"{path} is there already, and may hold cases that somebody has completed.",
            "Choose another name.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text("".join(case_json(case) + "\n" for case in cases), encoding="utf-8")
    temporary.replace(path)


def free_id(taken: Iterable[str]) -> str:
    """The first of ``g001``, ``g002``, … that no case has."""
    used = set(taken)
    return next(name for number in count(1) if (name := f"g{number:03}") not in used)
