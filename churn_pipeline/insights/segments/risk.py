"""The five segments that every customer belongs to exactly one of, with the money in them."""

from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.enums import Segment, Status
from churn_pipeline.core.tables import RISK_SEGMENTS
from churn_pipeline.insights.segments.traits import distinguishing_traits
from churn_pipeline.shop.config import ShopConfig

RECOVERABLE = (0.3, 0.4)  # success rates that the specification calls typical


def segment_of(scores: pd.DataFrame) -> pd.Series:
    """Each customer's segment: high_risk, medium_risk or low_risk where eligible, else lapsed or new; indexed
    like `scores`."""
    tier = scores["risk_tier"].astype("object") + "_risk"
    return tier.where(scores["status"] == Status.ELIGIBLE, scores["status"]).rename("segment")


def risk_segments(
    scores: pd.DataFrame, config: ShopConfig, features: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The RISK_SEGMENTS table from customer_scores and, for the traits, customer_features.

    Money at risk is p x worth of a save; recoverable is 30-40 % of it. Lapsed and new customers have no churn
    probability, so no money at risk, but a chance of an order like everybody. Every segment has its row, an
    empty one with count 0."""
    joined = scores.assign(segment=segment_of(scores).to_numpy())
    traits = distinguishing_traits(joined, features, config.currency)
    rows = [_row(s, joined[joined["segment"] == s], len(joined), traits.get(s, [])) for s in Segment]
    return pd.DataFrame(rows, columns=RISK_SEGMENTS.schema.names)


def _row(segment: Segment, members: pd.DataFrame, total: int, traits: list[str]) -> dict[str, Any]:
    at_risk = float(members["money_at_risk"].sum()) if segment.is_scored else None
    return {
        "segment": segment.value,
        "count": len(members),
        "share": len(members) / total if total else 0.0,
        "revenue": float(members["clv"].sum()),
        "avg_clv": float(members["clv"].mean()) if len(members) else 0.0,
        "money_at_risk": at_risk,
        "recoverable_low": None if at_risk is None else at_risk * RECOVERABLE[0],
        "recoverable_high": None if at_risk is None else at_risk * RECOVERABLE[1],
        "avg_churn_probability": _mean(members["churn_probability"]) if segment.is_scored else None,
        "avg_return_probability": _mean(members["return_probability"]),
        "expected_returns": float(members["return_probability"].sum()),
        "avg_days_since_last_order": _mean(members["days_since_last_order"]),
        "traits": traits,
    }


def _mean(values: pd.Series) -> float | None:
    mean = float(values.mean()) if len(values) else np.nan
    return None if np.isnan(mean) else mean
