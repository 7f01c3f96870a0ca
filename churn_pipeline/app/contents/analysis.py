"""What moves the probabilities, in rows for tables and charts."""

from typing import Any

from churn_pipeline.app.contents.summary import SEGMENT_NAMES
from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.core.wording import money, number, percent, quantity

CONTRIBUTION = "Contribution to the log-odds"
PROBABILITY = "Churn probability, %"


def summary_points(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """A point a feature and customer: where it stands among the values (0-1) and what it adds."""
    return [
        {"Feature": f["label"], "Value (low to high)": point["rank"], CONTRIBUTION: point["contribution"]}
        for f in summary["features"]
        for point in f["customers"]
    ]


def with_unit(dependence: dict[str, Any]) -> str:
    """The feature's label with its unit."""
    unit = dependence["unit"]
    return f"{dependence['label']}, {unit}" if unit else str(dependence["label"])


def dependence_points(dependence: dict[str, Any]) -> list[dict[str, float]]:
    """A point a customer: the value and what it adds."""
    name = with_unit(dependence)
    return [{name: p["value"], CONTRIBUTION: p["contribution"]} for p in dependence["customers"]]


def curve_points(dependence: dict[str, Any]) -> list[dict[str, float]]:
    """The mean probability if everyone had the value."""
    name = with_unit(dependence)
    return [{name: p["value"], PROBABILITY: 100 * p["churn_probability"]} for p in dependence["curve"]]


def group_rows(dependence: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """A row a group of customers with like values."""
    unit, label = dependence["unit"], dependence["label"]
    rows = [
        {
            label: quantity(g["low"], unit, currency)
            if g["low"] == g["high"]
            else f"{quantity(g['low'], unit, currency)} to {quantity(g['high'], unit, currency)}",
            "Customers": number(g["customers"]),
            "Mean churn probability": percent(g["churn_probability"]),
        }
        for g in dependence["groups"]
    ]
    if dependence["missing"]:
        unknown = {label: "unknown", "Customers": number(dependence["missing"])}
        rows.append(unknown | {"Mean churn probability": NOTHING})
    return rows


def direction_sentence(dependence: dict[str, Any]) -> str:
    """How the probability moves over the groups, lowest values to highest."""
    groups = dependence["groups"]
    if len(groups) < 2:
        return "Nearly all customers have the same value."
    first, last = groups[0]["churn_probability"], groups[-1]["churn_probability"]
    return (
        f"Customers with the lowest values: {percent(first)} on average; with the highest: {percent(last)}."
    )


def profile_rows(results: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """A row a segment with what is typical of it."""
    found = results["segments"]
    return [
        {
            "Segment": name,
            "Customers": number(s["count"]),
            "Churn probability": _or_dash(s["avg_churn_probability"], percent),
            "Orders again within the horizon": _or_dash(s.get("avg_return_probability"), percent),
            "Days since last order": _or_dash(s["avg_days_since_last_order"], lambda days: number(days, 0)),
            "Value of a customer": money(s["avg_clv"], currency),
            "Money at risk": _or_dash(s["money_at_risk"], lambda amount: money(amount, currency)),
        }
        for key, name in SEGMENT_NAMES.items()
        if (s := found.get(key)) is not None
    ]


def calibration_rows(answer: dict[str, Any]) -> list[dict[str, float]]:
    """A row a group of test customers, in percent."""
    return [
        {
            "Expected, %": round(100 * g["expected"], 1),
            "Happened, %": round(100 * g["observed"], 1),
            "low": 100 * g["low"],
            "high": 100 * g["high"],
            "Customers": g["customers"],
        }
        for g in answer["groups"]
    ]


def rate_rows(results: dict[str, Any]) -> list[dict[str, Any]]:
    """A row a cutoff that the models learned from, and the test."""
    rates = results["training"]["churn_rate_by_cutoff"]
    return [{"Cutoff": day, "Churn rate, %": round(100 * rate, 1)} for day, rate in rates.items()]


def _or_dash(value: float | None, words: Any) -> str:
    return NOTHING if value is None else str(words(value))
