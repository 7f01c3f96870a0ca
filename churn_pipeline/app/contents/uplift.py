"""Whom contacting changes, in tables."""

from typing import Any

from churn_pipeline.core.wording import number

GROUPS = {
    "persuadable": "can be persuaded",
    "sure": "buy anyway",
    "lost": "leave anyway",
    "sleeping_dog": "better left alone",
}


def group_rows(uplift: dict[str, Any]) -> list[dict[str, str]]:
    """Today's customers by group, how many of them clearly, and what contacting such customers changed."""
    return [
        {
            "Customers who": GROUPS[group["group"]],
            "Today": number(group["customers"]),
            "Clear": number(group["clear"]),
            "Change of retention by contacting": _change(group),
        }
        for group in uplift["groups"]
    ]


def curve_rows(uplift: dict[str, Any], unit: str) -> list[dict[str, Any]]:
    """Both lists' points: how many are contacted (percent), and the money kept."""
    names = {"learner": "by the learned effect", "risk": "by risk x value"}
    return [
        {"List": words, "Contacted, %": 100 * point["share"], unit: point[key]}
        for key, words in names.items()
        for point in uplift["curve"]
    ]


def _change(group: dict[str, Any]) -> str:
    if group["change"] is None:
        return "too few to tell"
    change, low, high = (number(100 * group[name], 1) for name in ("change", "low", "high"))
    return f"{change} points ({low} to {high})"
