"""Every customer's groups: tier, RFM segment, persona; and what each RFM segment and persona is, in words."""

from typing import Any

import pandas as pd

from churn_pipeline.insights.customer_segments import customer_segments, customers_at_risk, rfm_overview
from churn_pipeline.insights.personas import find_personas
from churn_pipeline.insights.results import json_safe
from churn_pipeline.shops import ShopConfig


def segment_customers(scores: pd.DataFrame, shap: pd.DataFrame, config: ShopConfig, seed: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """(the CUSTOMER_SEGMENTS table, a JSON document with `rfm_segments` and `personas`)."""
    personas = find_personas(scores, shap, customers_at_risk(scores, config), config.currency, seed)
    segments = customer_segments(scores, personas, config)
    document: dict[str, Any] = json_safe({"rfm_segments": rfm_overview(segments, scores), "personas": personas.descriptions})
    return segments, document
