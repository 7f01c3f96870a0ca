"""One scored customer explained: every factor and feature behind the probability, and the picture of it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import pandas as pd

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.wording import day, percent, quantity
from churn_pipeline.explain.contributions import explanation_from_table
from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.explain.explanation_plots import waterfall_plot
from churn_pipeline.explain.lime_weights import lime_weights
from churn_pipeline.explain.reasons import factor_impacts
from churn_pipeline.features.catalogue import FACTORS, feature
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.models.churn_model import ChurnModel


def explained_customer(
    run: ShopRun, model: ChurnModel, customer_id: str
) -> tuple[dict[str, Any], Explanation]:
    """The customer's score as stored, as a JSON-ready document, and the explanation that a plot is drawn
    from.

    The document has customer_id, as_of, status, churn_probability, return_probability,
    expected_next_order_at, _low and _high, base_probability (the shop's usual churn probability), risk_tier,
    top_risk_factors, factors (factor, label, impact in probability points; they add up to churn_probability -
    base_probability) and features (feature, label, value, unit, contribution on the log-odds scale, impact),
    both strongest first. `model` must be the one that scored.

    Raises:
        NotFound: unknown customer, or a shop that was never scored.
        BadInput: the customer is lapsed or new and has no probability.
    """
    known = _rows_of(run, "customer_scores", customer_id)
    if known.empty:
        raise NotFound(f"Shop {run.shop!r} has no customer {customer_id!r}.")
    score = known.iloc[0]
    if pd.isna(score["churn_probability"]):
        absent = f"{quantity(score['days_since_last_order'], 'days')} since the last order"
        raise BadInput(
            f"Customer {customer_id!r} is {score['status']} ({absent}) and has no churn probability to "
            f"explain; the chance of an order within {run.horizon} days is "
            f"{percent(score['return_probability'], 1)}."
        )
    explanation = explanation_from_table(model, _rows_of(run, "shap_values", customer_id))
    values = _rows_of(run, "customer_features", customer_id).iloc[0]
    document = {
        "customer_id": customer_id,
        "as_of": score["as_of"].isoformat(),
        "status": score["status"],
        "churn_probability": float(score["churn_probability"]),
        "return_probability": float(score["return_probability"]),
        **_next_order(score),
        "base_probability": explanation.base_probability,
        "risk_tier": score["risk_tier"],
        "top_risk_factors": [dict(reason) for reason in score["top_risk_factors"]],
        "factors": _factors(explanation),
        "features": _features(explanation, values),
    }
    return document, explanation


def drawn(explanation: Explanation) -> bytes:
    """The waterfall plot of an explained customer, as PNG."""
    return waterfall_plot(explanation, 0)


def second_opinion(run: ShopRun, model: ChurnModel, customer_id: str) -> list[dict[str, Any]]:
    """LIME's strongest conditions of a scored customer: feature, condition and weight (probability points),
    strongest first."""
    features = run.store.read("customer_features")
    row = features[features["customer_id"] == customer_id].iloc[0]
    return [asdict(weight) for weight in lime_weights(model, row, features)]


def explanation_in_words(document: dict[str, Any]) -> str:
    """The document of `explained_customer` for a terminal of 80 columns."""
    lines = [
        f"Customer {document['customer_id']}, as of {day(datetime.fromisoformat(document['as_of']))}: "
        f"churn probability {percent(document['churn_probability'])}, "
        f"{document['risk_tier']} risk",
        f"(typical of the shop: {percent(document['base_probability'])})",
        _next_order_in_words(document),
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


def _rows_of(run: ShopRun, table: str, customer_id: str) -> pd.DataFrame:
    """A customer's rows of a table, the others unread; NotFound when it was never written."""
    with run.store.query([table], threads=1) as connection:
        return connection.execute(f"SELECT * FROM {table} WHERE customer_id = ?", [customer_id]).df()  # noqa: S608


def _next_order(score: pd.Series) -> dict[str, str | None]:
    """The date of the next order and its interval as ISO texts; None where there is none."""
    names = ("expected_next_order_at", "expected_next_order_low", "expected_next_order_high")
    return {name: None if pd.isna(score[name]) else score[name].isoformat() for name in names}


def _next_order_in_words(document: dict[str, Any]) -> str:
    at, low, high = (document[f"expected_next_order_{end}"] for end in ("at", "low", "high"))
    if at is None:
        return "An order within 12 months is less likely than not."
    return (
        f"Next order, if one comes within 12 months: about {at[:10]} ({low[:10]} to {high[:10]} in 4 of 5)."
    )


def _factors(explanation: Explanation) -> list[dict[str, Any]]:
    impacts = factor_impacts(explanation).iloc[0]
    order = impacts.abs().sort_values(ascending=False, kind="stable").index
    return [
        {"factor": name, "label": FACTORS.get(str(name), str(name)), "impact": float(impacts[name])}
        for name in order
    ]


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
