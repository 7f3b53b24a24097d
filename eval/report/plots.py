"""The plots of a page: what they show, drawn, in words and as numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isnan, log10

import numpy as np
from markupsafe import Markup

from eval.measures.confidence import BINS, reliability, risk_coverage
from eval.measures.retrieval import CUTOFFS
from eval.report.svg import Axis, Frame, element, percent
from eval.report.text import number
from eval.stats import Array, Figure
from eval.summary import parts
from eval.types import Result

Figures = Mapping[str, Figure]
_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_PERCENTILES = (5, 25, 50, 75, 95)
# More steps than this do not show at the size of a plot.
_STEPS = 300


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot.

    Attributes:
        title: What it is called.
        caption: How to read it.
        figure: The measure that sums it up, if there is one.
        svg: The picture.
        head, rows: Its numbers, as a table.
    """

    title: str
    caption: str
    figure: str | None
    svg: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def plots(
    results: Sequence[Result], figures: Figures, before: Sequence[Result], former: Figures
) -> list[Plot]:
    """Every plot for which there are values.

    Args:
        results: Of the run.
        figures: Its measures.
        before: The results of the baseline; none if there is no baseline.
        former: The baseline's measures.
    """
    drawn = (
        _risk_coverage(parts("aurc", results), parts("aurc", before)),
        _reliability(parts("calibration_error", results), parts("calibration_error", before)),
        _recall("evidence_recall@", "Gold places", figures, former),
        # A set that judges documents has no places.
        _recall("recall@", "Relevant documents", figures, former)
        if not any(name.startswith("evidence_recall@") for name in figures)
        else None,
        _times(results, before),
    )
    return [plot for plot in drawn if plot is not None]


def _risk_coverage(after: Array, before: Array) -> Plot | None:
    if not len(after):
        return None
    now = risk_coverage(after[:, 0], after[:, 1])
    then = risk_coverage(before[:, 0], before[:, 1]) if len(before) else []
    top = max(0.1, ceil(max(risk for _, risk in [*now, *then]) * 5) / 5)
    frame = Frame(
        Axis("share of questions taken, surest first", 0, 1, _SHARES),
        Axis("share of them not right", 0, top, [t for t in _SHARES if t <= top + 1e-9]),
    )
    title = "Risk and coverage"
    rows = tuple(
        (percent(coverage), percent(_risk_at(now, coverage)))
        + ((percent(_risk_at(then, coverage)),) if then else ())
        for coverage in np.arange(1, 11) / 10
    )
    described = f"Not right: {percent(_risk_at(now, 0.2))} of the surest fifth, {percent(now[-1][1])} of all."
    return Plot(
        title,
        "If only the questions with the highest confidence were answered, how many of those would not "
        "be right? Lower is better; a confidence that says nothing gives a level line.",
        "aurc",
        frame.draw(
            title,
            described,
            *([element("path", d=_stairs(frame, then), class_="before line")] if then else []),
            element("path", d=_stairs(frame, now), class_="after line"),
        ),
        ("taken", "not right", "before")[: len(rows[0])],
        rows,
    )


def _risk_at(points: Sequence[tuple[float, float]], coverage: float) -> float:
    return next(risk for taken, risk in points if taken >= coverage - 1e-9)


def _stairs(frame: Frame, points: Sequence[tuple[float, float]]) -> str:
    """A level line up to each coverage, as the area under it is counted."""
    drawn, reached = [f"M{frame.across(0):.1f} {frame.up(points[0][1]):.1f}"], 0.0
    for coverage, risk in points:
        if coverage - reached >= 1 / _STEPS or coverage == points[-1][0]:
            drawn.append(f"V{frame.up(risk):.1f}H{frame.across(coverage):.1f}")
            reached = coverage
    return "".join(drawn)


def _reliability(after: Array, before: Array) -> Plot | None:
    if not len(after):
        return None
    now = reliability(after[:, 0], after[:, 1])
    then = reliability(before[:, 0], before[:, 1]) if len(before) else []
    frame = Frame(Axis("confidence", 0, 1, _SHARES), Axis("share right", 0, 1.08, _SHARES))
    title = "Is the confidence what it says?"
    marks = [
        element(
            "path",
            d=f"M{frame.across(0):.1f} {frame.up(0):.1f}L{frame.across(1):.1f} {frame.up(1):.1f}",
            class_="ideal",
        )
    ]
    if then:
        corners = "L".join(f"{frame.across(stated):.1f} {frame.up(right):.1f}" for stated, right, _ in then)
        marks.append(element("path", d=f"M{corners}", class_="before line"))
    rows = []
    for stated, right, cases in now:
        low, high = _wilson(right, cases)
        x = frame.across(stated)
        marks += [
            element("line", x1=x, x2=x, y1=frame.up(low), y2=frame.up(high), class_="after whisker"),
            element("circle", cx=x, cy=frame.up(right), r=4, class_="after dot"),
        ]
        column = min(int(stated * BINS), BINS - 1)
        marks.append(
            element(
                "text",
                str(cases),
                x=frame.across((column + 0.5) / BINS),
                y=frame.up(1.035),
                text_anchor="middle",
                class_="count",
            )
        )
        rows.append(
            (f"{stated:.3f}", f"{right:.3f}", f"{number(low)} to {number(high)}", str(cases)),
        )
    described = "; ".join(
        f"stated {percent(stated)}, right {percent(right)} of {cases}" for stated, right, cases in now
    )
    return Plot(
        title,
        "Given answers in ten bins by their confidence; above each bin, how many there are. On the "
        "dotted line, of those that are stated to be right with 60\u00a0%, 60\u00a0% are right. "
        "Bars: 95\u00a0% Wilson intervals.",
        "calibration_error",
        frame.draw(title, described, *marks),
        ("mean confidence", "right", "95 % interval", "answers"),
        tuple(rows),
    )


def _wilson(share: float, cases: int) -> tuple[float, float]:
    from scipy.stats import binomtest

    interval = binomtest(round(share * cases), cases).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _recall(prefix: str, what: str, figures: Figures, former: Figures) -> Plot | None:
    now, then = _at_cutoffs(prefix, figures), _at_cutoffs(prefix, former)
    if not now:
        return None
    frame = Frame(
        Axis("first k passages", 0, max(CUTOFFS) + 1, CUTOFFS, str), Axis("share found", 0, 1, _SHARES)
    )
    title = f"{what} among the first k passages"
    marks = [
        *(_whiskers(frame, then, "before", 0.3) if then else []),
        *_whiskers(frame, now, "after", 0),
    ]
    described = "; ".join(f"{percent(figure.value)} in the first {k}" for k, figure in now.items())
    rows = tuple(
        (str(k), number(figure.value), f"{number(figure.low)} to {number(figure.high)}")
        + ((number(then[k].value) if k in then else "–",) if then else ())
        for k, figure in now.items()
    )
    return Plot(
        title,
        "What share of them retrieval has found, on average over the questions. Bars: 95 % intervals.",
        None,
        frame.draw(title, described, *marks),
        ("k", "found", "95 % interval", "before")[: len(rows[0])],
        rows,
    )


def _at_cutoffs(prefix: str, figures: Figures) -> dict[int, Figure]:
    found = {k: figures[f"{prefix}{k}"] for k in CUTOFFS if f"{prefix}{k}" in figures}
    return {k: figure for k, figure in found.items() if not isnan(figure.value)}


def _whiskers(frame: Frame, figures: Mapping[int, Figure], kind: str, aside: float) -> list[Markup]:
    corners = "L".join(f"{frame.across(k + aside):.1f} {frame.up(f.value):.1f}" for k, f in figures.items())
    marks = [element("path", d=f"M{corners}", class_=f"{kind} line")]
    for k, figure in figures.items():
        x = frame.across(k + aside)
        ends = {"y1": frame.up(figure.low), "y2": frame.up(figure.high)}
        marks.append(element("line", x1=x, x2=x, **ends, class_=f"{kind} whisker"))
        marks.append(element("circle", cx=x, cy=frame.up(figure.value), r=3.5, class_=f"{kind} dot"))
    return marks


def _times(results: Sequence[Result], before: Sequence[Result]) -> Plot | None:
    now, then = _percentiles(results), _percentiles(before)
    if not now:
        return None
    names = list(now)
    values = [value for of in (now, then) for row in of.values() for value in row]
    low, high = 10 ** floor(log10(min(values))), 10 ** ceil(log10(max(values) * 1.001))
    frame = Frame(
        Axis(
            "milliseconds",
            low,
            high,
            [low * 10**n for n in range(round(log10(high / low)) + 1)],
            _milliseconds,
            log=True,
        ),
        Axis(
            "stage",
            len(names) - 0.4,
            -0.6,
            range(len(names)),
            lambda place: names[int(place)],
        ),
        left=104,
    )
    title = "How long it takes"
    marks: list[Markup] = []
    for place, name in enumerate(names):
        if name in then:
            marks += _range(frame, place + 0.2, then[name], "before")
        marks += _range(frame, place - 0.05, now[name], "after")
    described = "; ".join(f"{name}: {row[2]:.1f} ms, 95 % within {row[4]:.1f}" for name, row in now.items())
    rows = tuple(
        (name, *(f"{value:,.1f}" for value in row))
        + ((f"{then[name][2]:,.1f}" if name in then else "–",) if then else ())
        for name, row in now.items()
    )
    return Plot(
        title,
        "Dot: the median. Thick: the middle half of the questions. Thin: 5 to 95 %. Each mark on the "
        "axis is ten times the one before.",
        None,
        frame.draw(title, described, *marks),
        ("ms", *(f"{p} %" for p in _PERCENTILES), "median before")[: len(rows[0])],
        rows,
    )


def _percentiles(results: Sequence[Result]) -> dict[str, list[float]]:
    """Of each stage that takes time, and of the wait for the whole answer, in milliseconds."""
    stages = dict.fromkeys(name for r in results for name in r.scores if name.startswith("ms_"))
    times = {
        name.removeprefix("ms_"): [r.scores[name] for r in results if name in r.scores] for name in stages
    }
    times["as waited"] = [r.scores["seconds"] * 1000 for r in results if "seconds" in r.scores]
    # A logarithm has no place for what takes no time.
    return {
        name: [max(float(v), 0.01) for v in np.percentile(taken, _PERCENTILES)]
        for name, taken in times.items()
        if any(taken)
    }


def _milliseconds(value: float) -> str:
    return f"{value:,g}"


def _range(frame: Frame, place: float, row: Sequence[float], kind: str) -> list[Markup]:
    least, low, median, high, most = (frame.across(value) for value in row)
    y = frame.up(place)
    return [
        element("line", x1=least, x2=most, y1=y, y2=y, class_=f"{kind} whisker"),
        element("line", x1=low, x2=high, y1=y, y2=y, class_=f"{kind} thick"),
        element("circle", cx=median, cy=y, r=4, class_=f"{kind} dot"),
    ]


def interval(figure: Figure, before: Figure | None) -> Markup:
    """A share with its interval on a line from 0 to 1, small enough for a table."""
    width, middle = 120, 9

    def at(value: float) -> float:
        return 5 + value * (width - 10)

    marks = [
        element("path", d=f"M{at(0)} 4V14M{at(0)} {middle}H{at(1)}M{at(1)} 4V14", class_="axis"),
        element("line", x1=at(figure.low), x2=at(figure.high), y1=middle, y2=middle, class_="after thick"),
        element("circle", cx=at(figure.value), cy=middle, r=4, class_="after dot"),
    ]
    if before and not isnan(before.value):
        x = at(before.value)
        marks.insert(1, element("line", x1=x, x2=x, y1=1, y2=17, class_="before mark"))
    return element("svg", *marks, viewBox=f"0 0 {width} 18", class_="interval", aria_hidden="true")


def bar(counts: Sequence[tuple[str, int]]) -> Markup:
    """Shares of a whole side by side; what they are stands beside it in words."""
    whole, reached, marks = sum(count for _, count in counts), 0.0, []
    for name, count in counts:
        width = 1000 * count / whole
        marks.append(element("rect", x=reached, y=0, width=width, height=20, class_=f"is-{name}"))
        reached += width
    return element(
        "svg", *marks, viewBox="0 0 1000 20", preserveAspectRatio="none", class_="bar", aria_hidden="true"
    )
