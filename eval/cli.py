"""The ``citewise`` command as installed: the service's commands and ``citewise eval``."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from eval.types import Case
from service.cli.app import app, run
from service.cli.options import (
    AsJson,
    Collection,
    DataDir,
    Embedder,
    TopK,
    announce,
    print_json,
    stderr,
    stdout,
)
from service.settings import load_settings

group = typer.Typer(no_args_is_help=True, help="Measure answers against gold questions.")
app.add_typer(group, name="eval")


@group.callback()
def evaluate() -> None:
    """Measure answers against gold questions."""


@group.command(name="run")
def run_(
    gold: Annotated[Path, typer.Argument(help="Gold questions, one JSON object a line.")],
    collection: Collection = None,
    top_k: TopK = None,
    max_sentences: Annotated[
        int | None, typer.Option("--max-sentences", help="Most sentences quoted.")
    ] = None,
    wrong: Annotated[bool, typer.Option("--wrong", help="List the cases that are not right.")] = False,
    data_dir: DataDir = None,
    embedder: Embedder = None,
    as_json: AsJson = False,
) -> None:
    """Ask every gold question and print the figures with their 95 % intervals."""
    # SciPy and the measures would cost every other command their import.
    from eval.datasets import read_cases
    from eval.runner import fingerprint, run
    from eval.summary import by_tag, summarise
    from service.types import Ask
    from service.wiring import open_app

    settings = load_settings(
        data_dir=data_dir, embedder=embedder, collection=collection, top_k=top_k, max_sentences=max_sentences
    )
    cases = read_cases(gold)
    ask = Ask("", settings.collection, {}, settings.top_k, settings.max_sentences)
    with open_app(settings, announce=announce) as opened:
        results = run(opened, _shown(cases), ask)
        of = fingerprint(opened, gold, ask)
    figures, tags = summarise(results), by_tag(results)
    failures = {r.case.id: r.failure for r in results if r.failure}
    if as_json:
        print_json(
            {
                "fingerprint": asdict(of),
                "figures": {name: figure.to_json() for name, figure in figures.items()},
                "tags": {name: figure.to_json() for name, figure in tags.items()},
                "failures": failures,
                "cases": [_case(r) for r in results],
            }
        )
        return
    from eval.report import print_report

    print_report(stdout, of, figures, tags, failures)
    if wrong:
        from eval.report import print_wrong

        print_wrong(stdout, results)


def _shown(cases: list[Case]) -> Iterable[Case]:
    return track(cases, "Asking", console=stderr, transient=True, disable=not stderr.is_terminal)


def _case(result: Any) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "right": result.right,
        "answered": result.answerable,
        "confidence": round(result.confidence, 4),
        "citation_precision": result.citations.precision,
        "citation_recall": result.citations.recall,
        "answer": result.answer.text if result.answer else None,
        "failure": result.failure,
    }


def main() -> None:
    """Run the command line."""
    run(app)
