"""A small picture of the churn definition for the asset's metadata: how customers come back, and what each
horizon would mean."""

import numpy as np
from matplotlib.axes import Axes

from churn_pipeline.churn_definition.horizon import ChurnDefinition
from churn_pipeline.core.figures import ACCENT, INK, QUIET, SMALL, SOFT, figure, legend, percent_ticks, png
from churn_pipeline.core.wording import percent


def horizon_plot(definition: ChurnDefinition) -> bytes:
    """A PNG of at most 40 KB: the return curve over the finished gaps, and churn rate and false alarms by
    horizon."""
    drawn, (left, right) = figure(8.0, 2.9, panels=2)
    _draw_returns(left, definition)
    _draw_preview(right, definition)
    return png(drawn)


def _draw_returns(axes: Axes, definition: ChurnDefinition) -> None:
    curve = definition.curve
    shown = min(len(curve.returned), max(2 * definition.horizon, 120) + 1)
    days = np.arange(shown)
    highest = max(1, int(curve.finished.max()))
    axes.fill_between(
        days, curve.finished[:shown] / highest, step="mid", color=QUIET, label="finished gaps (scaled)"
    )
    axes.plot(days, curve.returned[:shown], color=SOFT, linewidth=2, label="came back by then")
    axes.axvline(definition.horizon, color=ACCENT, linewidth=1.5, label=f"horizon {definition.horizon} days")
    if curve.elbow is not None and curve.elbow < shown:
        axes.plot(
            curve.elbow,
            curve.returned[curve.elbow],
            "o",
            color=INK,
            markersize=5,
            label=f"elbow {curve.elbow} days",
        )
    axes.set_xlabel("days after a purchase")
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(percent_ticks())
    legend(axes, "lower right")


def _draw_preview(axes: Axes, definition: ChurnDefinition) -> None:
    rows = [row for row in definition.preview if row.churn_rate is not None]
    places = np.arange(len(rows))
    rates = [row.churn_rate or 0.0 for row in rows]
    back = [row.come_back_share or 0.0 for row in rows]
    colours = [ACCENT if row.horizon == definition.horizon else SOFT for row in rows]
    axes.bar(places - 0.2, rates, 0.4, color=colours, label="churn rate")
    axes.bar(places + 0.2, back, 0.4, color=QUIET, label="of the churned, come back later")
    for place, rate in zip(places, rates, strict=True):
        axes.text(place - 0.2, rate, percent(rate), ha="center", va="bottom", fontsize=SMALL, color=INK)
    axes.set_xticks(places, [str(row.horizon) for row in rows])
    axes.set_xlabel("horizon, days")
    axes.set_ylim(0, max([0.1, *rates, *back]) * 1.25)
    axes.yaxis.set_major_formatter(percent_ticks())
    legend(axes, "upper right", columns=2)
