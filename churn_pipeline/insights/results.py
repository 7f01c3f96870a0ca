"""results.json: everything that a person, the API or a report reads first, in one JSON-safe document.

Keys `summary`, `model_performance`, `feature_importance`, `segments` and `recommendations` have the shapes of the specification's REST
answers, with more beside them. It is written last and names the tables that belong to it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.errors import ChurnError
from churn_pipeline.insights.economics import MeasuredRate, customer_economics, scored_customers, shop_campaign
from churn_pipeline.insights.relative_tiers import relative_tiers_document
from churn_pipeline.insights.scenarios import (
    PROFIT_OPTIMAL,
    profit_curve_points,
    profit_optimal_campaign,
    sensitivity_table,
    specification_scenarios,
)
from churn_pipeline.insights.segments import SEGMENTS
from churn_pipeline.shops import ShopConfig

NEEDED_OF_COMPARISON = ("champion", "churn_rate", "model_performance")


@dataclass(frozen=True)
class ResultInputs:
    """What the document is made of: tables as pandas frames of their declared schemas, documents of the earlier stages as dicts.

    comparison needs champion, churn_rate (observed at the test cutoff among the eligible) and model_performance (a list with
    `model`); its verdict and baselines are passed on. tables: name -> {run_id, data_version, rows}. more: further documents by key,
    such as drivers, forecast or early_warnings.
    """

    config: ShopConfig
    churn_definition: Mapping[str, Any]
    quality: Mapping[str, Any]
    comparison: Mapping[str, Any]
    scores: pd.DataFrame
    value: pd.DataFrame
    segments: pd.DataFrame
    importance: pd.DataFrame
    scenarios: pd.DataFrame
    recommendations: Mapping[str, Any]
    explanation_scale: str
    tables: Mapping[str, Mapping[str, Any]]
    run_id: str
    generated_at: datetime
    measured: MeasuredRate | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


def results_document(inputs: ResultInputs) -> dict[str, Any]:
    """The results document. ChurnError when the comparison lacks what the summary needs or the segments do not sum to all customers."""
    missing = [key for key in NEEDED_OF_COMPARISON if key not in inputs.comparison]
    if missing:
        raise ChurnError(f"The model comparison lacks {', '.join(missing)}; train the shop again.")
    if int(inputs.segments["count"].sum()) != len(inputs.scores):
        raise ChurnError(
            f"The segments hold {inputs.segments['count'].sum()} customers, the scores {len(inputs.scores)}; score the shop again."
        )
    document: dict[str, Any] = {
        "shop": inputs.config.name,
        "currency": inputs.config.currency,
        "generated_at": inputs.generated_at,
        "run_id": inputs.run_id,
        "summary": _summary(inputs),
        "model_performance": inputs.comparison["model_performance"],
        "feature_importance": inputs.importance.to_dict("records"),
        "segments": {row["segment"]: {k: v for k, v in row.items() if k != "segment"} for row in inputs.segments.to_dict("records")},
        "recommendations": inputs.recommendations,
        "roi_scenarios": _scenarios(inputs),
        "relative_tiers": relative_tiers_document(inputs.scores, inputs.config),
        "churn_definition": inputs.churn_definition,
        "quality": inputs.quality,
        "verdict": inputs.comparison.get("verdict"),
        "baselines": inputs.comparison.get("baselines"),
        "explanation": {"scale": inputs.explanation_scale},
        "tables": inputs.tables,
    }
    plain: dict[str, Any] = json_safe(document | dict(inputs.more))
    return plain


def json_safe(value: Any) -> Any:
    """The value in JSON's own types: NaN, infinity and missing become null, times ISO texts, numpy and arrow values plain ones."""
    if isinstance(value, Mapping):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, np.ndarray) or (isinstance(value, Sequence) and not isinstance(value, str)):
        return [json_safe(item) for item in value]
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, np.generic):
        return json_safe(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _summary(inputs: ResultInputs) -> dict[str, Any]:
    scores, segments = inputs.scores, inputs.segments.set_index("segment")
    scored = scores["churn_probability"].dropna()
    counts = {f"{name}_customers": int(segments["count"].to_dict()[name]) for name in SEGMENTS}
    return {
        "total_customers": len(scores),
        "eligible_customers": len(scored),
        "churn_rate": inputs.comparison["churn_rate"],
        "expected_churn_rate": float(scored.mean()) if len(scored) else None,
        "expected_churners": float(scored.sum()),
        "revenue_at_risk": float(scores.loc[scores["risk_tier"] == "high", "clv"].sum()),
        "money_at_risk": float(segments["money_at_risk"].astype(float).sum()),
        "champion_model": inputs.comparison["champion"],
        "as_of": scores["as_of"].max() if len(scores) else None,
        "horizon_days": inputs.churn_definition.get("horizon"),
    } | counts


def _scenarios(inputs: ResultInputs) -> dict[str, Any]:
    customers = customer_economics(scored_customers(inputs.scores, inputs.value))
    best = profit_optimal_campaign(customers, shop_campaign(inputs.config, inputs.scores, inputs.measured), inputs.config)
    return {
        "scenarios": inputs.scenarios.to_dict("records"),
        "recommended": PROFIT_OPTIMAL if bool(inputs.scenarios["recommended"].any()) else None,
        "specification_formula": specification_scenarios(inputs.scores, inputs.value, inputs.config),
        "profit_curve": profit_curve_points(customers, best),
        "sensitivity": sensitivity_table(customers, best),
        "success_rate": {
            "value": best.success_rate,
            "source": "assumed" if inputs.measured is None else "measured in the shop's own campaigns",
        },
        "note": "One success rate is taken for every discount, so the smallest wins; campaigns with a control group tell more.",
    }
