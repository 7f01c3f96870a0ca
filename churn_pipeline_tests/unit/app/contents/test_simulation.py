"""Simulated campaigns in words."""

from churn_pipeline.app.contents.simulation import (
    RATING_LIMITS,
    curve_rows,
    free_name,
    plan_names,
    rated,
    side_by_side,
)
from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline_tests.unit.app.contents.test_campaign import SCENARIO

PLAN = SCENARIO | {"up_to_date": True}
PLAN["outputs"] = SCENARIO["outputs"] | {"roi_percent": 621.9}


def test_the_limits_of_the_rating_are_said():
    assert RATING_LIMITS == (
        "Excellent from 400 % on, good from 150 % on, fair from 50 % on, poor from 0 % on, below that a loss"
    )
    assert rated(621.9) == ("622 %", "excellent")
    assert rated(None) == (NOTHING, "free of cost")


def test_plans_stand_beside_each_other():
    other = PLAN | {"scenario_id": "scen_2", "up_to_date": False}
    rows = side_by_side([PLAN, other, PLAN | {"scenario_id": "scen_3"}], "scen_1", "USD")
    assert list(rows[0]) == ["", "★ Balanced", "Balanced *", "Balanced"]
    net = next(row for row in rows if row[""] == "Net")
    assert net["★ Balanced"] == "USD 4,975"
    assert next(row for row in rows if row[""] == "ROI")["★ Balanced"] == "622 %, excellent"


def test_plans_of_one_name_keep_their_columns():
    rows = side_by_side([PLAN, PLAN | {"scenario_id": "scen_2"}], "", "USD")
    assert list(rows[0]) == ["", "Balanced", "Balanced (2)"]


def test_the_curve_is_named_for_the_chart():
    preview = {"profit_curve": [{"target_count": 1, "expected_profit": 2.5}]}
    assert curve_rows(preview) == [{"Customers contacted": 1, "Expected profit": 2.5}]


def test_plans_of_the_same_name_are_told_apart():
    plans = [{"scenario_id": key, "name": name} for key, name in (("a", "x"), ("b", "x (2)"), ("c", "x"))]
    assert plan_names(plans) == {"a": "x", "b": "x (2)", "c": "x (3)"}


def test_a_plan_under_a_name_that_is_taken_is_numbered():
    assert free_name("Spring", []) == "Spring"
    assert free_name("Spring", ["Spring", "Spring (2)"]) == "Spring (3)"
