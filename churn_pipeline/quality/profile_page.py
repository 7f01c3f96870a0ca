"""profile.json as one self-contained HTML page: no script, no font and no picture is fetched."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template

from churn_pipeline.quality.charts import bar_chart, line_chart, ranked_bars, stacked_bars

COHORT_COLUMNS = 13
SHORTEST_CURVE = 120


def render_profile(profile: dict[str, Any], churn: dict[str, Any] | None = None) -> str:
    """The page of a document of `build_profile`; with a section on the churn definition (its document) where there is one.

    Every text of the shop's file is escaped.
    """
    currency = profile["currency"]
    return _template().render(
        profile=profile,
        churn=churn,
        returns_curve=_returns_curve(churn) if churn else "",
        charts=_charts(profile, currency),
        products=_product_charts(profile["products"], currency),
        money=lambda value: _money(value, currency),
        cohort_columns=COHORT_COLUMNS,
        shade=_shade,
    )


@cache
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("profile_page.html.j2")


def _charts(profile: dict[str, Any], currency: str) -> dict[str, str]:
    customers, orders, time = profile["customers"], profile["transactions"], profile["time"]
    months, monthly = time["by_month"], customers["new_and_returning"]
    charts = {
        "weeks": line_chart(time["by_week"]["start"], time["by_week"]["orders"], "orders", "Orders per week"),
        "months": bar_chart(months["start"], months["sales"], currency, "Sales per month"),
        "weekdays": bar_chart(
            [d["label"][:3] for d in time["by_weekday"]],
            [d["orders_per_day"] for d in time["by_weekday"]],
            "orders a day",
            "Orders by weekday",
        ),
        "orders_per_customer": _counted(customers["orders_per_customer"], "Orders per customer"),
        "lifetime": _counted(customers["lifetime"], "Time from first to last order"),
        "pace": _counted(orders["pace"], "How often customers order"),
        "new": stacked_bars(
            [m["month"] for m in monthly],
            [m["returning"] for m in monthly],
            [m["new"] for m in monthly],
            ("returning", "new"),
            "New and returning customers per month",
        ),
        "values": bar_chart(
            [f"{b['from']:,.0f}+" for b in orders["values"]], [b["orders"] for b in orders["values"]], "orders", "Order values"
        ),
    }
    if time["by_hour"]:
        charts["hours"] = bar_chart(
            [str(h["hour"]) for h in time["by_hour"]], [h["orders"] for h in time["by_hour"]], "orders", "Orders by hour"
        )
    return charts


def _returns_curve(churn: dict[str, Any]) -> str:
    """How many of those who come back are back by which day, over twice the horizon, with the horizon marked."""
    horizon, gaps = churn["horizon"], churn["gaps"]
    days = gaps["days"][: max(2 * horizon, SHORTEST_CURVE) + 1]
    back = [100 * share for share in gaps["returned"][: len(days)]]
    mark = (days.index(horizon), f"{horizon} days") if horizon in days else None
    return line_chart([f"{day} days" for day in days], back, "% have bought again", "Customers who are back by that day", mark)


def _counted(rows: list[dict[str, Any]], title: str) -> str:
    values = [row["customers"] for row in rows]
    shown = [f"{value:,} ({value / sum(values):.0%})" for value in values]
    return ranked_bars([row["label"] for row in rows], values, shown, title)


def _product_charts(products: dict[str, Any] | None, currency: str) -> list[tuple[str, str]]:
    """(heading, chart) of the best products and categories, as far as the file has them."""
    headings = {"product": "Best products", "category": "Best categories"}
    found = [(headings[name], section["top"]) for name, section in (products or {}).items() if section]
    return [
        (heading, ranked_bars([r["label"] for r in top], [r["sales"] for r in top], [_money(r["sales"], currency) for r in top], heading))
        for heading, top in found
    ]


def _money(value: float | None, currency: str) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f} {currency}".strip() if abs(value) >= 1000 else f"{value:,.2f} {currency}".strip()


def _shade(share: float) -> str:
    """Background of a cohort cell: the darker the more came back."""
    return f"rgba(42,127,158,{min(1.0, 0.06 + share):.2f})"
