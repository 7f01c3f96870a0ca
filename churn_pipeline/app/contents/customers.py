"""Lists of customers and one customer, as a person reads them."""

from typing import Any

from churn_pipeline.core.wording import counted, money, number, percent

SORTED_BY = {
    "Most likely to leave": None,
    "Most valuable": "-clv",
    "Longest away": "-days_since_purchase",
    "Bought last": "days_since_purchase",
    "Most orders": "-orders",
    "Customer": "customer_id",
}
STATUS_NAMES = {"eligible": "Active", "lapsed": "Lapsed", "new": "New"}


def rows(customers: list[dict[str, Any]], currency: str) -> list[dict[str, str]]:
    """A row a customer of a page."""
    return [
        {
            "Customer": c["customer_id"],
            "Churn probability": _probability(c["churn_probability"]),
            "Risk": str(c["risk_tier"] or STATUS_NAMES[c["status"]]),
            "Value, 12 months": money(c["clv"], currency),
            "Last order": f"{number(c['days_since_purchase'], 0)} days ago",
            "Orders": number(c["orders"]),
            "First reason": (c["top_risk_factors"] or [{}])[0].get("reason", ""),
        }
        for c in customers
    ]


def profile_lines(customer: dict[str, Any]) -> list[str]:
    """Who the customer is: value, orders, how long and how long ago."""
    currency = customer["currency"]
    average = customer["total_spend"] / customer["orders"] if customer["orders"] else 0.0
    lines = [
        f"Expected to spend {money(customer['clv'], currency)} in the next 12 months",
        f"{counted(customer['orders'], 'orders')} so far, {money(average, currency)} on average",
        f"Last order {number(customer['days_since_purchase'], 0)} days before the scores' date",
    ]
    if customer["history"] and len(customer["history"]) == customer["orders"]:
        lines.append(f"Member since {customer['history'][-1]['ordered_at'][:10]}")
    return lines


def reason_rows(explanation: dict[str, Any]) -> list[dict[str, Any]]:
    """The factors of a customer's probability, in points of probability."""
    return [
        {"Reason": f["label"], "Points of probability": round(100 * f["impact"], 1)}
        for f in explanation["factors"]
        if abs(f["impact"]) >= 0.0005
    ]


def change_sentence(answer: dict[str, Any]) -> str:
    """What a supposition does to the probability."""
    before, after = answer["before"]["churn_probability"], answer["after"]["churn_probability"]
    return f"{_probability(before)} now, {_probability(after)} then."


def _probability(value: float | None) -> str:
    return "-" if value is None else percent(value)
