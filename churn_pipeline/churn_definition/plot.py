"""A small picture of the churn definition for the asset's metadata: how customers come back, and what each horizon would mean."""

import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from churn_pipeline.churn_definition.horizon import ChurnDefinition

INK, ACCENT, SOFT, QUIET = "#22313f", "#c0392b", "#2a7f9e", "#d5dde3"


def horizon_plot(definition: ChurnDefinition) -> bytes:
    """A PNG of at most 40 KB: the return curve over the finished gaps, and churn rate and false alarms by horizon."""
    figure = Figure(figsize=(8.0, 2.9), dpi=78, layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_returns(left, definition)
    _draw_preview(right, definition)
    written = io.BytesIO()
    # the software would be named with its version, and then equal pictures would differ from one installation to the next
    FigureCanvasAgg(figure).print_png(written, metadata={"Software": None})
    return written.getvalue()


def _draw_returns(axes: Axes, definition: ChurnDefinition) -> None:
    curve = definition.curve
    shown = min(len(curve.returned), max(2 * definition.horizon, 120) + 1)
    days = np.arange(shown)
    highest = max(1, int(curve.finished.max()))
    axes.fill_between(days, curve.finished[:shown] / highest, step="mid", color=QUIET, label="finished gaps (scaled)")
    axes.plot(days, curve.returned[:shown], color=SOFT, linewidth=2, label="came back by then")
    axes.axvline(definition.horizon, color=ACCENT, linewidth=1.5, label=f"horizon {definition.horizon} days")
    if curve.elbow is not None and curve.elbow < shown:
        axes.plot(curve.elbow, curve.returned[curve.elbow], "o", color=INK, markersize=5, label=f"elbow {curve.elbow} days")
    axes.set_xlabel("days after a purchase", fontsize=8)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(fontsize=7, frameon=False, loc="lower right")
    _plain(axes)


def _draw_preview(axes: Axes, definition: ChurnDefinition) -> None:
    rows = [row for row in definition.preview if row.churn_rate is not None]
    places = np.arange(len(rows))
    rates = [row.churn_rate or 0.0 for row in rows]
    back = [row.come_back_share or 0.0 for row in rows]
    colours = [ACCENT if row.horizon == definition.horizon else SOFT for row in rows]
    axes.bar(places - 0.2, rates, 0.4, color=colours, label="churn rate")
    axes.bar(places + 0.2, back, 0.4, color=QUIET, label="of the churned, come back later")
    for place, rate in zip(places, rates, strict=True):
        axes.text(place - 0.2, rate, f"{rate:.0%}", ha="center", va="bottom", fontsize=7, color=INK)
    axes.set_xticks(places, [str(row.horizon) for row in rows])
    axes.set_xlabel("horizon, days", fontsize=8)
    axes.set_ylim(0, max([0.1, *rates, *back]) * 1.25)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(fontsize=7, frameon=False, loc="upper right", ncols=2)
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.tick_params(labelsize=8, colors=INK)
    axes.spines[["top", "right"]].set_visible(False)
