"""The recommended action, early warnings and what is to be expected, as a person reads them."""

from datetime import datetime
from typing import Any

from churn_pipeline.app.contents.models import feature_words
from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.core.wording import counted, day, money, number, percent


def outcome_rows(primary: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """What the recommended campaign is expected to do."""
    roi = primary["roi"]
    return [
        {"Expected outcome": "Cost", "": money(primary["expected_cost"], currency)},
        {
            "Expected outcome": "Customers saved",
            "": f"{number(primary['expected_saves'], 0)} ({percent(primary['success_rate'])} of those who "
            "would leave)",
        },
        {"Expected outcome": "Revenue protected", "": money(primary["expected_revenue"], currency)},
        {
            "Expected outcome": "Net",
            "": f"{money(primary['net_roi'], currency)} (in 8 of 10 cases "
            f"{money(primary['net_roi_low'], currency)} to {money(primary['net_roi_high'], currency)})",
        },
        {"Expected outcome": "ROI", "": NOTHING if roi is None else f"{number(roi, 0)} %"},
        {"Expected outcome": "Chance of a loss", "": percent(primary["probability_of_loss"])},
    ]


def campaign_lines(primary: dict[str, Any], as_of: str | None, is_old: bool = False) -> list[str]:
    """The campaign as it would be run: whom, subject line, offer, timing, products. is_old: the scores are
    too old to act on."""
    lines = [
        f"**Whom**: {counted(primary['targets'], 'customers')}, those with the greatest expected profit",
        f"**Offer**: {number(primary['discount_percent'], 0)} % discount",
    ]
    message = primary.get("example_message")
    if not message:
        return lines
    lines.insert(1, f"**Subject line**: {message['subject']}")
    expires = datetime.fromisoformat(message["expires_at"])
    valid = "" if is_old else f"valid until {day(expires)}"
    if as_of:
        days = counted((expires - datetime.fromisoformat(as_of)).days, "days")
        valid = f"valid for {days}" + ("" if is_old else f", until {day(expires)}")
    when = "once newer orders have been scored" if is_old else "now, while the scores are fresh"
    lines.append("; ".join(part for part in (f"**Timing**: {when}", valid) if part))
    lines.append(f"**Personal**: {_personal(message)}")
    return lines


def _personal(message: dict[str, Any]) -> str:
    last = day(datetime.fromisoformat(message["last_purchase_date"]))
    products = ", ".join(message["products"])
    return f"last purchase date ({last})" + (f" and products ({products})" if products else "")


def warning_rows(warnings: list[dict[str, Any]], currency: str) -> list[dict[str, str]]:
    """A row an early warning."""
    return [
        {
            "Customer": w["customer_id"],
            "Before": _chance(w["previous_probability"]),
            "Now": _chance(w["churn_probability"]) + (f", {w['risk_tier']} risk" if w["risk_tier"] else ""),
            "Value, 12 months": money(w["clv"], currency),
            "Why": w["sentence"],
        }
        for w in warnings
    ]


def warning_counts(counts: dict[str, int]) -> str:
    """How many warnings of which kind."""
    return "; ".join(f"{feature_words(kind)}: {number(count)}" for kind, count in counts.items() if count)


def forecast_rows(forecast: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """A row a month of the forecast, with its intervals."""
    return [
        {
            "Until": day(datetime.fromisoformat(m["period_end"])),
            "Active customers": _interval(m, "active_customers", lambda n: number(n, 0)),
            "Lost customers": _interval(m, "lost_customers", lambda n: number(n, 0)),
            "Revenue": _interval(m, "revenue", lambda amount: money(amount, currency)),
        }
        for m in forecast["months"]
    ]


def _interval(month: dict[str, Any], name: str, words: Any) -> str:
    return f"{words(month[name])} ({words(month[name + '_low'])} to {words(month[name + '_high'])})"


def _chance(probability: float | None) -> str:
    return NOTHING if probability is None else percent(probability)
