"""``citewise eval compare``, ``gate`` and ``report``: runs that were kept."""

from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import writable
from service.cli.options import show, stderr, stdout

RunFile = Annotated[Path, typer.Argument(help="What `eval run --out` wrote.")]


def compare(
    before: RunFile,
    after: RunFile,
    report: Annotated[
        Path | None, typer.Option("--report", callback=writable, help="Write a page to look at here.")
    ] = None,
) -> None:
    """Say what moved between two runs of the same cases, and whether that is more than noise."""
    from eval.compare import compare as compare_runs
    from eval.report.html import run_html
    from eval.report.terminal import print_comparison
    from eval.runs import load_run

    second = load_run(after)
    comparison = compare_runs(load_run(before), second)
    if report:
        report.write_text(run_html(second, comparison), encoding="utf-8")
    print_comparison(stdout, comparison)


def gate(
    run_file: RunFile,
    baseline: Annotated[Path, typer.Option("--baseline", help="The run to hold it against.")],
    move: Annotated[bool, typer.Option("--move", help="Make this run the baseline instead.")] = False,
) -> None:
    """Fail (exit 1) on a significant fall against a baseline, and not on noise."""
    from eval.gate import gate as judge
    from eval.gate import slim
    from eval.report.terminal import print_comparison
    from eval.runs import load_run, save_run

    done = load_run(run_file)
    if move:
        save_run(slim(done), baseline)
        show(f"The baseline {baseline} is now {run_file}.")
        return
    comparison, reasons = judge(done, load_run(baseline))
    print_comparison(stdout, comparison)
    for reason in reasons:
        stderr.print(f"worse: {reason}")
    if reasons:
        raise typer.Exit(1)
    show("\nThe gate is open: nothing is significantly worse than the baseline.")


def report(
    run_file: RunFile,
    out: Annotated[Path, typer.Argument(callback=writable, help="The page to write.")],
    baseline: Annotated[Path | None, typer.Option("--baseline", help="A former run to compare with.")] = None,
) -> None:
    """Write a page to look at from a run that was kept."""
    from eval.compare import compare as compare_runs
    from eval.report.html import run_html
    from eval.runs import load_run

    done = load_run(run_file)
    comparison = compare_runs(load_run(baseline), done) if baseline else None
    out.write_text(run_html(done, comparison), encoding="utf-8")
    show(f"Wrote {out}.")
