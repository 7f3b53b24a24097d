"""A run as one page that needs nothing else."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval.compare import Comparison, Moved
from eval.report.plots import bar, interval, plots
from eval.report.questions import OUTCOMES, page_data
from eval.report.text import cell, chance, signed
from eval.runs import Run
from eval.stats import Figure
from eval.summary import Measure, by_tag, measures_of, summarise
from eval.types import Outcome, Result
from index.types import Json

_GROUPS = {
    "answers": "Answers",
    "citations": "Citations",
    "abstention": "Abstention and confidence",
    "retrieval": "Retrieval",
    "time": "Time",
}
_NAMES = {
    "gold": "gold questions",
    "gold_sha256": "gold digest, SHA-256",
    "target": "asked",
    "citewise": "Citewise of the harness",
    "server": "Citewise of the server",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A measure as it stands in a table; what was measured only before has no figure now."""

    measure: Measure
    figure: Figure | None
    moved: Moved | None

    @property
    def drawing(self) -> Markup:
        """The interval, for what is a share."""
        shown = self.figure
        if shown is None or self.measure.better is None or self.measure.group == "time":
            return Markup("")
        return interval(shown, self.moved.before if self.moved else None) if shown.low >= 0 else Markup("")


def run_html(run: Run, comparison: Comparison | None) -> str:
    """A run as a page that loads nothing: figures, plots and every question.

    Everything that comes from documents, questions or answers is escaped; a
    Content-Security-Policy lets only the page's own script and style work.

    Args:
        run: What to show.
        comparison: With the baseline, if there is one; ``run`` is its later run.
    """
    figures = summarise(run.results)
    script, style = _asset("page.js"), _asset("page.css")
    before = comparison.before.results if comparison else ()
    former = {moved.name: moved.before for moved in comparison.moved} if comparison else {}
    page = (
        _environment()
        .get_template("page.html")
        .render(
            run=run,
            comparison=comparison,
            fingerprint=_flat(run.fingerprint),
            differing=_differing(comparison),
            groups=_groups(run, figures, comparison),
            figures=figures,
            former=former,
            plots=plots(run.results, figures, before, former),
            tags=by_tag(run.results),
            former_tags=by_tag(before),
            outcomes=OUTCOMES,
            tally=_tally(run.results),
            former_tally=_tally(before),
            bar=bar,
            interval=interval,
            data=page_data(run, comparison),
            script=script,
            style=style,
            script_hash=_digest(script),
            style_hash=_digest(style),
        )
    )
    # A chat endpoint's JSON may hold half of a surrogate pair, which no file can.
    return page.encode("utf-8", "replace").decode("utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("eval", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False,
        "separators": (",", ":"),
        "allow_nan": False,
    }
    environment.filters |= {"cell": cell, "chance": chance, "signed": signed}
    return environment


def _asset(name: str) -> str:
    return files("eval.report").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _groups(
    run: Run, figures: Mapping[str, Figure], comparison: Comparison | None
) -> Iterator[tuple[str, list[Line]]]:
    moved = {m.name: m for m in comparison.moved} if comparison else {}
    measures = measures_of(run.results)
    lines = [Line(measures[name], figure, moved.get(name)) for name, figure in figures.items()]
    lines += [Line(m.measure, None, m) for name, m in moved.items() if name not in figures]
    for group, title in _GROUPS.items():
        of_group = [line for line in lines if line.measure.group == group]
        if of_group:
            yield title, of_group


def _flat(fingerprint: Mapping[str, Json]) -> dict[str, str]:
    """The fingerprint as lines: what is nested gets a line for each of its parts."""
    lines: dict[str, str] = {}
    for key, value in fingerprint.items():
        name = _NAMES.get(key, key.replace("_", " "))
        if isinstance(value, dict):
            lines |= {f"{name}: {part.replace('_', ' ')}": str(inner) for part, inner in value.items()}
        else:
            lines[name] = "the default" if value is None else str(value)
    return lines


def _differing(comparison: Comparison | None) -> list[tuple[str, str, str]]:
    """What of the fingerprint is another in the two runs: name, before, after."""
    if comparison is None:
        return []
    before, after = _flat(comparison.before.fingerprint), _flat(comparison.after.fingerprint)
    return [
        (name, before.get(name, "–"), after.get(name, "–"))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def _tally(results: Sequence[Result]) -> list[tuple[Outcome, int]]:
    counted = Counter(r.outcome for r in results)
    return [(outcome, counted[outcome]) for outcome in OUTCOMES if counted[outcome]]
