"""``citewise eval new`` and ``citewise eval check``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import InvalidInput
from service.cli.options import Collection, DataDir, Embedder, announce, plain, show, stderr
from service.settings import Settings, load_settings
from service.wiring import App, open_app

if TYPE_CHECKING:
    # SciPy and the measures would cost every other command their import.
    from eval.targets.in_process import InProcess

GoldFile = Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Gold questions, one case a line.")]


def new(
    gold: GoldFile,
    count: Annotated[int | None, typer.Option("--count", min=1, help="Stop after so many new cases.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which draw of passages.")] = 1,
    collection: Collection = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
) -> None:
    """Write gold questions about passages of your documents, checked as you type."""
    from eval.gold.dialogue import Dialogue
    from eval.gold.duplicates import Questions
    from eval.gold.files import read_cases_if_any
    from eval.gold.propose import proposals
    from eval.measures.gold import resolve

    cases = read_cases_if_any(gold)
    settings = load_settings(data_dir=data_dir, embedder=embedder, collection=collection)
    with _opened(settings) as (app, target):
        used = [place for case in cases for place in resolve(case, target.text)[0]]
        offered = proposals(app.index.store, settings.collection, used, seed)
        questions = Questions(app.builder.embedder, cases)
        dialogue = Dialogue(gold, cases, questions, target, _ask, _tell)
        try:
            dialogue.run(offered, count)
        finally:
            show(f"{dialogue.written} new cases in {gold}.")


def check(
    gold: GoldFile,
    collection: Collection = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
) -> None:
    """Say what is wrong with gold questions; exit 1 if anything is."""
    from eval.datasets.contract import each_line
    from eval.gold.check import check as problems_of

    read = list(each_line(gold))
    cases = [found for found in read if not isinstance(found, InvalidInput)]
    problems = [str(found) for found in read if isinstance(found, InvalidInput)]
    settings = load_settings(data_dir=data_dir, embedder=embedder, collection=collection)
    with _opened(settings) as (app, target):
        problems += problems_of(cases, target, app.builder.embedder)
    for problem in problems:
        show(problem)
    if problems or not cases:
        stderr.print(f"{len(problems)} things to look at in {len(cases)} cases.")
        raise typer.Exit(1)
    show(f"All is well with {len(cases)} cases.")


@contextmanager
def _opened(settings: Settings) -> "Iterator[tuple[App, InProcess]]":
    from eval.targets.in_process import InProcess, ask_of

    with open_app(settings, announce=announce) as app:
        with app.index.store.snapshot():
            app.index.store.require_collection(settings.collection)
        yield app, InProcess(app, ask_of(settings))


def _ask(prompt: str) -> str:
    if sys.stdin.isatty():
        import_module("readline")  # gives input() line editing
        return input(prompt)
    stderr.print(prompt.strip())
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _tell(text: str, style: str) -> None:
    stderr.print(plain(text), style=style)
