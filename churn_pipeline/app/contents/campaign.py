"""Campaigns in words: the scenarios of a run, a simulated one, and how good its ROI is."""

from typing import Any

from churn_pipeline.app.contents.own_words import in_app_words
from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.core.wording import money, number, percent

RATINGS = ((400, "excellent"), (150, "good"), (50, "fair"), (0, "poor"))
"""ROI in percent from which on it is called so; below 0 it is a loss."""


def rating(roi_percent: float | None) -> str:
    """What an ROI (percent) is called."""
    if roi_percent is None:
        return "free of cost"
    return next((name for limit, name in RATINGS if roi_percent >= limit), "a loss")


def scenario_rows(results: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """The run's scenarios; ★ has the highest expected profit."""
    return [
        {
            "Scenario": f"{'★ ' if s['recommended'] else ''}{s['label']}",
            "Customers": number(s["target_count"]),
            "Cost": money(s["total_cost"], currency),
            "Saved": number(s["expected_saves"], 0),
            "Net": money(s["net_roi"], currency),
            "80 % interval": f"{money(s['net_roi_low'], currency)} to {money(s['net_roi_high'], currency)}",
            "ROI": NOTHING if s["roi_percent"] is None else f"{number(s['roi_percent'], 0)} %",
            "Chance of a loss": NOTHING
            if s["probability_of_loss"] is None
            else percent(s["probability_of_loss"]),
        }
        for s in results["roi_scenarios"]["scenarios"]
    ]


def plain_rows(results: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """The same by the plain formula (everyone contacted would have left); ☆ has the highest ROI."""
    scenarios = results["roi_scenarios"]["specification_formula"]
    best = max((s["roi_percent"] or 0 for s in scenarios), default=0)
    return [
        {
            "Scenario": f"{'☆ ' if s['roi_percent'] == best else ''}{s['scenario'].replace('_', ' ')}",
            "Customers": number(s["target_count"]),
            "Cost": money(s["total_cost"], currency),
            "Saved": number(s["expected_saves"], 0),
            "Net": money(s["net_roi"], currency),
            "ROI": NOTHING if s["roi_percent"] is None else f"{number(s['roi_percent'], 0)} %",
        }
        for s in scenarios
    ]


def outcome_lines(scenario: dict[str, Any], currency: str) -> list[str]:
    """A simulated campaign: what it costs, saves and earns, with how sure that is."""
    inputs, outputs = scenario["inputs"], scenario["outputs"]
    lines = [
        f"**{number(outputs['target_count'])} customers** are contacted, worth "
        f"{money(outputs['clv_of_targets'], currency)} in the next 12 months.",
        f"Cost {money(outputs['total_cost'], currency)}: discounts "
        f"{money(outputs['discount_cost'], currency)} (of it "
        f"{money(outputs['discounts_to_loyal'], currency)} to those who would have stayed), contacts "
        f"{money(outputs['contact_cost'], currency)}.",
        f"Saved: {number(outputs['expected_saves'], 0)} customers, {percent(inputs['success_rate'])} of "
        f"those who would have left. Protected: {money(outputs['revenue_protected'], currency)}.",
        f"Net {money(outputs['net_roi'], currency)}, in 8 of 10 cases between "
        f"{money(outputs['net_roi_low'], currency)} and {money(outputs['net_roi_high'], currency)}; "
        f"chance of a loss {_chance(outputs['probability_of_loss'])}.",
    ]
    return [*lines, *(in_app_words(note) for note in (*outputs["notes"], *scenario["about"]))]


def _chance(probability: float | None) -> str:
    return NOTHING if probability is None else percent(probability)


def comparison_rows(scenarios: list[dict[str, Any]], best: str, currency: str) -> list[dict[str, str]]:
    """Kept scenarios beside each other; ★ earns most."""
    return [
        {
            "Scenario": f"{'★ ' if s['scenario_id'] == best else ''}{s['name'] or s['scenario_id']}",
            "Customers": number(s["outputs"]["target_count"]),
            "Discount": NOTHING
            if s["inputs"]["discount_percent"] is None
            else f"{number(s['inputs']['discount_percent'], 0)} %",
            "Success": percent(s["inputs"]["success_rate"]),
            "Cost": money(s["outputs"]["total_cost"], currency),
            "Protected": money(s["outputs"]["revenue_protected"], currency),
            "Net": money(s["outputs"]["net_roi"], currency),
        }
        for s in scenarios
    ]
