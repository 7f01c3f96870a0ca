"""Campaigns in words."""

import pytest

from churn_pipeline.app.contents.campaign import comparison_rows, outcome_lines, rating, scenario_rows
from churn_pipeline.app.contents.tables import NOTHING

SCENARIO = {
    "scenario_id": "scen_1",
    "name": "Balanced",
    "inputs": {"success_rate": 0.35, "discount_percent": 20.0},
    "outputs": {
        "target_count": 100,
        "clv_of_targets": 16500.0,
        "total_cost": 800.0,
        "discount_cost": 750.0,
        "discounts_to_loyal": 300.0,
        "contact_cost": 50.0,
        "expected_saves": 35.0,
        "revenue_protected": 5775.0,
        "net_roi": 4975.0,
        "net_roi_low": 1000.0,
        "net_roi_high": 9000.0,
        "probability_of_loss": 0.04,
        "notes": ["Fewer than asked."],
    },
    "about": ["Amounts are at 100 % margin."],
}


@pytest.mark.parametrize(
    ("roi", "name"),
    [(622, "excellent"), (399, "good"), (60, "fair"), (0, "poor"), (-1, "a loss"), (None, "free of cost")],
)
def test_an_roi_is_rated_by_its_documented_limits(roi, name):
    assert rating(roi) == name


def test_every_note_of_the_answer_is_shown():
    lines = outcome_lines(SCENARIO, "USD")
    assert "USD 5,775" in lines[2]
    assert lines[-2:] == ["Fewer than asked.", "Amounts are at 100 % margin."]


def test_the_best_of_compared_plans_carries_the_star():
    (row,) = comparison_rows([SCENARIO], "scen_1", "USD")
    assert row["Scenario"] == "★ Balanced"
    assert row["Net"] == "USD 4,975"


def test_a_scenario_that_contacts_nobody_has_no_chance_of_a_loss():
    nobody = {"label": "Most profitable", "recommended": False, "target_count": 0, "total_cost": 0.0}
    nobody |= {"expected_saves": 0.0, "net_roi": 0.0, "net_roi_low": 0.0, "net_roi_high": 0.0}
    nobody |= {"roi_percent": None, "probability_of_loss": None}
    [row] = scenario_rows({"roi_scenarios": {"scenarios": [nobody]}}, "EUR")
    assert (row["ROI"], row["Chance of a loss"], row["Customers"]) == (NOTHING, NOTHING, "0")
