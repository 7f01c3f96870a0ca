"""A feature's value in the words of a retailer: "78 days since the last order, twice the usual gap"."""

from collections.abc import Callable, Mapping

import numpy as np

from churn_pipeline.features.catalogue import feature

USUAL_GAPS = ("median_days_between_purchases", "avg_days_between_purchases")
SMALL_MULTIPLES = {2: "twice", 3: "three times", 4: "four times"}
WORDS_OF_PERCENT = ("share", "probability", "0-1")


def formatted(value: float, unit: str, currency: str = "") -> str:
    """A value with its unit: '78 days', '12.50 EUR', '38 %'."""
    if unit in WORDS_OF_PERCENT:
        return f"{value:.0%}".replace("%", " %")
    if unit == "-1 to 1":
        return f"{value:+.0%}".replace("%", " %")
    if unit == "currency":
        return f"{value:,.2f} {currency}".rstrip()
    number = f"{value:,.0f}" if abs(value - round(value)) < 0.05 or abs(value) >= 20 else f"{value:,.1f}"
    if unit == "ratio":
        return f"{value:.1f} times"
    return f"{number} {_singular(unit) if number == '1' else unit}".rstrip()


def _singular(unit: str) -> str:
    """'orders a month' as 'order a month', 'categories' as 'category'."""
    noun, space, rest = unit.partition(" ")
    noun = f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")
    return f"{noun}{space}{rest}"


def sentence(name: str, row: Mapping[str, float], typical: Mapping[str, float], currency: str = "") -> str:
    """What a customer's value of feature `name` says.

    row: the customer's values by feature, NaN where missing; typical: the same for the shop's typical customer.
    """
    value = row[name]
    if np.isnan(value):
        entry = feature(name)
        return f"{entry.label}: {entry.null_means}"
    return _SENTENCES.get(name, _compared_with_typical)(name, row, typical, currency)


def times_the_usual_gap(days: float, usual: float) -> str:
    """'twice the usual gap', 'about the usual gap', '2.6 times the usual gap', 'less than the usual gap of 30 days'."""
    ratio = days / usual
    if ratio < 0.8:
        return f"less than the usual gap of {formatted(usual, 'days')}"
    if ratio <= 1.2:
        return "about the usual gap"
    nearest = round(ratio)
    if nearest in SMALL_MULTIPLES and abs(ratio - nearest) <= 0.15 * nearest:
        return f"{'about ' if abs(ratio - nearest) > 0.15 else ''}{SMALL_MULTIPLES[nearest]} the usual gap"
    return f"{ratio:.1f} times the usual gap"


def _compared_with_typical(name: str, row: Mapping[str, float], typical: Mapping[str, float], currency: str) -> str:
    entry = feature(name)
    said = f"{entry.label}: {formatted(row[name], entry.unit, currency)}"
    usual = typical.get(name, np.nan)
    if np.isnan(usual):
        return said
    typically = formatted(usual, entry.unit, currency)
    return f"{said}, typical {typically}" if typically != formatted(row[name], entry.unit, currency) else f"{said}, as is typical"


def _usual_gap(row: Mapping[str, float]) -> float:
    return next((row[name] for name in USUAL_GAPS if row.get(name, np.nan) > 0), np.nan)


def _absence(name: str, row: Mapping[str, float], typical: Mapping[str, float], currency: str) -> str:
    days, usual = row.get("days_since_last_purchase", np.nan), _usual_gap(row)
    if np.isnan(days):
        return _compared_with_typical(name, row, typical, currency)
    said = f"{formatted(round(days), 'days')} since the last order"
    return said if np.isnan(usual) else f"{said}, {times_the_usual_gap(days, usual)}"


def _overdue(name: str, row: Mapping[str, float], typical: Mapping[str, float], currency: str) -> str:
    usual = _usual_gap(row)
    if np.isnan(usual):
        return _compared_with_typical(name, row, typical, currency)
    absent = row.get("days_since_last_purchase", np.nan)
    if np.isnan(absent):
        return _compared_with_typical(name, row, typical, currency)
    return f"Usually orders every {formatted(usual, 'days')}, now absent for {formatted(round(absent), 'days')}"


_SENTENCES: dict[str, Callable[[str, Mapping[str, float], Mapping[str, float], str], str]] = {
    "days_since_last_purchase": _absence,
    "recency_over_mean_gap": _overdue,
    "recency_over_p90_gap": _overdue,
    "recency_z_score": _overdue,
    "share_of_gaps_exceeded": _overdue,
}
