"""Charts of reports as SVG, in the house style. Texts stay texts, so that they are sharp, can be searched and
follow a dark page."""

import re
import warnings
from functools import singledispatch
from io import BytesIO

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from churn_pipeline.core.figures import (
    ACCENT,
    GREY,
    INK,
    PALE,
    QUIET,
    SMALL,
    SOFT,
    TEXT,
    figure,
)
from churn_pipeline.core.wording import number, percent
from churn_pipeline.reports.content.blocks import Chart, Lines, RankedBars, UprightBars
from churn_pipeline.reports.rendering.visible_text import visible

WIDE, HALF, HEIGHT = 6.9, 3.35, 2.1  # inches: of the page's width, of two beside each other
LONGEST_LABEL = {WIDE: 46, HALF: 30}
ROUND_STEPS = [1, 2, 5, 10]
SERIES = (SOFT, PALE, ACCENT)
ROW = 0.23  # inches of one lying bar


def svg(chart: Chart, wide: bool, salt: str) -> str:
    """The chart as one <svg> element. wide: as wide as the page, else half of it; salt: makes the names
    inside it its own, equal for equal charts."""
    drawn = _drawn(chart, WIDE if wide else HALF)
    drawn.patch.set_visible(False)
    for axes in drawn.axes:
        axes.patch.set_visible(False)  # the page's own ground shows, light or dark
    out = BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Glyph", UserWarning
        )  # letters of other scripts: the reader has them
        FigureCanvasSVG(drawn).print_svg(out, metadata={"Date": None, "Creator": None})
    text = out.getvalue().decode()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    return re.sub(r'<g id="[^"]*"', "<g", text).strip()


@singledispatch
def _drawn(chart: Chart, width: float) -> Figure:
    raise TypeError(f"no chart is drawn of {type(chart).__name__}")


@_drawn.register
def _ranked_bars(chart: RankedBars, width: float) -> Figure:
    drawn, (axes,) = figure(width, ROW * len(chart.labels) + 0.15, arranged=False)
    places = np.arange(len(chart.labels))[::-1]
    raises = chart.raises or (False,) * len(chart.labels)
    axes.barh(places, chart.values, height=0.68, color=[ACCENT if up else SOFT for up in raises])
    longest = LONGEST_LABEL[width]
    axes.set_yticks(places, [_plain(_cut(label, longest)) for label in chart.labels])
    highest = max([*chart.values, 0.0]) or 1.0
    for place, value, text in zip(places, chart.values, chart.shown, strict=True):
        axes.annotate(
            _plain(text), (max(value, 0), place), (3, 0), textcoords="offset points", va="center",
            fontsize=SMALL, color=INK,
        )  # fmt: skip
    shown = max((_letters(text, SMALL) for text in chart.shown), default=0.0)
    left = max((_letters(_cut(label, longest)) for label in chart.labels), default=0.0)
    axes.set_xlim(0, highest / (1 - min(0.6, shown / (width - left))))
    axes.set_ylim(-0.5, max(1, len(chart.labels)) - 0.5)
    axes.spines[["bottom"]].set_visible(False)
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    drawn.subplots_adjust(left=left / width, right=1, top=1, bottom=0)
    return drawn


@_drawn.register
def _upright_bars(chart: UprightBars, width: float) -> Figure:
    drawn, (axes,) = figure(width, HEIGHT, arranged=False)
    places, below = np.arange(len(chart.labels)), np.zeros(len(chart.labels))
    for series, colour in zip(chart.series, SERIES, strict=False):
        axes.bar(places, series.values, 0.76, bottom=below, color=colour, label=_plain(series.name))
        below = below + np.asarray(series.values)
    every = max(1, -(-len(chart.labels) * max(len(label) for label in chart.labels) // round(11 * width)))
    axes.set_xticks(places[::every], [_plain(label) for label in chart.labels[::every]])
    axes.set_xlim(-0.6, len(chart.labels) - 0.4)
    axes.tick_params(bottom=False)
    _y_axis(axes, chart.in_percent, chart.y_title)
    if len(chart.series) > 1:
        _legend_above(axes, len(chart.series))
    _fit(drawn, width, x_title=False, above=len(chart.series) > 1 or bool(chart.y_title))
    return drawn


@_drawn.register
def _lines(chart: Lines, width: float) -> Figure:
    drawn, (axes,) = figure(width, HEIGHT, arranged=False)
    for series, colour in zip(chart.series, SERIES, strict=False):
        axes.plot(
            chart.x, series.values, "o-" if chart.dots else "-", color=colour, markersize=3.5, linewidth=1.6,
            label=_plain(series.name),
        )  # fmt: skip
        if series.low:
            axes.fill_between(chart.x, series.low, series.high, color=colour, alpha=0.16, linewidth=0)
    if chart.diagonal:
        axes.axline((0, 0), slope=1, color=GREY, linewidth=0.8, linestyle="--")
    if chart.labels:
        every = max(1, -(-len(chart.labels) * max(len(label) for label in chart.labels) // round(9 * width)))
        axes.set_xticks(chart.x[::every], [_plain(label) for label in chart.labels[::every]])
    elif chart.x_in_percent:
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=ROUND_STEPS))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    elif chart.dots:
        axes.set_xticks(chart.x, [number(place) for place in chart.x])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=ROUND_STEPS))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.set_xlabel(_plain(chart.x_title))
    _y_axis(axes, chart.y_in_percent, chart.y_title)
    if chart.from_zero:
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0] if _goes_below_zero(chart) else 0.0))
    if chart.mark:
        axes.axvline(chart.mark[0], color=ACCENT, linewidth=1, linestyle="--")
        right = chart.mark[0] > (min(chart.x) + max(chart.x)) / 2
        axes.annotate(
            _plain(chart.mark[1]), (chart.mark[0], 0.06), (-4 if right else 4, 0), textcoords="offset points",
            xycoords=("data", "axes fraction"), fontsize=SMALL, color=ACCENT, ha="right" if right else "left",
        )  # fmt: skip
    if len(chart.series) > 1:
        _legend_above(axes, len(chart.series))
    _fit(drawn, width, bool(chart.x_title), above=len(chart.series) > 1 or bool(chart.y_title))
    return drawn


def short(value: float) -> str:
    """A number along an axis: 1.5M, 20k, 300, 0.4."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{number(value / size, 0 if value % size == 0 else 1)}{letter}"
    return number(value, 0 if float(value).is_integer() else 2)


def _goes_below_zero(chart: Lines) -> bool:
    return any(min((*series.values, *series.low)) < 0 for series in chart.series)


def _y_axis(axes: Axes, in_percent: bool, title: str) -> None:
    """Few ticks with quiet lines; the axis' title lies above it, where it takes no width."""
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=ROUND_STEPS))
    shown = percent if in_percent else short
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value)))
    axes.grid(axis="y", color=QUIET, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False)
    if title:
        axes.text(0, 1.04, _plain(title), transform=axes.transAxes, fontsize=SMALL, color=GREY, ha="left")


def _legend_above(axes: Axes, columns: int) -> None:
    axes.legend(
        fontsize=SMALL, frameon=False, ncols=columns, labelcolor=INK, loc="lower right",
        bbox_to_anchor=(1, 1), borderaxespad=0, handlelength=1.4,
    )  # fmt: skip


def _fit(drawn: Figure, width: float, x_title: bool, above: bool) -> None:
    """Margins by hand: an automatic layout takes as long as the drawing."""
    drawn.subplots_adjust(
        left=0.5 / width, right=1 - 0.22 / width, top=0.88 if above else 0.96, bottom=0.2 if x_title else 0.12
    )


def _letters(text: str, size: float = TEXT) -> float:
    """About the width of a text in inches, with a little room: capitals and digits are wider than most."""
    widths = (0.74 if letter.isupper() else 0.64 if letter.isdigit() else 0.59 for letter in text)
    return sum(widths) * size / 72 + 0.14


def _cut(label: str, longest: int) -> str:
    label = " ".join(label.split())
    return label if len(label) <= longest else f"{label[: longest - 1]}…"


def _plain(text: str) -> str:
    """A text that can be shown and in which matplotlib sees no formula."""
    return visible(text).replace("$", r"\$")
