"""Small pictures of monitoring for the metadata of assets."""

import io

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

INK, ACCENT, SOFT, QUIET = "#22313f", "#c0392b", "#2a7f9e", "#d5dde3"


def grades_plot(scorings: pd.DataFrame) -> bytes:
    """A PNG of at most 40 KB: expected and realised churn rate, and ROC-AUC, of every scoring by its date (table graded_scorings)."""
    figure = Figure(figsize=(8.0, 2.6), dpi=78, layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(scorings["as_of"], scorings["expected_churn_rate"], "o-", color=SOFT, markersize=3, label="expected churn rate")
    left.plot(scorings["as_of"], scorings["churn_rate"], "o-", color=ACCENT, markersize=3, label="realised; none: not yet known")
    left.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    left.set_ylim(0, 1)
    right.plot(scorings["as_of"], scorings["roc_auc"], "o-", color=INK, markersize=3, label="ROC-AUC")
    right.axhline(0.5, color=QUIET, linewidth=1)
    right.set_ylim(0.4, 1)
    for axes in (left, right):
        _plain(axes)
    return png(figure)


def png(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes for the same picture on every installation."""
    written = io.BytesIO()
    FigureCanvasAgg(figure).print_png(written, metadata={"Software": None})
    return written.getvalue()


def _plain(axes: Axes) -> None:
    axes.tick_params(labelsize=7, colors=INK)
    axes.tick_params(axis="x", labelrotation=30)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7, frameon=False)
