"""Whether the return probabilities came true, for each scoring and status."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.treated_labels import untreated
from churn_pipeline.core.tables import GRADED_RETURNS
from churn_pipeline.monitoring.grades.grading import KNOWN, NOT_YET_KNOWN
from churn_pipeline.training.evaluation.metrics import (
    calibration_error,
    ece_of_chance,
    ranking_metrics,
    row_losses,
)

SEED = 42


def graded_returns(graded: pd.DataFrame, treatments: pd.DataFrame | None = None) -> pd.DataFrame:
    """The table graded_returns, one row per scoring and status, oldest first; `graded` is the table
    graded_predictions; treatments: see grading.graded_scorings."""
    return pd.DataFrame(list(_by_status(graded, treatments)), columns=GRADED_RETURNS.schema.names)


def _by_status(graded: pd.DataFrame, treatments: pd.DataFrame | None) -> Iterator[dict[str, Any]]:
    keys = ["as_of", "scored_at", "run_id", "status"]
    for (as_of, scored_at, run_id, status), rows in graded.groupby(keys, sort=True):
        happened = rows[rows["outcome"] == KNOWN]
        horizon = (rows["due_at"].iloc[0] - as_of).days
        campaigns = untreated(happened, treatments, horizon, at="as_of")
        known = campaigns.rows(happened)
        yield {
            "run_id": run_id,
            "as_of": as_of,
            "scored_at": scored_at,
            "due_at": rows["due_at"].iloc[0],
            "model_version": rows["model_version"].iloc[0],
            "status": status,
            "outcome": KNOWN if len(known) else NOT_YET_KNOWN,
            "customers": len(rows),
            "graded": len(happened) - campaigns.contacted,
            "expected_return_rate": float(rows["return_probability"].mean()),
            **(_realised(known) if len(known) else {}),
        }


def _realised(known: pd.DataFrame) -> dict[str, float]:
    """Figures of those whose outcome is known."""
    y = 1 - known["churned"].to_numpy(np.int64)
    p = known["return_probability"].to_numpy(np.float64)
    return {
        "return_rate": float(y.mean()),
        "roc_auc": ranking_metrics(y, p)["roc_auc"],
        "log_loss": float(row_losses(y, p).mean()),
        "log_loss_of_rate": float(row_losses(y, np.full(len(y), y.mean())).mean()),
        "calibration_error": calibration_error(y, p),
        "calibration_error_of_chance": ece_of_chance(p, SEED),
    }
