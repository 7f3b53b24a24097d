"""CANARD: follow-up questions in dialogs, with a person's rewrites that stand alone.

Elgohary et al. (2019), over dialogs of QuAC about sections of Wikipedia. It has no passages: each
answer of a dialog is a document here, and what is to be found for the question that it answers. The
last answer of a dialog is not in the file. Answers that there is none, and such of fewer than three
words, are left out.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import InvalidInput
from index.text.canonical import canonical
from service.types import Turn

_HEADING = 2  # A history begins with the title and the section.
_LEAST_WORDS = 3
_NO_ANSWER = re.compile(r"\s*(?:CANNOTANSWER|I don['’]t know\.?)\s*", re.I)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question of a dialog whose answer is known.

    Attributes:
        dialog: The id of its dialog.
        opening: The turn that tells the title and the section of what the dialog is about.
        history: The turns before it, without the opening.
        human: How a person worded it to stand alone.
        gold: The id of the document that is its answer.
    """

    dialog: str
    opening: Turn
    history: tuple[Turn, ...]
    question: str
    human: str
    gold: str


@dataclass(frozen=True, slots=True)
class Dialogs:
    """Answers as documents by id, with the article's title and the text; and the questions."""

    documents: Mapping[str, tuple[str, str]]
    questions: Sequence[FollowUp]


def read_dialogs(file: Path) -> Dialogs:
    """Read its JSON; answers of the same words in one dialog are one document.

    Raises:
        InvalidInput: It is no such file.
    """
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        by_dialog: dict[str, list[tuple[int, list[str], str, str]]] = {}
        for row in rows:
            turn = (int(row["Question_no"]), list(row["History"]), str(row["Question"]), str(row["Rewrite"]))
            if len(turn[1]) < _HEADING:
                raise ValueError("a history has no title and section")
            by_dialog.setdefault(str(row["QuAC_dialog_id"]), []).append(turn)
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise InvalidInput(f"{file} is not a file of CANARD: {e!r}.", "Name its dev.json.") from e
    documents: dict[str, tuple[str, str]] = {}
    questions = []
    for dialog, turns in by_dialog.items():
        title, section, *said = max(turns)[1]
        ids: dict[str, str] = {}
        for number_, text in enumerate(map(canonical, said[1::2]), start=1):
            if not _NO_ANSWER.fullmatch(text) and len(_WORD.findall(text)) >= _LEAST_WORDS:
                ids.setdefault(text, f"{dialog}-{number_}")
        documents |= {identity: (title, text) for text, identity in ids.items()}
        opening = Turn("user", f"Tell me of {title}, {section}.")
        for number_, history, question, human in sorted(turns):
            answer = said[2 * number_ - 1] if 2 * number_ <= len(said) else ""
            gold = ids.get(canonical(answer))
            if gold and question.strip():
                before = tuple(
                    Turn("assistant" if i % 2 else "user", text) for i, text in enumerate(history[_HEADING:])
                )
                questions.append(FollowUp(dialog, opening, before, question, human, gold))
    return Dialogs(documents, questions)
