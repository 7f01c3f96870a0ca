"""Customers as rows and lines."""

from churn_pipeline.app.contents.customers import (
    answer_rows,
    change_sentence,
    changed_feature_rows,
    feature_choices,
    profile_lines,
    rows,
)
from churn_pipeline.app.contents.tables import NOTHING

CUSTOMER = {
    "customer_id": "007",
    "churn_probability": None,
    "risk_tier": None,
    "status": "lapsed",
    "clv": 12.5,
    "days_since_purchase": 200.0,
    "orders": 2,
    "total_spend": 50.0,
    "top_risk_factors": None,
    "currency": "EUR",
    "as_of": "2024-09-17T00:00:00",
    "first_order_at": "2024-01-05T00:00:00",
    "history": [{"ordered_at": "2024-03-01T00:00:00"}, {"ordered_at": "2024-01-05T00:00:00"}],
}


def test_a_customer_without_a_probability_shows_the_status():
    (row,) = rows([CUSTOMER], "EUR")
    assert row["Churn probability"] == NOTHING
    assert row["Risk"] == "Lapsed"
    assert row["Customer"] == "007", "leading zeros stay"


def test_the_profile_says_since_when_and_how_much():
    lines = profile_lines(CUSTOMER)
    assert "Member since 2024-01-05 (8 months)" in lines
    assert "Total purchases: **2 orders** for EUR 50.00" in lines


def test_a_supposition_is_a_change_of_the_probability():
    answer = {"before": {"churn_probability": 0.94}, "after": {"churn_probability": 0.12}}
    assert change_sentence(answer) == "Churn probability: 94 % now → 12 % then."


def test_features_that_a_supposition_changes_are_named():
    answer = {"changed_features": {"days_since_last_purchase": [78.0, 0.5], "other": [None, 1.0]}}
    explanation = {"features": [{"feature": "days_since_last_purchase", "label": "Days since last order"}]}
    assert changed_feature_rows(answer, explanation) == [
        {"Feature": "Days since last order", "Now": "78", "Then": "0.50"},
        {"Feature": "other", "Now": NOTHING, "Then": "1"},
    ]


def test_a_feature_to_be_supposed_starts_from_what_it_is():
    features = [{"feature": "a", "label": "Days away", "value": 3.5, "unit": "days"}]
    choice = feature_choices({"features": [*features, features[0] | {"feature": "b", "value": None}]})
    assert (choice["a"].label, choice["a"].value, choice["b"].value) == ("Days away, days", 3.5, 0.0)


def test_answers_of_a_file_are_rows():
    answer = {
        "customer_id": "C1",
        "status_before": "lapsed",
        "status_after": "eligible",
        "churn_probability_before": None,
        "churn_probability_after": 0.4,
        "risk_tier_before": None,
        "risk_tier_after": "low",
    }
    assert answer_rows([answer]) == [
        {"Customer": "C1", "Now": NOTHING, "Then": "40 %", "Risk now": "Lapsed", "Risk then": "low"}
    ]
