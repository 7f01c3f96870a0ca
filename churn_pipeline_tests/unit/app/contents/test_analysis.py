"""What moves the probabilities, in rows."""

from churn_pipeline.app.contents.analysis import (
    calibration_rows,
    curve_points,
    dependence_points,
    direction_sentence,
    group_rows,
    profile_rows,
    summary_points,
)
from churn_pipeline.app.contents.tables import NOTHING

DEPENDENCE = {
    "feature": "days_since_last_purchase",
    "label": "Days since last order",
    "unit": "days",
    "curve": [{"value": 5.0, "churn_probability": 0.2}],
    "customers": [{"value": 5.0, "contribution": -0.4}],
    "groups": [
        {"low": 1.0, "high": 10.0, "customers": 50, "churn_probability": 0.1},
        {"low": 10.0, "high": 10.0, "customers": 40, "churn_probability": 0.6},
    ],
    "missing": 3,
}


def test_groups_by_value_and_those_without_one():
    rows = group_rows(DEPENDENCE, "EUR")
    assert [row["Days since last order"] for row in rows] == ["1 day to 10 days", "10 days", "unknown"]
    assert [row["Mean churn probability"] for row in rows] == ["10 %", "60 %", NOTHING]
    assert direction_sentence(DEPENDENCE).startswith("Customers with the lowest values: 10 % on average")
    assert direction_sentence(DEPENDENCE | {"groups": []}) == "Nearly all customers have the same value."


def test_points_carry_the_unit_in_their_name():
    assert curve_points(DEPENDENCE) == [{"Days since last order, days": 5.0, "Churn probability, %": 20.0}]
    assert dependence_points(DEPENDENCE) == [
        {"Days since last order, days": 5.0, "Contribution to the log-odds": -0.4}
    ]


def test_a_summary_has_a_point_for_each_feature_and_customer():
    summary = {"features": [{"label": "Orders", "customers": [{"rank": 0.5, "contribution": 0.1}] * 2}] * 3}
    points = summary_points(summary)
    assert len(points) == 6
    assert points[0] == {
        "Feature": "Orders",
        "Value (low to high)": 0.5,
        "Contribution to the log-odds": 0.1,
    }


def test_a_segment_without_a_probability_has_a_dash():
    lapsed = {
        "count": 7,
        "avg_churn_probability": None,
        "avg_return_probability": 0.08,
        "avg_days_since_last_order": 200.4,
        "avg_clv": 17.0,
        "money_at_risk": None,
    }
    (row,) = profile_rows({"segments": {"lapsed": lapsed}}, "EUR")
    assert (row["Churn probability"], row["Money at risk"]) == (NOTHING, NOTHING)
    assert (row["Orders again within the horizon"], row["Days since last order"]) == ("8.0 %", "200")


def test_calibration_in_percent():
    group = {"customers": 10, "expected": 0.123, "observed": 0.2, "low": 0.05, "high": 0.5}
    assert calibration_rows({"groups": [group]}) == [
        {"Expected, %": 12.3, "Happened, %": 20.0, "low": 5.0, "high": 50.0, "Customers": 10}
    ]
