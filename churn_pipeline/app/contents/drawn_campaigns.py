"""Campaigns with a control group in words: what is asked for, what was drawn, what came of it."""

from datetime import date
from typing import Any

from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.core.wording import money, number, percent

DISCOUNTS = ("5", "10", "15", "20", "25", "30")
STATES = {"to_start": "to start", "running": "running", "ended": "ended"}
VERDICTS = {
    "better": "✓ better",
    "worse": "✗ worse",
    "no_difference_seen": "no difference seen",
    "too_early": "too early to say",
    "too_small": "too small to say",
    "no_control": "cannot be said",
}
OUTCOMES = {
    "retention": "Share with an order",
    "orders": "Orders per customer",
    "revenue": "Revenue per customer",
    "profit": "Profit per customer",
    "success_rate": "Churned; difference: share kept of them",
    "success_rate_at_usual_discount": "The same at the usual discount",
}
SHARES = ("retention", "success_rate", "success_rate_at_usual_discount")
LEFT_ALONE = {
    "effect": "As many as show the expected effect",
    "precision": "As many as show a difference of so many points of retention",
    "share": "A share",
    "none": "Nobody; then nothing is measured",
}


def campaign_rows(campaigns: list[dict[str, Any]], currency: str) -> list[dict[str, str]]:
    """The shop's campaigns, as the API lists them."""
    return [
        {
            "Campaign": one["name"],
            "Time": f"{one['starts_at'][:10]} to {one['ends_at'][:10]}, {STATES[one['state']]}",
            "Contacted": number(one["treated"]),
            "Left alone": number(one["control"]),
            "Offers": ", ".join(one["offers"]),
            "Expected profit": money(one["expected_profit"], currency),
            "Verdict": VERDICTS.get(one["verdict"], "not looked at yet"),
        }
        for one in campaigns
    ]


def offers_of(results: dict[str, Any]) -> dict[str, str]:
    """Offers to choose from, key -> words: discounts, and the actions that the last run recommends."""
    actions = {a["action"]: str(a["offer"]) for a in results["recommendations"]["actions"]}
    return {percent_: f"{percent_} % discount" for percent_ in DISCOUNTS} | actions


def arm_of(offer: str) -> str:
    """The arm of a campaign that an offer of `offers_of` makes: a discount's percent, or an action."""
    return f"discount_{offer}" if offer in DISCOUNTS else offer


def scenario_names(results: dict[str, Any]) -> dict[str, str]:
    """The last run's scenarios as the API names them -> in words."""
    return {s["scenario"]: str(s["label"]) for s in results["roi_scenarios"]["scenarios"]}


def campaign_request(
    shop: str,
    name: str,
    audience: dict[str, Any],
    offers: list[str],
    left_alone: tuple[str, float, str],
    limits: tuple[float | None, int | None, dict[str, int]],
    starts_on: date | None,
) -> dict[str, Any]:
    """The body of POST /campaigns.

    audience: one of best, scenario, audience, customer_ids; left_alone: a key of LEFT_ALONE, percent or
    points, and the reason; limits: budget, capacity, and the capacity by offer."""
    how, points, reason = left_alone
    controls: dict[str, dict[str, Any]] = {
        "effect": {},
        "share": {"control": points / 100},
        "precision": {"precision": points / 100},
        "none": {"no_control_reason": reason},
    }
    budget, capacity, by_offer = limits
    given = {
        "budget": budget,
        "capacity": capacity,
        "offer_capacities": by_offer,
        "starts_on": starts_on and starts_on.isoformat(),
    }
    return {
        "session_id": shop,
        "name": name,
        "offers": offers,
        **audience,
        **controls[how],
        **{key: value for key, value in given.items() if value},
    }


def outcome_rows(results: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """Every outcome of every offer against the control group."""
    return [
        {
            "Offer": _offer(one),
            "Outcome": OUTCOMES.get(one["outcome"], one["outcome"]),
            "Contacted": _value(one, "treated", currency),
            "Left alone": _value(one, "control", currency),
            "Difference": _value(one, "estimate", currency),
            "95 % interval": f"{_value(one, 'low', currency)} to {_value(one, 'high', currency)}",
            "Verdict": VERDICTS[one["verdict"]],
        }
        for one in results["outcomes"]
        if one["estimate"] is not None
    ]


def interval_rows(results: dict[str, Any]) -> list[dict[str, Any]]:
    """Differences of retention in points with their interval, an offer each: until the campaign's end the one
    that allows for looking every week."""
    low, high = ("low", "high") if results["complete"] else ("always_low", "always_high")
    return [
        {
            "Offer": _arm(one["arm"]),
            "Points of retention": 100 * one["estimate"],
            "Low": 100 * one[low],
            "High": 100 * one[high],
        }
        for one in results["outcomes"]
        if one["outcome"] == "retention" and one["estimate"] is not None and one[low] is not None
    ]


def _offer(outcome: dict[str, Any]) -> str:
    """The arm in words, and of one risk segment alone that."""
    arm, segment = _arm(outcome["arm"]), outcome.get("segment")
    return f"{arm}, {segment.replace('_', ' ')}" if segment else arm


def _arm(key: str) -> str:
    """discount_20 as 20 % discount, manager_call as manager call."""
    if key == "all":
        return "all offers"
    depth = key.removeprefix("discount_")
    return f"{depth} % discount" if depth != key and depth[:1].isdigit() else key.replace("_", " ")


def _value(outcome: dict[str, Any], part: str, currency: str) -> str:
    value = outcome[part]
    if value is None:
        return NOTHING
    if outcome["outcome"] in SHARES:
        return percent(value, 1)
    return number(value, 2) if outcome["outcome"] == "orders" else money(value, currency)
