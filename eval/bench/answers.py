"""How good the answers are: every measure on every set, with the quick-start beside it.

    python -m eval.bench.answers --work DIR [--out FOLDER] [--held-out] [--answers N] SET…

SETs are named as in ``eval.bench.sets``. Each is indexed whole, once, below DIR; its
questions are asked in this process. FOLDER gets the tables and every run, for
``citewise eval report``; ``--answers`` shows some answers with their verdicts.
"""

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path

from eval.bench.figures import CHARACTERS, FOUND, figures_table, times_table, types_table
from eval.bench.passages import characters, look_up
from eval.bench.quickstart import QuickStart
from eval.bench.sets import SEED, GoldSet, read_sets, tell
from eval.bench.variants import SHIPPED
from eval.datasets.gold import sample
from eval.report.text import described, told
from eval.runner import run
from eval.runs import Run, save_run
from eval.targets.in_process import InProcess, ask_of
from eval.targets.target import Target
from eval.types import Result
from service.wiring import open_app


def main() -> None:
    """Print the tables of each set as it is done."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder of the index, kept between runs")
    parser.add_argument("--out", type=Path, help="folder for table.md and the runs")
    parser.add_argument("--held-out", action="store_true", help="of SQuAD sets, articles never trained on")
    parser.add_argument("--answers", type=int, default=0, help="answers to show of each set")
    parser.add_argument("sets", nargs="+", help="KIND:PATH[:SAMPLE]")
    arguments = parser.parse_args()
    tables = []
    for gold_set in read_sets(arguments.sets, held_out=arguments.held_out):
        measured, floor = measure(gold_set, arguments.work / SHIPPED.index)
        tables.append(report(gold_set.name, measured, floor))
        print(tables[-1], flush=True)
        if arguments.answers:
            print(_shown(measured, arguments.answers), flush=True)
        if arguments.out:
            save_run(measured, arguments.out / f"{gold_set.name}.json")
            save_run(floor, arguments.out / f"{gold_set.name}.quickstart.json")
            (arguments.out / "table.md").write_text("\n".join(tables), encoding="utf-8")


def measure(gold_set: GoldSet, root: Path) -> tuple[Run, Run]:
    """Index a set below ``root``, ask its questions, and ask them of the quick-start."""
    tell(f"{gold_set.name}: {len(gold_set.cases)} questions")
    settings = gold_set.prepared(root)
    with open_app(settings) as app:
        app.pipeline.warm()
        with app.index.store.snapshot():
            records = app.index.store.documents(settings.collection)
            texts = {r.id: app.index.store.text(settings.collection, r.id) for r in records}
        measured = _run(InProcess(app, ask_of(settings)), gold_set)
        return measured, _run(QuickStart(texts, app.builder.embedder), gold_set)


def _run(target: Target, gold_set: GoldSet) -> Run:
    done = run(target, gold_set.cases, gold_set.gold)
    return replace(done, results=tuple(map(partial(_with_passages, target), done.results)))


def _with_passages(target: Target, result: Result) -> Result:
    """A result with what the passages hold from which the answer is composed."""
    if result.failure:
        return result if not result.case.evidence else _scored(result, **{FOUND: 0.0})
    passages, found = look_up(target, result.case)
    scored = _scored(result, **{CHARACTERS: float(characters(passages))})
    return _scored(scored, **{FOUND: found}) if result.case.evidence else scored


def _scored(result: Result, **scores: float) -> Result:
    return replace(result, scores={**result.scores, **scores})


def report(name: str, measured: Run, floor: Run) -> str:
    """The tables of one set, in Markdown."""
    failed = sum(result.failure is not None for result in measured.results)
    return "\n\n".join(
        [
            f"## {name}",
            figures_table(measured.results, floor.results),
            types_table(measured.results, floor.results),
            times_table(measured.results),
            f"{failed} failed. {described(measured)}\n",
        ]
    )


def _shown(measured: Run, count: int) -> str:
    by_id = {result.case.id: result for result in measured.results}
    drawn = sample([result.case for result in measured.results], count, SEED)
    pairs = (told(by_id[case.id]) for case in drawn)
    return "\n".join("\n  ".join([heading, *lines]) + "\n" for heading, lines in pairs)


if __name__ == "__main__":
    main()
