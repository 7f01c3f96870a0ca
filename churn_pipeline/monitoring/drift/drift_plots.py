"""Small pictures of monitoring for the metadata of assets."""

import pandas as pd

from churn_pipeline.core.figures import ACCENT, INK, QUIET, SOFT, figure, legend, percent_ticks, png


def grades_plot(scorings: pd.DataFrame) -> bytes:
    """A PNG of at most 40 KB: expected and realised churn rate, and ROC-AUC, of every scoring by its date
    (table graded_scorings)."""
    drawn, (left, right) = figure(8.0, 2.6, panels=2)
    left.plot(
        scorings["as_of"],
        scorings["expected_churn_rate"],
        "o-",
        color=SOFT,
        markersize=3,
        label="expected churn rate",
    )
    left.plot(
        scorings["as_of"],
        scorings["churn_rate"],
        "o-",
        color=ACCENT,
        markersize=3,
        label="realised; none: not yet known",
    )
    left.yaxis.set_major_formatter(percent_ticks())
    left.set_ylim(0, 1)
    right.plot(scorings["as_of"], scorings["roc_auc"], "o-", color=INK, markersize=3, label="ROC-AUC")
    right.axhline(0.5, color=QUIET, linewidth=1)
    right.set_ylim(0.4, 1)
    for axes in (left, right):
        axes.tick_params(axis="x", labelrotation=30)
        legend(axes)
    return png(drawn)
