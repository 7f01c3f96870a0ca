"""How a model did cutoff by cutoff and fold by fold, on customers that it had not seen."""

from typing import Any

import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from churn_pipeline.core.figures import ACCENT, INK, SOFT, figure, legend, percent_ticks, png
from churn_pipeline.training.evaluation.metrics import row_losses


def measures_by(group: pd.Series, y: NDArray[Any], p: NDArray[Any]) -> pd.DataFrame:
    """churn_rate, expected_rate (mean probability), log_loss and roc_auc (NaN where only one class is there)
    of each value of `group` (n), in its order; y outcomes, p probabilities."""
    rows = pd.DataFrame({"group": group.to_numpy(), "y": y, "p": p, "loss": row_losses(y, p)})
    found = {
        value: {
            "churn_rate": part["y"].mean(),
            "expected_rate": part["p"].mean(),
            "log_loss": part["loss"].mean(),
            "roc_auc": roc_auc_score(part["y"], part["p"]) if part["y"].nunique() == 2 else float("nan"),
        }
        for value, part in rows.groupby("group")
    }
    return pd.DataFrame.from_dict(found, orient="index")


def outcomes_picture(
    title: str,
    y: NDArray,
    p: NDArray,
    threshold: float,
    by_cutoff: pd.DataFrame | None,
) -> bytes:
    """The confusion matrix at the threshold, and where given the rate by cutoff: what was expected and what
    happened; PNG."""
    drawn, panels = figure(8 if by_cutoff is not None else 3.2, 3.2, 1 if by_cutoff is None else 2, False)
    called = p >= threshold
    counts = [[int(((y == s) & (called == c)).sum()) for c in (0, 1)] for s in (0, 1)]
    panels[0].imshow(counts, cmap="Blues", vmax=2 * max(map(max, counts)))
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        panels[0].text(column, row, f"{counts[row][column]:,}", ha="center", va="center", color=INK)
    panels[0].set_xticks((0, 1), ("stays", "churns"))
    panels[0].set_yticks((0, 1), ("stayed", "churned"))
    panels[0].set_xlabel("predicted")
    panels[0].set_title(f"Confusion matrix, test, from {threshold:.2f}")
    if by_cutoff is not None:
        panels[1].plot(by_cutoff.index, by_cutoff["churn_rate"], "o-", color=ACCENT, label="happened")
        panels[1].plot(by_cutoff.index, by_cutoff["expected_rate"], "o-", color=SOFT, label="expected")
        panels[1].yaxis.set_major_formatter(percent_ticks())
        panels[1].tick_params("x", rotation=30)
        panels[1].set_title("Churn rate by cutoff, unseen customers")
        legend(panels[1])
    drawn.subplots_adjust(left=0.1, right=0.98, top=0.8, bottom=0.24, wspace=0.3)
    drawn.suptitle(title, fontsize=10, color=INK)
    return png(drawn)
