"""Every customer's groups in one table: segment, RFM, relative tier and persona."""

from typing import Any

import pandas as pd

from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.tables import CUSTOMER_SEGMENTS
from churn_pipeline.insights.segments.personas import Personas, find_personas
from churn_pipeline.insights.segments.rfm import rfm_scores
from churn_pipeline.insights.segments.risk import segment_of
from churn_pipeline.scoring.tiers import relative_tiers, risk_tiers
from churn_pipeline.shop.config import ShopConfig


def segment_customers(
    scores: pd.DataFrame, shap: pd.DataFrame, config: ShopConfig, seed: int
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """(the CUSTOMER_SEGMENTS table, a JSON document with `rfm_segments` and `personas`, each in words)."""
    personas = find_personas(scores, shap, customers_at_risk(scores, config), config.currency, seed)
    segments = customer_segments(scores, personas, config)
    document: dict[str, Any] = json_safe(
        {"rfm_segments": rfm_overview(segments, scores), "personas": personas.descriptions}
    )
    return segments, document


def customers_at_risk(scores: pd.DataFrame, config: ShopConfig) -> set[str]:
    """Ids of the customers above the lower of the two medium thresholds, the fixed and the relative one."""
    probability = scores["churn_probability"]
    threshold = min(config.tiers.medium, relative_tiers(config.tiers, probability).medium)
    return set(scores.loc[probability > threshold, "customer_id"])


def customer_segments(scores: pd.DataFrame, personas: Personas, config: ShopConfig) -> pd.DataFrame:
    """The CUSTOMER_SEGMENTS table, in the order of customer_scores."""
    table = pd.concat([scores[["customer_id"]], rfm_scores(scores)], axis=1)
    table["segment"] = segment_of(scores)
    table["relative_tier"] = risk_tiers(
        scores["churn_probability"], relative_tiers(config.tiers, scores["churn_probability"])
    )
    table = table.merge(personas.assigned, on="customer_id", how="left", validate="one_to_one")
    return table[CUSTOMER_SEGMENTS.schema.names]


def rfm_overview(segments: pd.DataFrame, scores: pd.DataFrame) -> list[dict[str, object]]:
    """Per RFM segment: count, revenue (sum of CLV, currency) and, of its scored customers, the mean churn
    probability."""
    joined = segments.merge(scores[["customer_id", "clv", "churn_probability"]], on="customer_id")
    grouped = joined.groupby("rfm_segment").agg(
        count=("customer_id", "size"),
        revenue=("clv", "sum"),
        avg_churn_probability=("churn_probability", "mean"),
    )
    rows = grouped.sort_values("revenue", ascending=False).reset_index().to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]
