"""results.json: everything that a person, the API or a report reads first, in one JSON-safe document.

Keys `summary`, `model_performance`, `feature_importance`, `segments` and `recommendations` have the shapes of
the specification's REST answers, with more beside them. It is written last and names the tables that belong
to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.enums import Segment, Tier
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.insights.money.discount_depth import best_depth, depth_options
from churn_pipeline.insights.money.dominance import dominant_customer
from churn_pipeline.insights.money.economics import customer_economics, scored_customers, shop_campaign
from churn_pipeline.insights.money.margin import margin_in_words
from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.insights.money.scenarios import (
    PROFIT_OPTIMAL,
    profit_curve_points,
    sensitivity_table,
    specification_scenarios,
)
from churn_pipeline.insights.segments.relative_tiers import relative_tiers_document
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.evaluation.metrics import shifted

Z80 = 1.2815515655446004  # half width of an 80 % interval in standard deviations
NEEDED_OF_COMPARISON = ("champion", "churn_rate", "model_performance")


@dataclass(frozen=True)
class ResultInputs:
    """What the document is made of: tables as pandas frames of their declared schemas, documents of the
    earlier stages as dicts.

    comparison needs champion, churn_rate (observed at the test cutoff among the eligible) and
    model_performance (a list with `model`); its verdict and baselines are passed on. tables: name -> {run_id,
    data_version, rows}. more: further documents by key, such as drivers, forecast or early_warnings."""

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
    """The results document. ChurnError when the comparison lacks what the summary needs or the segments do
    not sum to all customers."""
    missing = [key for key in NEEDED_OF_COMPARISON if key not in inputs.comparison]
    if missing:
        raise ChurnError(f"The model comparison lacks {', '.join(missing)}; train the shop again.")
    if int(inputs.segments["count"].sum()) != len(inputs.scores):
        raise ChurnError(
            f"The segments hold {inputs.segments['count'].sum()} customers, "
            f"the scores {len(inputs.scores)}; score the shop again."
        )
    document: dict[str, Any] = {
        "shop": inputs.config.name,
        "currency": inputs.config.currency,
        "generated_at": inputs.generated_at,
        "run_id": inputs.run_id,
        "summary": _summary(inputs),
        "model_performance": inputs.comparison["model_performance"],
        "feature_importance": inputs.importance.to_dict("records"),
        "segments": {
            row["segment"]: {k: v for k, v in row.items() if k != "segment"}
            for row in inputs.segments.to_dict("records")
        },
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


def _summary(inputs: ResultInputs) -> dict[str, Any]:
    scores, segments = inputs.scores, inputs.segments.set_index("segment")
    scored = scores["churn_probability"].dropna()
    counts = {f"{name}_customers": int(segments["count"].to_dict()[name]) for name in Segment}
    return {
        "total_customers": len(scores),
        "eligible_customers": len(scored),
        "churn_rate": inputs.comparison["churn_rate"],
        **_expected_churn(scored.to_numpy(np.float64), inputs.config.roi.level_error),
        "revenue_at_risk": float(scores.loc[scores["risk_tier"] == Tier.HIGH, "clv"].sum()),
        "money_at_risk": float(segments["money_at_risk"].astype(float).sum()),
        **_ends_of_money_at_risk(inputs),
        "dominant_customer": dominant_customer(scores, inputs.config.currency),
        "champion_model": inputs.comparison["champion"],
        "as_of": scores["as_of"].max() if len(scores) else None,
        "horizon_days": inputs.churn_definition.get("horizon"),
    } | counts


def _ends_of_money_at_risk(inputs: ResultInputs) -> dict[str, float]:
    """p x worth of a save at both ends of that worth and of the level's 80 % interval, and as it would be if
    those won back behaved like those who stay."""
    customers = scored_customers(inputs.scores, inputs.value)
    half = Z80 * inputs.config.roi.level_error
    ends = {"low": (-half, "save_worth_low"), "high": (half, "save_worth_high")}
    ends["if_like_stayers"] = (0.0, "save_worth_if_like_stayers")
    p = customers["churn_probability"]
    return {
        f"money_at_risk_{name}": float((shifted(p, shift) * customers[worth]).sum())
        for name, (shift, worth) in ends.items()
    }


def _expected_churn(p: NDArray[np.float64], level_error: float) -> dict[str, float | None]:
    """How many of the scored customers will churn, n probabilities, and the 80 % interval of what will be:
    each one's chance, and the standard deviation of the level in log-odds, which all share."""
    count, variance = float(p.sum()), float((p * (1 - p)).sum())
    half = Z80 * float(np.hypot(level_error * variance, np.sqrt(variance)))
    low, high = max(count - half, 0.0), min(count + half, float(len(p)))
    found = {"": count, "_low": low, "_high": high}
    rates = {f"expected_churn_rate{end}": value / len(p) if len(p) else None for end, value in found.items()}
    return rates | {f"expected_churners{end}": value for end, value in found.items()}


def _scenarios(inputs: ResultInputs) -> dict[str, Any]:
    customers = customer_economics(scored_customers(inputs.scores, inputs.value))
    config, measured = inputs.config, inputs.measured
    options = depth_options(
        customers, shop_campaign(config, inputs.scores, measured), config, response_curve(config, measured)
    )
    best, margin = best_depth(options).campaign, config.roi.gross_margin
    return {
        "scenarios": inputs.scenarios.to_dict("records"),
        "recommended": PROFIT_OPTIMAL if bool(inputs.scenarios["recommended"].any()) else None,
        "specification_formula": specification_scenarios(inputs.scores, inputs.value, inputs.config),
        "profit_curve": profit_curve_points(customers, best),
        "sensitivity": sensitivity_table(customers, best),
        "success_rate": {
            "value": best.success_rate,
            "source": "assumed" if inputs.measured is None else "measured in the shop's own campaigns",
            **({} if measured is None else {"measured": measured.to_document()}),
        },
        "depths": [option.to_document() for option in options],
        "margin": {"gross_margin": margin, "sentence": margin_in_words(margin)},
        "note": "Success rises with the discount as assumed (depths), "
        "until campaigns with a control group measure it.",
    }
