"""What the profile says, in plain words, and what to clean and how."""

from typing import Any, Literal

from churn_pipeline.core.enums import Severity
from churn_pipeline.core.wording import change, counted, number, percent
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
    """What to clean: every failed expectation with what was found and how to mend it, critical ones first,
    then by points lost."""
    failed = sorted(report.failures, key=lambda r: (r.severity != Severity.CRITICAL, -r.points * r.lost))
    return [{"name": r.name, "severity": r.severity, "what": r.message, "how": r.advice} for r in failed]


def _finding(tone: Tone, title: str, text: str) -> dict[str, str]:
    return {"tone": tone, "title": title, "text": text}


def _loyalty(customers: dict[str, Any]) -> dict[str, str]:
    once = customers["one_time_share"]
    title = f"{percent(1 - once)} of your customers came back"
    bought = f"{number(customers['one_time'])} of {number(customers['customers'])} bought once"
    text = f"{bought}; a customer orders {number(customers['orders_mean'], 1)} times on average."
    return _finding("good" if once < 0.5 else "warning", title, text)


def _dependence(customers: dict[str, Any]) -> dict[str, str] | None:
    share = customers["best_tenth_share"]
    if share is None:
        return None
    text = (
        "The tenth of your customers who spend most. Losing one of them costs more than losing many "
        "others, so look after them first."
    )
    return _finding(
        "warning" if share > 0.5 else "plain", f"Your best tenth brings {percent(share)} of sales", text
    )


def _growth(time: dict[str, Any]) -> dict[str, str] | None:
    trend = time["trend_percent_per_month"]
    if trend is None:
        return None
    recent = time["recent_change"]
    lately = (
        ""
        if recent is None
        else f" The last three months brought {change(recent)} orders against the three before."
    )
    if abs(trend) < NOTABLE_TREND:
        return _finding(
            "plain",
            "Orders are steady",
            f"They change by {change(trend / 100, 1)} a month over the whole history.{lately}",
        )
    if recent is not None and recent * trend < 0 and abs(recent) >= NOTABLE_TURN:
        text = f"{change(trend / 100, 1)} a month over the whole history.{lately}"
        return (
            _finding("warning", "Orders grew, but fall lately", text)
            if trend > 0
            else _finding("good", "Orders rise again", text)
        )
    direction = "growing" if trend > 0 else "shrinking"
    text = f"By about {percent(abs(trend) / 100, 1)} a month over the whole history.{lately}"
    return _finding("good" if trend > 0 else "warning", f"Orders are {direction}", text)


def _week(time: dict[str, Any]) -> dict[str, str] | None:
    days = time["by_weekday"]
    if len(days) < 2:
        return None
    best, worst = max(days, key=lambda d: d["orders_per_day"]), min(days, key=lambda d: d["orders_per_day"])
    season = time["weekly_season"]
    plain = bool(season and season["strength"] >= STRONG_SEASON)
    title = f"{best['label']} is your strongest day" if plain else "Every weekday is much alike"
    text = (
        f"{number(best['orders_per_day'], 1)} orders on a {best['label']}, "
        f"{number(worst['orders_per_day'], 1)} on a {worst['label']}."
    )
    return _finding("plain", title, text)


def _year(time: dict[str, Any]) -> dict[str, str] | None:
    season = time["yearly_season"]
    if not season or season["strength"] < STRONG_SEASON:
        return None
    repeats = (
        f"{percent(season['strength'])} of what moves your weekly orders beyond the trend repeats every year"
    )
    text = f"{repeats}: compare with last year, not with last month."
    return _finding("plain", "Your business has seasons", text)


def _best_seller(products: dict[str, Any] | None) -> dict[str, str] | None:
    section = products and (products["product"] or products["category"])
    if not section:
        return None
    top = section["top"][0]
    bought, different = number(section["per_customer_median"], 0), number(section["distinct_count"])
    variety = f"The median customer has bought {bought} of {different} different ones."
    text = f"It brings {percent(top['share'])} of sales. {variety}"
    return _finding("plain", f"Best seller: {top['label']}", text)


def _returns(returns: dict[str, Any]) -> dict[str, str] | None:
    if not returns["rows"]:
        return None
    share = returns["share_of_sales"]
    text = (
        f"{number(returns['rows'])} returns or cancellations by {counted(returns['customers'], 'customers')}."
    )
    return _finding("warning" if share > 0.15 else "plain", f"{percent(share)} of sales come back", text)


def _discounts(discounts: dict[str, Any] | None) -> dict[str, str] | None:
    if not discounts or not discounts["discounted_rows"]:
        return None
    title = f"{percent(discounts['share_of_rows'])} of the rows sold carry a discount"
    never = counted(discounts["only_discounted_customers"], "customers")
    text = f"{percent(discounts['depth'])} off on average; {never} never paid the full price."
    return _finding("warning" if discounts["share_of_rows"] > 0.6 else "plain", title, text)


def _retention(cohorts: dict[str, Any]) -> dict[str, str] | None:
    seen = [(c["customers"], c["retained"][1]) for c in cohorts["cohorts"] if len(c["retained"]) > 2]
    if not seen:
        return None
    share = sum(n * kept for n, kept in seen) / sum(n for n, _ in seen)
    text = (
        f"The cohort table shows, for customers who started together, "
        f"how many ordered again in each later {cohorts['unit']}."
    )
    return _finding(
        "plain", f"{percent(share)} of new customers order again in the next {cohorts['unit']}", text
    )
