"""``citewise eval`` beside the service's commands."""

import typer

from eval.cli import feedback, gold, run, runs, sweep, texts
from service.cli import app as service

group = typer.Typer(no_args_is_help=True, help="Measure answers against gold questions.")
group.command(name="run")(run.run)
group.command(name="compare")(runs.compare)
group.command(name="gate")(runs.gate)
group.command(name="sweep")(sweep.sweep)
group.command(name="report")(runs.report)
group.command(name="texts")(texts.texts)
group.command(name="new")(gold.new)
group.command(name="check")(gold.check)
group.command(name="from-feedback")(feedback.from_feedback)
service.app.add_typer(group, name="eval")


def main() -> None:
    """Run the command line."""
    service.run(service.app)
