"""What a bench shows of a run: figures beside the floor's, by type of question, and times."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from eval.bench.passages import PASSAGES
from eval.measures.confidence import calibration_error
from eval.report.text import cell, markdown_table, number
from eval.stats import Figure
from eval.summary import Measure, Values, figure, measures_of
from eval.types import Result

# Scores that a bench adds to those of the harness.
FOUND, CHARACTERS = f"found_in_{PASSAGES}", f"characters_in_{PASSAGES}"
# A cosine is no probability, so it has no calibration.
_CALIBRATION = ("calibration_of_all", "calibration_error")
_SHOWN = (
    *(FOUND, CHARACTERS, "citation_precision", "citation_recall", "cited", "right", "f1", "exact_match"),
    *("auroc", *_CALIBRATION, "refused", "sentences"),
)
_BY_TYPE = ("success", FOUND, "citation_precision", "citation_recall", "cited")


def figures_table(results: Sequence[Result], floor: Sequence[Result]) -> str:
    """Every measure with its 95 % interval and cases, the floor's beside it."""
    rows = []
    for name, measure in _measures(results, _SHOWN).items():
        own = figure(measure, results)
        other = "–" if name in _CALIBRATION else _cell(figure(measure, floor))
        rows.append((measure.label, *cell(own), str(own.n), other))
    return markdown_table(("measure", "Citewise", "95 % interval", "n", "quick-start [95 %]"), rows)


def types_table(results: Sequence[Result], floor: Sequence[Result]) -> str:
    """The main measures by the tags of a set, or by whether it is answered."""
    measures, rows = _measures(results, _BY_TYPE), []
    for kind in dict.fromkeys(kind for r in results for kind in _types(r)):
        own, other = ([r for r in several if kind in _types(r)] for several in (results, floor))
        cells = [_cell(figure(measure, own)) for measure in measures.values()]
        rows.append((kind, str(len(own)), *cells, _cell(figure(measures["success"], other))))
    labels = [measure.label for measure in measures.values()]
    return markdown_table(("type", "n", *labels, "quick-start: right, or refused if due"), rows)


def times_table(results: Sequence[Result]) -> str:
    """Milliseconds by stage, as the system reports them, and as waited."""
    stages: dict[str, list[float]] = {}
    for result in results:
        for name, value in result.scores.items():
            if name.startswith("ms_"):
                stages.setdefault(name.removeprefix("ms_"), []).append(value)
        if "seconds" in result.scores:
            stages.setdefault("as waited", []).append(result.scores["seconds"] * 1000)
    stages["as waited"] = stages.pop("as waited", [])
    rows = (
        (name, *(f"{value:.1f}" for value in np.percentile(taken, [50, 95])))
        for name, taken in stages.items()
        if taken
    )
    return markdown_table(("stage", "ms, median", "ms, 95th percentile"), rows)


def _types(result: Result) -> tuple[str, ...]:
    return result.case.tags or (("answerable" if result.case.answerable else "unanswerable"),)


def _measures(results: Sequence[Result], names: Sequence[str]) -> Mapping[str, Measure]:
    """These measures, in this order, those in which no result has a part left out."""
    offered = measures_of(results)
    offered[FOUND] = Measure(
        "retrieval",
        f"evidence recall: gold places in {PASSAGES} passages",
        "higher",
        lambda r: (r.scores[FOUND],) if FOUND in r.scores else None,
    )
    offered[CHARACTERS] = Measure(
        "retrieval",
        "characters in them",
        None,
        lambda r: (r.scores[CHARACTERS],) if CHARACTERS in r.scores else None,
    )
    offered["cited"] = Measure("citations", "answerable: a sentence at a gold place cited", "higher", _cited)
    offered["success"] = Measure("answers", "right, or refused if due", "higher", _success)
    if "aurc" in offered:
        offered["calibration_of_all"] = replace(
            offered["aurc"],
            label="expected calibration error over all questions",
            statistic=lambda data: calibration_error(data[..., 0], data[..., 1]),
        )
    return {name: offered[name] for name in names if name in offered}


def _cited(result: Result) -> Values | None:
    # Citation recall is of all gold places; above zero, at least one is cited.
    recall = result.scores.get("citation_recall")
    return None if recall is None else (float(recall > 0),)


def _success(result: Result) -> Values:
    return (float(result.outcome in ("right", "refused")),)


def _cell(shown: Figure) -> str:
    if np.isnan(shown.value):
        return "–"
    return f"{number(shown.value)} [{number(shown.low)}, {number(shown.high)}]"
