"""One scored customer explained: every factor and feature behind the probability, and the picture of it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from churn_pipeline.errors import BadInput, NotFound
from churn_pipeline.explain.contributions import explanation_from_table
from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.explain.lime_weights import lime_weights
from churn_pipeline.explain.plots import waterfall_plot
from churn_pipeline.explain.reasons import factor_impacts
from churn_pipeline.features.catalogue import FACTORS, feature
from churn_pipeline.storage import read_table
from churn_pipeline.training.churn_model import ChurnModel


def explained_customer(folder: Path, shop: str, model: ChurnModel, customer_id: str) -> tuple[dict[str, Any], bytes]:
    """The customer's score as stored, as a JSON-ready document, and its waterfall plot as PNG bytes.

    The document has customer_id, as_of, status, churn_probability, base_probability (the shop's usual one), risk_tier, top_risk_factors,
    factors (factor, label, impact in probability points; they add up to churn_probability - base_probability) and features (feature, label,
    value, unit, contribution on the log-odds scale, impact), both strongest first. `model` must be the one that scored.

    Raises:
        NotFound: unknown customer, or a shop that was never scored.
        BadInput: the customer is lapsed or new and has no probability.
    """
    scores = read_table(folder, "customer_scores")
    known = scores[scores["customer_id"] == customer_id]
    if known.empty:
        raise NotFound(f"Shop {shop!r} has no customer {customer_id!r}.")
    score = known.iloc[0]
    if pd.isna(score["churn_probability"]):
        absent = f"{score['days_since_last_order']:.0f} days since the last order"
        raise BadInput(f"Customer {customer_id!r} is {score['status']} ({absent}) and has no churn probability to explain.")
    table = read_table(folder, "shap_values")
    explanation = explanation_from_table(model, table[table["customer_id"] == customer_id])
    features = read_table(folder, "customer_features")
    values = features[features["customer_id"] == customer_id].iloc[0]
    document = {
        "customer_id": customer_id,
        "as_of": score["as_of"].isoformat(),
        "status": score["status"],
        "churn_probability": float(score["churn_probability"]),
        "base_probability": explanation.base_probability,
        "risk_tier": score["risk_tier"],
        "top_risk_factors": [dict(reason) for reason in score["top_risk_factors"]],
        "factors": _factors(explanation),
        "features": _features(explanation, values),
    }
    return document, waterfall_plot(explanation, 0)


def second_opinion(folder: Path, model: ChurnModel, customer_id: str) -> list[dict[str, Any]]:
    """LIME's strongest conditions of a scored customer: feature, condition and weight (probability points), strongest first."""
    features = read_table(folder, "customer_features")
    row = features[features["customer_id"] == customer_id].iloc[0]
    return [asdict(weight) for weight in lime_weights(model, row, features)]


def explanation_in_words(document: dict[str, Any]) -> str:
    """The document of `explained_customer` for a terminal of 80 columns."""
    lines = [
        f"Customer {document['customer_id']}, as of {document['as_of'][:10]}: churn probability {document['churn_probability']:.0%}, "
        f"{document['risk_tier']} risk",
        f"(typical of the shop: {document['base_probability']:.0%})",
        "",
        "Why",
        *(f"  {reason['reason']}" for reason in document["top_risk_factors"]),
        "",
        "All factors, in percentage points (+ raises, - lowers)",
        *(f"  {100 * factor['impact']:+6.1f}  {factor['label']}" for factor in document["factors"]),
    ]
    if "lime" in document:
        lines += ["", "Second opinion by LIME, in percentage points"]
        lines += [f"  {100 * weight['weight']:+6.1f}  {weight['condition']}" for weight in document["lime"]]
    return "\n".join(lines)


def _factors(explanation: Explanation) -> list[dict[str, Any]]:
    impacts = factor_impacts(explanation).iloc[0]
    order = impacts.abs().sort_values(ascending=False, kind="stable").index
    return [{"factor": name, "label": FACTORS.get(str(name), str(name)), "impact": float(impacts[name])} for name in order]


def _features(explanation: Explanation, values: pd.Series) -> list[dict[str, Any]]:
    contributions = explanation.values.iloc[0]
    slope = float(explanation.probability_points_per_unit()[0])
    order = contributions.abs().sort_values(ascending=False, kind="stable").index
    return [
        {
            "feature": name,
            "label": feature(str(name)).label,
            "value": None if pd.isna(values[name]) else float(values[name]),
            "unit": feature(str(name)).unit,
            "contribution": float(contributions[name]),
            "impact": float(contributions[name]) * slope,
        }
        for name in order
    ]
