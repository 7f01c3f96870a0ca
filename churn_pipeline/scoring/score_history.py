"""Receipts of every scoring: what was said of whom, by which model, and when the outcome will be known."""

from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.core.enums import WITHOUT_SCORE, Status
from churn_pipeline.core.tables import SCORE_HISTORY

MOST_RECEIPTS = 100_000
"""Of the lapsed and of the new, each, in one scoring: what is learned from more is not worth a history of
millions of rows a week."""


def with_scoring(
    history: pd.DataFrame | None,
    scores: pd.DataFrame,
    *,
    run_id: str,
    model_version: str,
    scored_at: datetime,
    horizon: int,
) -> pd.DataFrame:
    """The score_history with the receipts of one scoring added; those of the same run, should it be repeated,
    are replaced.

    scores: customer_scores. Every eligible customer gets a receipt, and of the lapsed and of the new as many
        as MOST_RECEIPTS, the same ones each time. horizon: days until the outcome is known."""
    scored = scores[_with_receipt(scores)]
    receipts = scored[
        ["customer_id", "as_of", "status", "churn_probability", "return_probability", "risk_tier", "clv"]
    ].assign(
        scored_at=pd.Timestamp(scored_at),
        run_id=run_id,
        model_version=model_version,
        due_at=scored["as_of"] + pd.Timedelta(days=horizon),
    )
    earlier = completed(history[history["run_id"] != run_id]) if history is not None else None
    parts = [p for p in (earlier, receipts[SCORE_HISTORY.schema.names]) if p is not None and len(p)]
    return pd.concat(parts, ignore_index=True) if parts else receipts[SCORE_HISTORY.schema.names]


def completed(history: pd.DataFrame) -> pd.DataFrame:
    """Receipts with the columns of today; those of versions that scored the eligible alone lack two."""
    if "return_probability" in history:
        return history
    return history.assign(status=Status.ELIGIBLE.value, return_probability=1 - history["churn_probability"])


def _with_receipt(scores: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each customer gets a receipt, n."""
    order = pd.util.hash_array(scores["customer_id"].to_numpy(dtype=object))
    given = scores["status"].eq(Status.ELIGIBLE).to_numpy(dtype=bool, copy=True)
    for status in WITHOUT_SCORE:
        own = np.flatnonzero(scores["status"].eq(status))
        given[own[np.argsort(order[own], kind="stable")[:MOST_RECEIPTS]]] = True
    return given
