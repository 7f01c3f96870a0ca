"""What the profile says, in plain words, and what to clean and how."""

from typing import Any, Literal

from churn_pipeline.quality.rules import CRITICAL
from churn_pipeline.quality.suite import QualityReport

Tone = Literal["good", "plain", "warning"]

STRONG_SEASON = 0.4
NOTABLE_TREND = 1.0
NOTABLE_TURN = 0.1


def findings(profile: dict[str, Any]) -> list[dict[str, str]]:
    """Findings as {tone, title, text}, most useful first."""
    found = [
        _loyalty(profile["customers"]),
        _dependence(profile["customers"]),
        _growth(profile["time"]),
        _week(profile["time"]),
        _year(profile["time"]),
        _best_seller(profile["products"]),
        _returns(profile["returns"]),
        _discounts(profile["discounts"]),
        _retention(profile["cohorts"]),
    ]
    return [finding for finding in found if finding]


def cleaning_advice(report: QualityReport) -> list[dict[str, Any]]:
    """What to clean: every failed expectation with what was found and how to mend it, critical ones first, then by points lost."""
    failed = sorted(report.failures, key=lambda r: (r.severity != CRITICAL, -r.points * r.lost))
    return [{"name": r.name, "severity": r.severity, "what": r.message, "how": r.advice} for r in failed]


def _finding(tone: Tone, title: str, text: str) -> dict[str, str]:
    return {"tone": tone, "title": title, "text": text}


def _people(number: int) -> str:
    return "1 customer" if number == 1 else f"{number:,} customers"


def _loyalty(customers: dict[str, Any]) -> dict[str, str]:
    once = customers["one_time_share"]
    title = f"{1 - once:.0%} of your customers came back"
    bought = f"{customers['one_time']:,} of {customers['customers']:,} bought once"
    text = f"{bought}; a customer orders {customers['orders_mean']:.1f} times on average."
    return _finding("good" if once < 0.5 else "warning", title, text)


def _dependence(customers: dict[str, Any]) -> dict[str, str] | None:
    share = customers["best_tenth_share"]
    if share is None:
        return None
    text = "The tenth of your customers who spend most. Losing one of them costs more than losing many others, so look after them first."
    return _finding("warning" if share > 0.5 else "plain", f"Your best tenth brings {share:.0%} of sales", text)


def _growth(time: dict[str, Any]) -> dict[str, str] | None:
    trend = time["trend_percent_per_month"]
    if trend is None:
        return None
    recent = time["recent_change"]
    lately = "" if recent is None else f" The last three months brought {recent:+.0%} orders against the three before."
    if abs(trend) < NOTABLE_TREND:
        return _finding("plain", "Orders are steady", f"They change by {trend:+.1f} % a month over the whole history.{lately}")
    if recent is not None and recent * trend < 0 and abs(recent) >= NOTABLE_TURN:
        text = f"{trend:+.1f} % a month over the whole history.{lately}"
        return _finding("warning", "Orders grew, but fall lately", text) if trend > 0 else _finding("good", "Orders rise again", text)
    direction = "growing" if trend > 0 else "shrinking"
    text = f"By about {abs(trend):.1f} % a month over the whole history.{lately}"
    return _finding("good" if trend > 0 else "warning", f"Orders are {direction}", text)


def _week(time: dict[str, Any]) -> dict[str, str] | None:
    days = time["by_weekday"]
    if len(days) < 2:
        return None
    best, worst = max(days, key=lambda d: d["orders_per_day"]), min(days, key=lambda d: d["orders_per_day"])
    season = time["weekly_season"]
    plain = bool(season and season["strength"] >= STRONG_SEASON)
    title = f"{best['label']} is your strongest day" if plain else "Every weekday is much alike"
    text = f"{best['orders_per_day']:,.1f} orders on a {best['label']}, {worst['orders_per_day']:,.1f} on a {worst['label']}."
    return _finding("plain", title, text)


def _year(time: dict[str, Any]) -> dict[str, str] | None:
    season = time["yearly_season"]
    if not season or season["strength"] < STRONG_SEASON:
        return None
    repeats = f"{season['strength']:.0%} of what moves your weekly orders beyond the trend repeats every year"
    text = f"{repeats}: compare with last year, not with last month."
    return _finding("plain", "Your business has seasons", text)


def _best_seller(products: dict[str, Any] | None) -> dict[str, str] | None:
    found = products and (products["product"] or products["category"])
    if not found:
        return None
    top = found["top"][0]
    variety = f"The median customer has bought {found['per_customer_median']:,.0f} of {found['distinct_count']:,} different ones."
    text = f"It brings {top['share']:.1%} of sales. {variety}"
    return _finding("plain", f"Best seller: {top['label']}", text)


def _returns(returns: dict[str, Any]) -> dict[str, str] | None:
    if not returns["rows"]:
        return None
    share = returns["share_of_sales"]
    text = f"{returns['rows']:,} returns or cancellations by {_people(returns['customers'])}."
    return _finding("warning" if share > 0.15 else "plain", f"{share:.1%} of sales come back", text)


def _discounts(discounts: dict[str, Any] | None) -> dict[str, str] | None:
    if not discounts or not discounts["discounted_rows"]:
        return None
    title = f"{discounts['share_of_rows']:.0%} of the rows sold carry a discount"
    text = f"{discounts['depth']:.0%} off on average; {_people(discounts['only_discounted_customers'])} never paid the full price."
    return _finding("warning" if discounts["share_of_rows"] > 0.6 else "plain", title, text)


def _retention(cohorts: dict[str, Any]) -> dict[str, str] | None:
    seen = [(c["customers"], c["retained"][1]) for c in cohorts["cohorts"] if len(c["retained"]) > 2]
    if not seen:
        return None
    share = sum(n * kept for n, kept in seen) / sum(n for n, _ in seen)
    text = f"The cohort table shows, for customers who started together, how many ordered again in each later {cohorts['unit']}."
    return _finding("plain", f"{share:.0%} of new customers order again in the next {cohorts['unit']}", text)
