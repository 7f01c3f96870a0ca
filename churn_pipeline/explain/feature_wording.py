"""A feature's value in the words of a retailer: "78 days since the last order, twice the usual gap"."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from churn_pipeline.core.wording import is_counted, number, quantity
from churn_pipeline.explain.phrases import THE_HORIZON, phrase
from churn_pipeline.features.catalogue import feature

USUAL_GAPS = ("median_days_between_purchases", "avg_days_between_purchases")
SMALL_MULTIPLES = {2: "twice", 3: "three times", 4: "four times"}
NOTHING_KNOWN = {
    "bought on one day only": "all orders on one day so far",
    "fewer than two gaps": "too few orders so far to show a rhythm",
}


@dataclass(frozen=True)
class Usage:
    """What words depend on beside the numbers: the shop's currency, and its horizon H in days (None:
    unknown)."""

    currency: str = ""
    horizon: int | None = None


PLAIN_USAGE = Usage()


def sentence(
    name: str, row: Mapping[str, float], typical: Mapping[str, float], usage: Usage = PLAIN_USAGE
) -> str:
    """What a customer's value of feature `name` says.

    row: the customer's values by feature, NaN where missing; typical: the same for the shop's typical
        customer."""
    if np.isnan(row[name]):
        meaning = feature(name).null_means
        return _capital(NOTHING_KNOWN.get(meaning, meaning))
    return _capital(_SENTENCES.get(name, _compared_with_typical)(name, row, typical, usage))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def times_the_usual_gap(days: float, usual: float) -> str:
    """'twice the usual gap', 'about the usual gap', '2.6 times the usual gap', 'less than the usual gap of 30
    days'."""
    ratio = days / usual
    if ratio < 0.8:
        return f"less than the usual gap of {quantity(usual, 'days')}"
    if ratio <= 1.2:
        return "about the usual gap"
    nearest = round(ratio)
    if nearest in SMALL_MULTIPLES and abs(ratio - nearest) <= 0.15 * nearest:
        return f"{'about ' if abs(ratio - nearest) > 0.15 else ''}{SMALL_MULTIPLES[nearest]} the usual gap"
    return f"{number(ratio, 0 if ratio >= 10 else 1)} times the usual gap"


def _compared_with_typical(
    name: str, row: Mapping[str, float], typical: Mapping[str, float], usage: Usage
) -> str:
    words = phrase(name)
    if words.groups:
        return words.groups[min(max(round(row[name]), 1), len(words.groups)) - 1]
    value = quantity(row[name], words.unit, usage.currency)
    words_of_value = words.about(
        f"no {words.unit}" if value == f"0 {words.unit}" and is_counted(words.unit) else value, usage.horizon
    )
    usual = typical.get(name, np.nan)
    typically = value if np.isnan(usual) else quantity(usual, words.unit, usage.currency)
    return words_of_value if typically == value else f"{words_of_value}, typical {typically}"


def _usual_gap(row: Mapping[str, float]) -> float:
    return next((row[name] for name in USUAL_GAPS if row.get(name, np.nan) > 0), np.nan)


def _absence(name: str, row: Mapping[str, float], typical: Mapping[str, float], usage: Usage) -> str:
    days, usual = row.get("days_since_last_purchase", np.nan), _usual_gap(row)
    if np.isnan(days):
        return _compared_with_typical(name, row, typical, usage)
    absence = f"{quantity(round(days), 'days')} since the last order"
    return absence if np.isnan(usual) else f"{absence}, {times_the_usual_gap(days, usual)}"


def _overdue(name: str, row: Mapping[str, float], typical: Mapping[str, float], usage: Usage) -> str:
    usual = _usual_gap(row)
    if np.isnan(usual):
        return _compared_with_typical(name, row, typical, usage)
    absent = row.get("days_since_last_purchase", np.nan)
    if np.isnan(absent):
        return _compared_with_typical(name, row, typical, usage)
    return f"Usually orders every {quantity(usual, 'days')}, now absent for {quantity(round(absent), 'days')}"


@dataclass(frozen=True)
class Trend:
    """What a trend (now - then) / (now + then) compares: the things counted, and the days of either span
    (None: the horizon)."""

    things: str
    days: int | None


TRENDS = {
    "trend_last_3_months": Trend("orders", 90),
    "trend_last_6_months": Trend("orders", 180),
    "order_trend_horizon": Trend("orders", None),
    "spend_trend_last_3_months": Trend("spend", 90),
}


def _trend(name: str, row: Mapping[str, float], typical: Mapping[str, float], usage: Usage) -> str:
    """A trend as a change in percent: (now - then) / (now + then) = -0.5 is a third of what it was."""
    value, trend = row[name], TRENDS[name]
    days = trend.days or usage.horizon
    span = f"{days} days" if days else THE_HORIZON
    if value >= 1:
        return f"{trend.things} in the last {span}, none in the {span} before"
    if value <= -1:
        return f"no {trend.things} in the last {span}, but in the {span} before"
    moved_by = round(100 * ((1 + value) / (1 - value) - 1))
    moved = (
        f"{'up' if moved_by > 0 else 'down'} by {number(abs(moved_by))} % on"
        if moved_by
        else "the same as in"
    )
    return f"{trend.things} in the last {span} {moved} the {span} before"


_SENTENCES: dict[str, Callable[[str, Mapping[str, float], Mapping[str, float], Usage], str]] = {
    "days_since_last_purchase": _absence,
    **dict.fromkeys(
        ("recency_over_mean_gap", "recency_over_p90_gap", "recency_z_score", "share_of_gaps_exceeded"),
        _overdue,
    ),
    **dict.fromkeys(TRENDS, _trend),
}
