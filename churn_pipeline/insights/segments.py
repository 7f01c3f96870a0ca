"""The five segments that every customer belongs to exactly one of, with the money in them."""

from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.insights.traits import distinguishing_traits
from churn_pipeline.schemas import RISK_SEGMENTS
from churn_pipeline.shops import ShopConfig

SEGMENTS = ("high_risk", "medium_risk", "low_risk", "lapsed", "new")
RECOVERABLE = (0.3, 0.4)  # success rates that the specification calls typical


def segment_of(scores: pd.DataFrame) -> pd.Series:
    """Each customer's segment: high_risk, medium_risk or low_risk where eligible, else lapsed or new; indexed like `scores`."""
    tier = scores["risk_tier"].astype("object") + "_risk"
    return tier.where(scores["status"] == "eligible", scores["status"]).rename("segment")


def risk_segments(scores: pd.DataFrame, value: pd.DataFrame, config: ShopConfig, features: pd.DataFrame | None = None) -> pd.DataFrame:
    """The RISK_SEGMENTS table from customer_scores, customer_value and, for the traits, customer_features.

    Money at risk is p x (value if retained - value if churned); recoverable is 30-40 % of it. Lapsed and new customers have no probability,
    so no money at risk. Every segment has its row, an empty one with count 0.
    """
    columns = ["customer_id", "value_if_retained", "value_if_churned"]
    joined = scores.merge(value[columns], on="customer_id", how="left", validate="one_to_one")
    joined["segment"] = segment_of(joined).to_numpy()
    joined["save_value"] = joined["value_if_retained"] - joined["value_if_churned"]
    traits = distinguishing_traits(joined, features, config.currency)
    rows = [_row(name, joined[joined["segment"] == name], len(joined), traits.get(name, [])) for name in SEGMENTS]
    return pd.DataFrame(rows, columns=RISK_SEGMENTS.schema.names)


def _row(name: str, members: pd.DataFrame, total: int, traits: list[str]) -> dict[str, Any]:
    scored = name.endswith("_risk")
    at_risk = float((members["churn_probability"] * members["save_value"]).sum()) if scored else None
    return {
        "segment": name,
        "count": len(members),
        "share": len(members) / total if total else 0.0,
        "revenue": float(members["clv"].sum()),
        "avg_clv": float(members["clv"].mean()) if len(members) else 0.0,
        "money_at_risk": at_risk,
        "recoverable_low": None if at_risk is None else at_risk * RECOVERABLE[0],
        "recoverable_high": None if at_risk is None else at_risk * RECOVERABLE[1],
        "avg_churn_probability": _mean(members["churn_probability"]) if scored else None,
        "avg_days_since_last_order": _mean(members["days_since_last_order"]),
        "traits": traits,
    }


def _mean(values: pd.Series) -> float | None:
    mean = float(values.mean()) if len(values) else np.nan
    return None if np.isnan(mean) else mean
