"""What rewriting follow-up questions is worth to retrieval: docs/conversation.md has the table.

    python -m eval.bench.followups --work DIR [--half test|dev] [--limit N] CANARD.json

CANARD (Elgohary et al. 2019) has dialogs about sections of Wikipedia, and for each question a
rewrite by a person, who saw the title and the section. It has no passages: here each answer of a
dialog is a document, and the answer to a question is what is to be found for it. The last answer of
a dialog is not in the file. Answers that say that there is none, or nothing, are left out.

Real documents have titles, and a name in the question meets them; an answer by itself names its
subject seldom. So the same questions are asked of two collections: with the title of the article as
each document's title, which favours whoever says the name, and with none, which favours nobody.
A reader of CANARD was told the title; the conversations are rewritten with a first turn that tells
it ("Tell me of TITLE, SECTION.") and without. Dialogs are halved by a hash of their ids: rules were
developed on one half, and the other is what is reported. Intervals resample dialogs.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np

from eval.bench.sets import ask_of, tell
from eval.measures.retrieval import retrieval_scores
from eval.report.text import chance, markdown_table, number, signed
from eval.stats import Array, Figure, bootstrap, paired
from eval.sweep.indexes import prepare
from eval.types import Passage
from index.errors import InvalidInput
from index.text.analysis import content_terms
from index.text.canonical import canonical
from index.types import Document, sha256_hex
from service.answering.pipeline import MAX_QUESTION
from service.conversation.standalone import standalone
from service.settings import load_settings
from service.types import Turn
from service.wiring import App, open_app

MEASURES = ("recall@1", "recall@10", "mrr@10")
LEAST_WORDS = 3
_NO_ANSWER = re.compile(r"\s*(?:CANNOTANSWER|I don['’]t know\.?)\s*", re.I)
_WORD = re.compile(r"\w+")

Wording: TypeAlias = Callable[["FollowUp"], str]
Search: TypeAlias = Callable[[str], list[Passage]]


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


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder of the index, kept between runs")
    parser.add_argument("--half", choices=("test", "dev"), default="test", help="which half of the dialogs")
    parser.add_argument("--limit", type=int, help="ask about the first so many dialogs alone")
    parser.add_argument("file", type=Path, help="dev.json of CANARD")
    arguments = parser.parse_args()
    dialogs = read_dialogs(arguments.file)
    asked = chosen(dialogs.questions, arguments.half, arguments.limit)
    print(report(dialogs, asked, arguments.work))


def read_dialogs(file: Path) -> Dialogs:
    """Read CANARD; answers of the same words in one dialog are one document.

    Raises:
        InvalidInput: It is no such file.
    """
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        by_dialog: dict[str, list[tuple[int, list[str], str, str]]] = {}
        for row in rows:
            turn = (int(row["Question_no"]), list(row["History"]), str(row["Question"]), str(row["Rewrite"]))
            by_dialog.setdefault(str(row["QuAC_dialog_id"]), []).append(turn)
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise InvalidInput(f"{file} is not a file of CANARD: {e!r}.", "Name its dev.json.") from e
    documents: dict[str, tuple[str, str]] = {}
    questions = []
    for dialog, turns in by_dialog.items():
        last = max(turns)[1]
        title, section, *said = last
        ids: dict[str, str] = {}
        for number_, text in enumerate(map(canonical, said[1::2]), start=1):
            if not _NO_ANSWER.fullmatch(text) and len(_WORD.findall(text)) >= LEAST_WORDS:
                ids.setdefault(text, f"{dialog}-{number_}")
        documents |= {identity: (title, text) for text, identity in ids.items()}
        opening = Turn("user", f"Tell me of {title}, {section}.")
        for number_, history, question, human in sorted(turns):
            answer = said[2 * number_ - 1] if 2 * number_ <= len(said) else ""
            gold = ids.get(canonical(answer))
            if gold and question.strip():
                before = tuple(
                    Turn("assistant" if i % 2 else "user", text) for i, text in enumerate(history[2:])
                )
                questions.append(FollowUp(dialog, opening, before, question, human, gold))
    return Dialogs(documents, questions)


def chosen(questions: Sequence[FollowUp], half: str, limit: int | None) -> list[FollowUp]:
    """The questions of one half of the dialogs, or of the first of these in order of their hash."""
    hashes = {q.dialog: sha256_hex("half", q.dialog) for q in questions}
    own = sorted((h, d) for d, h in hashes.items() if (int(h[-1], 16) % 2 == 0) == (half == "test"))
    kept = {dialog for _, dialog in own[:limit]}
    return [q for q in questions if q.dialog in kept]


def wordings(*, told: bool) -> dict[str, Wording]:
    """The ways to ask: by name, what is searched for.

    Args:
        told: The conversation opens with the title and the section.
    """

    def turns(q: FollowUp) -> tuple[Turn, ...]:
        return (q.opening, *q.history) if told else q.history

    return {
        "the question alone": lambda q: q.question,
        "everything said": lambda q: " ".join([*(t.content for t in turns(q)), q.question])[-MAX_QUESTION:],
        "rewritten": lambda q: standalone(q.question, turns(q)),
        "rewritten by a person": lambda q: q.human,
    }


def report(dialogs: Dialogs, asked: Sequence[FollowUp], work: Path) -> str:
    """Search with every wording in both collections; tables in Markdown."""
    parts = [
        f"{len(asked)} questions of {len({q.dialog for q in asked})} dialogs;"
        f" {len(dialogs.documents)} answers are searched."
    ]
    for titled in (True, False):
        with _collection(dialogs, work, titled=titled) as search:
            for told in (True, False):
                tell(f"documents titled: {titled}, title told: {told}")
                scores = {
                    name: _scores(search, asked, wording) for name, wording in wordings(told=told).items()
                }
                documents, conversation = ("with" if yes else "without" for yes in (titled, told))
                heading = f"Documents {documents} titles, conversations {conversation} the title"
                parts += [f"### {heading}", _table(asked, scores)]
    return "\n\n".join([*parts, "### Rewrites", _wording_table(asked)])


@contextmanager
def _collection(dialogs: Dialogs, work: Path, *, titled: bool) -> Iterator[Search]:
    """The answers, indexed below ``work``, as what finds ten of them for a question."""
    name = "titled" if titled else "untitled"
    settings = load_settings(data_dir=work / name, collection=name, top_k=10)

    def fill(app: App) -> set[str]:
        for identity, (title, text) in dialogs.documents.items():
            app.builder.put(name, Document(identity, text, {"title": title} if titled else {}))
        return set(dialogs.documents)

    prepare(settings, work / name, fill, tell)
    with open_app(settings) as app:

        @cache
        def search(question: str) -> list[Passage]:
            hits = app.asker.search(replace(ask_of(settings), question=question)).hits
            return [Passage(h.document.id, h.chunk.start, h.chunk.end) for h in hits]

        yield search


def _scores(search: Search, asked: Sequence[FollowUp], wording: Wording) -> Array:
    """The measures of each question, shape ``(n, 3)``."""
    found = (retrieval_scores(search(wording(q)), {q.gold: 1}) for q in asked)
    return np.array([[scores[m] for m in MEASURES] for scores in found], dtype=np.float64)


def _table(asked: Sequence[FollowUp], scores: Mapping[str, Array]) -> str:
    rows = []
    for name, values in scores.items():
        cells = [name]
        for column in range(len(MEASURES)):
            own = by_dialog(asked, scores["rewritten"][:, column])
            sums = by_dialog(asked, values[:, column])
            cells.append(_shown(bootstrap(ratio, sums)))
            moved = paired(ratio, sums, own)
            interval = f"{signed(moved.value)} [{signed(moved.low)}, {signed(moved.high)}]"
            cells.append("" if name == "rewritten" else f"{interval}, p {chance(moved.p)}")
        rows.append(cells)
    header = ["asked", *(cell for m in MEASURES for cell in (m, "rewritten against it"))]
    return markdown_table(header, rows)


def _wording_table(asked: Sequence[FollowUp]) -> str:
    """How near the rewrites are to a person's, and how often what stands alone is left alone."""
    alone = [q for q in asked if _words(q.human) == _words(q.question)]
    rows = []
    for told in (True, False):
        rewrite = wordings(told=told)["rewritten"]
        untouched = np.array([rewrite(q) == q.question for q in alone], dtype=np.float64)
        same = np.array(
            [set(content_terms(rewrite(q))) == set(content_terms(q.human)) for q in asked], dtype=np.float64
        )
        rows.append(
            (
                "with the title" if told else "without",
                _shown(bootstrap(ratio, by_dialog(alone, untouched))),
                _shown(bootstrap(ratio, by_dialog(asked, same))),
            )
        )
    header = ("conversations", f"left as they are, of {len(alone)}", f"same content terms, of {len(asked)}")
    return markdown_table(header, rows)


def by_dialog(asked: Sequence[FollowUp], values: Array) -> Array:
    """Values of questions as sums and counts of their dialogs, shape ``(dialogs, 2)``."""
    _, places = np.unique([q.dialog for q in asked], return_inverse=True)
    return np.stack([np.bincount(places, values), np.bincount(places)], axis=1).astype(np.float64)


def ratio(data: Array) -> float:
    """The mean over questions, of sums and counts."""
    return float(data[:, 0].sum() / data[:, 1].sum())


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _shown(figure: Figure) -> str:
    return f"{number(figure.value)} [{number(figure.low)}, {number(figure.high)}]"


if __name__ == "__main__":
    main()
