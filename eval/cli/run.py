"""``citewise eval run``."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from eval.cli.options import Gold, writable
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
from service.settings import Settings, load_settings

if TYPE_CHECKING:
    # SciPy and the measures would cost every other command their import.
    from eval.targets.target import Target
    from eval.types import Case


def run(
    gold: Gold,
    out: Annotated[
        Path | None, typer.Option("--out", callback=writable, help="Write the whole run here, as JSON.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", callback=writable, help="Write a page to look at here.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", callback=writable, help="Write a summary here.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="A former run to compare with in the reports.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only so many cases, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which draw.")] = 1,
    url: Annotated[str | None, typer.Option("--url", help="Ask a running Citewise there.")] = None,
    openai: Annotated[
        str | None, typer.Option("--openai", help="Ask an OpenAI chat endpoint there (base address).")
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help="The model to name to the chat endpoint.")
    ] = "default",
    key: Annotated[
        str | None, typer.Option("--key", envvar="EVAL_API_KEY", help="The server's API key.")
    ] = None,
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
    from eval.compare import compare
    from eval.datasets.gold import read_gold, sample
    from eval.report.html import run_html
    from eval.report.markdown import run_markdown
    from eval.report.terminal import print_not_right, print_run
    from eval.runner import run as run_cases
    from eval.runs import load_run, run_json, save_run
    from eval.summary import summarise

    cases = sample(read_gold(gold), limit, seed)
    former = load_run(baseline) if baseline else None
    settings = load_settings(
        data_dir=data_dir, embedder=embedder, collection=collection, top_k=top_k, max_sentences=max_sentences
    )
    with _target(settings, url, openai, model, key) as target:
        done = run_cases(target, _shown(cases), gold)
    comparison = compare(former, done) if former else None
    if out:
        save_run(done, out)
    if report:
        report.write_text(run_html(done, comparison), encoding="utf-8")
    if markdown:
        markdown.write_text(run_markdown(done, comparison), encoding="utf-8")
    if as_json:
        figures = {name: figure.to_json() for name, figure in summarise(done.results).items()}
        print_json({**run_json(done), "figures": figures})
    else:
        print_run(stdout, done)
        if wrong:
            print_not_right(stdout, done.results)
    if all(result.failure for result in done.results):
        raise typer.Exit(1)  # nothing was measured


@contextmanager
def _target(
    settings: Settings, url: str | None, openai: str | None, model: str, key: str | None
) -> "Iterator[Target]":
    from eval.targets.http import HttpTarget
    from eval.targets.in_process import InProcess, ask_of
    from eval.targets.openai import OpenAiTarget
    from service.wiring import open_app

    if openai:
        with closing(OpenAiTarget(openai, model, key)) as endpoint:
            yield endpoint
    elif url:
        # What is not set here is the server's to choose.
        asked = settings.model_dump(
            include=settings.model_fields_set & {"collection", "top_k", "max_sentences"}
        )
        with closing(HttpTarget(url, key=key, **asked)) as server:
            yield server
    else:
        with open_app(settings, announce=announce) as opened:
            yield InProcess(opened, ask_of(settings))


def _shown(cases: "list[Case]") -> "Iterable[Case]":
    return track(cases, "Asking", console=stderr, transient=True, disable=not stderr.is_terminal)
