"""Lists of customers and one customer, as a person reads them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.core.wording import counted, day, money, number, percent

DAYS_OF_A_MONTH = 30.44
EXPECTED_SPEND = "customer_lifetime_value_estimate"

SORTED_BY = {
    "": "Most likely to leave",
    "-clv": "Most valuable",
    "-days_since_purchase": "Longest away",
    "days_since_purchase": "Bought last",
    "-orders": "Most orders",
    "customer_id": "Customer",
}
"""The order of a list as the API names it ("": its own) -> in words."""
STATUS_NAMES = {"eligible": "Active", "lapsed": "Lapsed", "new": "New"}


def rows(customers: list[dict[str, Any]], currency: str) -> list[dict[str, str]]:
    """A row a customer of a page."""
    return [
        {
            "Customer": c["customer_id"],
            "Churn probability": _probability(c["churn_probability"]),
            "Risk": str(c["risk_tier"] or STATUS_NAMES[c["status"]]),
            "Value, 12 months": money(c["clv"], currency),
            "Last order": _days_ago(c["days_since_purchase"]),
            "Orders": number(c["orders"]),
            "First reason": (c["top_risk_factors"] or [{}])[0].get("reason", ""),
        }
        for c in customers
    ]


def profile_lines(customer: dict[str, Any]) -> list[str]:
    """Who the customer is: value, orders, how long and how long ago, and what is expected."""
    currency = customer["currency"]
    average = customer["total_spend"] / customer["orders"] if customer["orders"] else 0.0
    lines = [
        f"Value in the next 12 months: **{money(customer['clv'], currency)}**{_unlike_a_reason(customer)}"
    ]
    if customer.get("persona"):
        lines.append(f"Group: {customer['persona']}")
    lines += [
        f"Total purchases: **{counted(customer['orders'], 'orders')}** for "
        f"{money(customer['total_spend'], currency)}{_after_returns(customer)}",
        f"Average order: {money(average, currency)}",
    ]
    if customer["first_order_at"]:
        first, as_of = (datetime.fromisoformat(customer[name]) for name in ("first_order_at", "as_of"))
        months = int((as_of - first).days / DAYS_OF_A_MONTH)
        lines.append(f"Member since {day(first)} ({counted(months, 'months')})")
    lines.append(f"Last purchase: {_days_before(customer['days_since_purchase'])}")
    if customer.get("return_probability") is not None:
        lines.append(f"Orders again within the horizon: {percent(customer['return_probability'])}")
    if customer.get("expected_next_order_at"):
        at, low, high = (
            day(datetime.fromisoformat(customer[f"expected_next_order_{end}"]))
            for end in ("at", "low", "high")
        )
        lines.append(f"Next order, if one comes within 12 months: about {at} ({low} to {high} in 4 of 5)")
    return lines


def _after_returns(customer: dict[str, Any]) -> str:
    """What the total has lost by returns, which reasons about orders do not know; the history says it where
    it holds every order."""
    history = customer["history"]
    if len(history) < customer["orders"]:
        return ", returns taken off"
    returned = sum(order["amount"] for order in history) - customer["total_spend"]
    return f" after returns of {money(returned, customer['currency'])}" if returned >= 0.005 else ""


def _unlike_a_reason(customer: dict[str, Any]) -> str:
    """Why the value is another number than a reason about the expected spend."""
    if EXPECTED_SPEND not in [factor["feature"] for factor in customer["top_risk_factors"] or []]:
        return ""
    return (
        ": the expected spend that a reason names, corrected by how such expectations turned out in this "
        "shop, at the shop's margin"
    )


def _days_ago(days: float) -> str:
    """Days before the scores' date."""
    return f"{counted(round(days), 'days')} ago" if round(days) else "on the last day"


def _days_before(days: float) -> str:
    whole = round(days)
    return f"{counted(whole, 'days')} before the scores' date" if whole else "on the day before the scores"


def probability_words(customer: dict[str, Any]) -> str:
    """The probability with its tier; for the lapsed and the new, why there is none."""
    probability = customer["churn_probability"]
    if probability is not None:
        return f"Churn probability {percent(probability)}, {customer['risk_tier']} risk"
    if customer["status"] == "new":
        return "No churn probability yet: the customer is new and has too few orders."
    return "No churn probability: the customer has lapsed, the last order lies longer ago than the horizon."


def reason_rows(explanation: dict[str, Any]) -> list[dict[str, Any]]:
    """The factors of a customer's probability, in points of probability."""
    return [
        {"Reason": f["label"], "Points of probability": round(100 * f["impact"], 1)}
        for f in explanation["factors"]
        if abs(f["impact"]) >= 0.0005
    ]


def order_rows(history: list[dict[str, Any]], currency: str) -> list[dict[str, str]]:
    """A row an order; its number where the shop's files have one, else the time alone tells orders apart."""
    numbered = any(str(o["order_id"]).replace(" ", "T")[:10] != o["ordered_at"][:10] for o in history)
    return [
        {
            "Date": day(datetime.fromisoformat(order["ordered_at"])),
            "Amount": money(order["amount"], currency),
            "Lines": number(order["lines"]),
        }
        | ({"Order": order["order_id"]} if numbered else {})
        for order in history
    ]


def earlier_rows(earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row a scoring, oldest first."""
    return [
        {
            "As of": score["as_of"][:10],
            "Churn probability, %": None
            if score["churn_probability"] is None
            else round(100 * score["churn_probability"], 1),
            "Risk": str(score["risk_tier"] or STATUS_NAMES[score["status"]]),
            "Model": f"version {score['model_version']}",
        }
        for score in earlier
    ]


@dataclass(frozen=True)
class FeatureChoice:
    """A feature that may be supposed to be other than it is."""

    label: str
    value: float


def feature_choices(explanation: dict[str, Any]) -> dict[str, FeatureChoice]:
    """Feature -> what it is now, those that matter most to the customer first."""
    return {
        f["feature"]: FeatureChoice(
            f["label"] + (f", {f['unit']}" if f["unit"] else ""), float(f["value"] or 0.0)
        )
        for f in explanation["features"]
    }


def changed_feature_rows(answer: dict[str, Any], explanation: dict[str, Any] | None) -> list[dict[str, str]]:
    """Which features a supposition changes, old and new; by their labels where they are known."""
    labels = {f["feature"]: f["label"] for f in (explanation or {"features": []})["features"]}
    return [
        {"Feature": labels.get(name, name), "Now": _value(old), "Then": _value(new)}
        for name, (old, new) in answer["changed_features"].items()
    ]


def change_sentence(answer: dict[str, Any]) -> str:
    """What a supposition does to the probability."""
    before, after = answer["before"]["churn_probability"], answer["after"]["churn_probability"]
    return f"Churn probability: {_probability(before)} now → {_probability(after)} then."


def answer_rows(answers: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A row an answer of a file of questions."""
    return [
        {
            "Customer": a["customer_id"],
            "Now": _probability(a["churn_probability_before"]),
            "Then": _probability(a["churn_probability_after"]),
            "Risk now": str(a["risk_tier_before"] or STATUS_NAMES[a["status_before"]]),
            "Risk then": str(a["risk_tier_after"] or STATUS_NAMES[a["status_after"]]),
        }
        for a in answers
    ]


def _value(value: float | None) -> str:
    return NOTHING if value is None else number(value)


def _probability(value: float | None) -> str:
    return NOTHING if value is None else percent(value)
