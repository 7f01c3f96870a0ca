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
    """One figure with what it is, in the words of the executive report, and what it means."""

    label: str
    value: str
    beneath: str
    explanation: str


def cards(results: dict[str, Any], currency: str) -> list[Card]:
    """Customers, churn rate, value at risk and champion."""
    summary, horizon = results["summary"], counted(results["summary"]["horizon_days"], "days")
    high = counted(summary["high_risk_customers"], "customers")
    expected = summary["expected_churn_rate"]
    return [
        Card(
            "Customers",
            number(summary["total_customers"]),
            f"{number(summary['eligible_customers'])} can be scored, {number(summary['lapsed_customers'])} "
            f"have lapsed, {number(summary['new_customers'])} are new",
            "Everyone with an order. Those who are active and have enough orders are scored.",
        ),
        Card(
            "Churn rate",
            percent(summary["churn_rate"], 1),
            "left in the test"
            + ("" if expected is None else f"; {percent(expected, 1)} are expected to leave from now on"),
            f"Of the customers at the test date, so many placed no order within {horizon}. Of those who can "
            "be scored now, so many are expected to place none in as many days.",
        ),
        Card(
            "Value at risk",
            money(summary["revenue_at_risk"], currency),
            f"value of those at high risk ({high}); money at risk "
            f"{money(summary['money_at_risk'], currency)}",
            "What the high-risk customers are expected to spend in 12 months. Money at risk is what more "
            f"would come in if nobody left: {money(summary['money_at_risk_low'], currency)} to "
            f"{money(summary['money_at_risk_high'], currency)}.",
        ),
        Card(
            "Best model",
            MODEL_NAMES.get(summary["champion_model"], summary["champion_model"]),
            "the model in use",
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
