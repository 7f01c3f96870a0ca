"""Simulated campaigns: how good an ROI is, the profit over the list's length, plans beside each other."""

from typing import Any

from churn_pipeline.app.contents.campaign import RATINGS, rating
from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.core.wording import money, number, percent

RATING_LIMITS = (
    ", ".join(f"{name} from {limit} % on" for limit, name in RATINGS) + ", below that a loss"
).capitalize()


def rated(roi_percent: float | None) -> tuple[str, str]:
    """An ROI as it is shown, and what it is called."""
    shown = NOTHING if roi_percent is None else f"{number(roi_percent, 0)} %"
    return shown, rating(roi_percent)


def curve_rows(preview: dict[str, Any]) -> list[dict[str, float]]:
    """The profit over every length of the list."""
    return [
        {"Customers contacted": p["target_count"], "Expected profit": p["expected_profit"]}
        for p in preview["profit_curve"]
    ]


def plan_names(plans: list[dict[str, Any]]) -> dict[str, str]:
    """Plan id -> its name; of plans with the same name the second is called NAME (2), and so on: a list tells
    its entries apart by what they are called."""
    names: dict[str, str] = {}
    for plan in plans:
        name, number = str(plan["name"]), 2
        while name in names.values():
            name, number = f"{plan['name']} ({number})", number + 1
        names[str(plan["scenario_id"])] = name
    return names


def free_name(name: str, taken: list[str]) -> str:
    """The name, numbered where a plan has it already: Spring, Spring (2)."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def side_by_side(plans: list[dict[str, Any]], best: str, currency: str) -> list[dict[str, str]]:
    """A column a plan, a row a figure; ★ earns most, * is of earlier scores."""
    columns: dict[str, dict[str, str]] = {}
    for plan in plans:
        heading = _heading(plan, best)
        alike = sum(name == heading or name.startswith(f"{heading} (") for name in columns)
        columns[f"{heading} ({alike + 1})" if alike else heading] = _figures(plan, currency)
    names = _figures(plans[0], currency)
    return [{"": name} | {plan: figures[name] for plan, figures in columns.items()} for name in names]


def _heading(plan: dict[str, Any], best: str) -> str:
    star = "★ " if plan["scenario_id"] == best else ""
    return f"{star}{plan['name'] or plan['scenario_id']}{'' if plan['up_to_date'] else ' *'}"


def _figures(plan: dict[str, Any], currency: str) -> dict[str, str]:
    inputs, outputs = plan["inputs"], plan["outputs"]
    discount, roi = inputs["discount_percent"], outputs["roi_percent"]
    return {
        "Customers": number(outputs["target_count"]),
        "Discount": NOTHING if discount is None else f"{number(discount, 0)} %",
        "Success": percent(inputs["success_rate"]),
        "Cost": money(outputs["total_cost"], currency),
        "Saved": number(outputs["expected_saves"], 0),
        "Protected": money(outputs["revenue_protected"], currency),
        "Net": money(outputs["net_roi"], currency),
        "80 % interval": f"{money(outputs['net_roi_low'], currency)} to "
        f"{money(outputs['net_roi_high'], currency)}",
        "ROI": NOTHING if roi is None else f"{number(roi, 0)} %, {rating(roi)}",
        "Chance of a loss": NOTHING
        if outputs["probability_of_loss"] is None
        else percent(outputs["probability_of_loss"]),
    }
