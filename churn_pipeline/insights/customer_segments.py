"""Every customer's groups in one table: segment, RFM, relative tier and persona."""

import numpy as np
import pandas as pd

from churn_pipeline.insights.personas import Personas
from churn_pipeline.insights.relative_tiers import relative_tiers, tier_of
from churn_pipeline.insights.rfm import rfm_scores
from churn_pipeline.insights.segments import segment_of
from churn_pipeline.schemas import CUSTOMER_SEGMENTS
from churn_pipeline.shops import ShopConfig


def customers_at_risk(scores: pd.DataFrame, config: ShopConfig) -> set[str]:
    """Ids of the customers above the lower of the two medium thresholds, the fixed and the relative one."""
    probability = scores["churn_probability"].to_numpy(np.float64)
    threshold = min(config.tiers.medium, relative_tiers(probability[~np.isnan(probability)], config).medium)
    return set(scores.loc[probability > threshold, "customer_id"])


def customer_segments(scores: pd.DataFrame, personas: Personas, config: ShopConfig) -> pd.DataFrame:
    """The CUSTOMER_SEGMENTS table, in the order of customer_scores."""
    probability = scores["churn_probability"].to_numpy(np.float64)
    tiers = relative_tiers(probability[~np.isnan(probability)], config)
    table = pd.concat([scores[["customer_id"]], rfm_scores(scores)], axis=1)
    table["segment"] = segment_of(scores)
    table["relative_tier"] = tier_of(probability, tiers)
    table = table.merge(personas.assigned, on="customer_id", how="left", validate="one_to_one")
    return table[CUSTOMER_SEGMENTS.schema.names]


def rfm_overview(segments: pd.DataFrame, scores: pd.DataFrame) -> list[dict[str, object]]:
    """Per RFM segment: count, revenue (sum of CLV, currency) and, of its scored customers, the mean churn probability."""
    joined = segments.merge(scores[["customer_id", "clv", "churn_probability"]], on="customer_id")
    grouped = joined.groupby("rfm_segment").agg(
        count=("customer_id", "size"), revenue=("clv", "sum"), avg_churn_probability=("churn_probability", "mean")
    )
    rows = grouped.sort_values("revenue", ascending=False).reset_index().to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]
