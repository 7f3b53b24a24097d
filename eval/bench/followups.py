"""What rewriting follow-up questions is worth to retrieval: docs/conversation.md has the table.

    python -m eval.bench.followups --work DIR [--half test|dev] [--limit N] CANARD.json

A person saw the title and the section and reworded each question of CANARD
(``eval.datasets.canard``); each answer of a dialog is a document, and the answer to a question is what
is to be found for it.

Real documents have titles, and a name in the question meets them; an answer by itself seldom names
what it is about. So the questions are asked of two collections: with the title of the article as each
document's title, which favours whoever says the name, and with none, which favours nobody. The
conversations are rewritten with a first turn that tells title and section ("Tell me of TITLE,
SECTION."), as the person was told, and without it. Dialogs are halved by a hash of their ids: rules
were developed on one half, and the other is what is reported. Intervals resample dialogs.
"""

import argparse
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np

from eval.bench.sets import tell
from eval.datasets.canard import Dialogs, FollowUp, read_dialogs
from eval.measures.retrieval import retrieval_scores
from eval.report.text import chance, markdown_table, number, signed
from eval.stats import Array, Figure, bootstrap, paired
from eval.sweep.indexes import prepare
from eval.targets.in_process import ask_of
from eval.types import Passage
from index.text.analysis import content_terms
from index.types import Document, sha256_hex
from service.conversation.standalone import standalone
from service.settings import load_settings
from service.types import MAX_QUESTION, Turn
from service.wiring import App, open_app

MEASURES = ("recall@1", "recall@10", "mrr@10")
_WORD = re.compile(r"\w+")

Wording: TypeAlias = Callable[[FollowUp], str]
Search: TypeAlias = Callable[[str], list[Passage]]


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


def ratio(data: Array) -> Array:
    """The mean over questions, of sums and counts."""
    return np.asarray(data[..., 0].sum(axis=-1) / data[..., 1].sum(axis=-1))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _shown(figure: Figure) -> str:
    return f"{number(figure.value)} [{number(figure.low)}, {number(figure.high)}]"


if __name__ == "__main__":
    main()
