"""Which customers are asked for: the filters of the explorer as the API takes them, and in words."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from churn_pipeline.core.wording import day, money, percent

TIERS = {"": "All", "high": "High", "medium": "Medium", "low": "Low"}
STATUSES = {"": "All", "eligible": "Active", "lapsed": "Lapsed", "new": "New"}
AWAY = {
    "": "Any time",
    "within-30": "In the last 30 days",
    "within-60": "In the last 60 days",
    "within-90": "In the last 90 days",
    "over-30": "More than 30 days ago",
    "over-60": "More than 60 days ago",
    "over-90": "More than 90 days ago",
    "over-180": "More than 180 days ago",
}
"""How long ago the last order was, as the address has it -> in words."""
FROM, TO = "ordered_from", "ordered_to"


def asked_filter(
    tier: str, status: str, value: float, away: str, text: str, as_of: str | None
) -> dict[str, Any]:
    """The conditions that are set, as the API names them. as_of: the scores' date, ISO 8601; None: never
    scored. away: of AWAY."""
    conditions: dict[str, Any] = {
        "risk_tier": [tier] if tier else [],
        "status": [status] if status else [],
        "min_value": value or None,
        "text": text.strip() or None,
    }
    if away and as_of:
        kind, _, days = away.partition("-")
        bound, back = (FROM, int(days)) if kind == "within" else (TO, int(days) + 1)
        conditions[bound] = (datetime.fromisoformat(as_of).date() - timedelta(days=back)).isoformat()
    return given(conditions)


def given(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions that are set; those of an audience name all."""
    return {name: value for name, value in conditions.items() if value not in (None, [])}


def filter_words(conditions: Mapping[str, Any], currency: str) -> str:
    """A filter as a person says it."""
    said = [_words(name, value, currency) for name, value in given(conditions).items()]
    return "; ".join(said) or "everyone with an order"


def _words(name: str, value: Any, currency: str) -> str:
    if isinstance(value, list):
        return f"{name.replace('_', ' ')} {' or '.join(str(v).replace('_', ' ') for v in value)}"
    if name in ("min_value", "max_value"):
        return f"worth {_least(name)} {money(value, currency)}"
    if name in ("min_probability", "max_probability"):
        return f"churn probability {_least(name)} {percent(value)}"
    if name == "ordered_from":
        return f"last order on {day(date.fromisoformat(value))} or later"
    if name == "ordered_to":
        return f"last order on {day(date.fromisoformat(value))} or earlier"
    if name == "text":
        return f"id contains {value}"
    return f"{name.replace('_', ' ')} {value}"


def _least(name: str) -> str:
    return "at least" if name.startswith("min") else "at most"
