"""SVG drawn in Python: elements, and the frame that the plots share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log10

from markupsafe import Markup, escape

# In units of the view box; a plot is shown at about one unit a pixel on a phone.
WIDTH, HEIGHT = 400, 290
_TOP, _RIGHT, _BOTTOM = 14, 24, 46


def element(name: str, *children: str, **attributes: str | float) -> Markup:
    """An SVG element; ``class_`` and ``text_anchor`` become ``class`` and ``text-anchor``."""
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value))
        for key, value in attributes.items()
    )
    inside = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, inside)


def percent(value: float) -> str:
    """A share, as it stands at an axis."""
    return f"{value:.0%}".replace("%", "\u00a0%")


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a plot.

    Attributes:
        ticks: Where a value is written.
        text: How it is written.
        log: Equal steps are equal factors.
    """

    label: str
    low: float
    high: float
    ticks: Sequence[float]
    text: Callable[[float], str] = percent
    log: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a value is, from 0 to 1."""
        if self.log:
            return log10(value / self.low) / log10(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Frame:
    """Two axes with their ticks and labels, and where a value is between them.

    Attributes:
        left: Room for what is written at the vertical axis.
    """

    x: Axis
    y: Axis
    left: int = 58

    def across(self, value: float) -> float:
        """The horizontal place of a value."""
        return self.left + self.x.share(value) * (WIDTH - self.left - _RIGHT)

    def up(self, value: float) -> float:
        """The vertical place of a value; SVG counts downwards."""
        return HEIGHT - _BOTTOM - self.y.share(value) * (HEIGHT - _TOP - _BOTTOM)

    def draw(self, title: str, described: str, *marks: Markup) -> Markup:
        """The whole picture, with a text for those who do not see it."""
        return element(
            "svg",
            *self._grid(),
            *marks,
            viewBox=f"0 0 {WIDTH} {HEIGHT}",
            role="img",
            aria_label=f"{title}. {described}",
        )

    def _grid(self) -> list[Markup]:
        left, right = self.across(self.x.low), self.across(self.x.high)
        bottom, top = self.up(self.y.low), self.up(self.y.high)
        drawn = []
        for tick in self.x.ticks:
            at = self.across(tick)
            drawn.append(element("line", x1=at, x2=at, y1=bottom, y2=top, class_="grid"))
            drawn.append(element("text", self.x.text(tick), x=at, y=bottom + 17, text_anchor="middle"))
        for tick in self.y.ticks:
            at = self.up(tick)
            drawn.append(element("line", x1=left, x2=right, y1=at, y2=at, class_="grid"))
            drawn.append(element("text", self.y.text(tick), x=left - 7, y=at + 4, text_anchor="end"))
        middle = (bottom + top) / 2
        return [
            *drawn,
            element("path", d=f"M{left} {top}V{bottom}H{right}", class_="axis"),
            element(
                "text", self.x.label, x=(left + right) / 2, y=HEIGHT - 8, text_anchor="middle", class_="label"
            ),
            element(
                "text",
                self.y.label,
                x=0,
                y=0,
                text_anchor="middle",
                class_="label",
                transform=f"translate(14 {middle}) rotate(-90)",
            ),
        ]


def _short(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
