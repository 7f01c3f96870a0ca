"""The four cards and the table of segments, worked out from the results document."""

from dataclasses import dataclass
from typing import Any

from churn_pipeline.core.enums import Status
from churn_pipeline.core.wording import counted, money, number, percent

SEGMENT_NAMES = {
    "high_risk": "High risk",
    "medium_risk": "Medium risk",
    "low_risk": "Low risk",
    Status.LAPSED: "Lapsed",
    Status.NEW: "New",
}
MODEL_NAMES = {
    "logistic_regression": "Logistic regression",
    "random_forest": "Random forest",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "svm": "SVM",
    "blend": "Blend",
}


@dataclass(frozen=True)
class Card:
    """One figure with what it means."""

    label: str
    value: str
    explanation: str


def cards(results: dict[str, Any], currency: str) -> list[Card]:
    """Customers, churn rate, value at risk and champion."""
    summary = results["summary"]
    eligible = counted(summary["eligible_customers"], "customers")
    return [
        Card(
            "Customers",
            number(summary["total_customers"]),
            f"Everyone with an order. Active, with enough orders to be scored: {eligible}.",
        ),
        Card(
            "Churn rate",
            percent(summary["churn_rate"], 1),
            f"Of the customers at the test date, so many placed no order within {summary['horizon_days']} "
            f"days. Expected from now on: {percent(summary['expected_churn_rate'], 1)}.",
        ),
        Card(
            "Value at risk",
            money(summary["revenue_at_risk"], currency),
            "What the high-risk customers are expected to spend in 12 months. What saving all who may leave "
            f"would be worth: {money(summary['money_at_risk'], currency)} "
            f"({money(summary['money_at_risk_low'], currency)} to "
            f"{money(summary['money_at_risk_high'], currency)}).",
        ),
        Card(
            "Best model",
            MODEL_NAMES.get(summary["champion_model"], summary["champion_model"]),
            str(results["verdict"]["sentence"]),
        ),
    ]


def segment_rows(results: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """A row a segment, as a person reads it; all customers are in one of them."""
    return [
        {
            "Segment": name,
            "Customers": number(segment["count"]),
            "Share": percent(segment["share"]),
            "Expected revenue, 12 months": money(segment["revenue"], currency),
            "Value of a customer": money(segment["avg_clv"], currency),
        }
        for key, name in SEGMENT_NAMES.items()
        if (segment := results["segments"].get(key)) is not None
    ]
