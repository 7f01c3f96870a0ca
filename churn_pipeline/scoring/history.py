"""Receipts of every scoring: what was said of whom, by which model, and when the outcome will be known."""

from datetime import datetime

import pandas as pd

from churn_pipeline.schemas import SCORE_HISTORY


def with_scoring(
    history: pd.DataFrame | None, scores: pd.DataFrame, *, run_id: str, model_version: str, scored_at: datetime, horizon: int
) -> pd.DataFrame:
    """The score_history with the receipts of one scoring added; those of the same run, should it be repeated, are replaced.

    scores: customer_scores; only those with a probability get a receipt. horizon: days until the outcome is known.
    """
    scored = scores[scores["churn_probability"].notna()]
    receipts = scored[["customer_id", "as_of", "churn_probability", "risk_tier", "clv"]].assign(
        scored_at=pd.Timestamp(scored_at), run_id=run_id, model_version=model_version, due_at=scored["as_of"] + pd.Timedelta(days=horizon)
    )
    earlier = history[history["run_id"] != run_id] if history is not None else None
    parts = [p for p in (earlier, receipts[SCORE_HISTORY.schema.names]) if p is not None and len(p)]
    return pd.concat(parts, ignore_index=True) if parts else receipts[SCORE_HISTORY.schema.names]
