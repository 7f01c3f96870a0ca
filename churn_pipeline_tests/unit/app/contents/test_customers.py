"""Customers as rows and lines."""

from churn_pipeline.app.contents.customers import (
    answer_rows,
    change_sentence,
    changed_feature_rows,
    feature_choices,
    order_rows,
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
    "history": [
        {"ordered_at": "2024-03-01T00:00:00", "order_id": "2024-03-01 00:00:00", "amount": 30.0, "lines": 1},
        {"ordered_at": "2024-01-05T00:00:00", "order_id": "2024-01-05 00:00:00", "amount": 20.0, "lines": 2},
    ],
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


def test_the_total_says_what_returns_took_off_it():
    returned = CUSTOMER | {"total_spend": 42.5}
    assert "Total purchases: **2 orders** for EUR 42.50 after returns of EUR 7.50" in profile_lines(returned)
    not_all = CUSTOMER | {"history": CUSTOMER["history"][:1]}
    assert "Total purchases: **2 orders** for EUR 50.00, returns taken off" in profile_lines(not_all)


def test_the_value_says_why_a_reason_has_another_number():
    reason = {"feature": "customer_lifetime_value_estimate", "reason": "An expected spend of 270 in a year"}
    assert (
        "corrected by how such expectations turned out"
        in profile_lines(CUSTOMER | {"top_risk_factors": [reason]})[0]
    )
    assert profile_lines(CUSTOMER)[0].endswith("**")


def test_orders_without_numbers_show_their_day_once():
    assert order_rows(CUSTOMER["history"], "EUR")[0] == {
        "Date": "2024-03-01",
        "Amount": "EUR 30.00",
        "Lines": "1",
    }
    numbered = [order | {"order_id": "W1"} for order in CUSTOMER["history"]]
    assert order_rows(numbered, "EUR")[0]["Order"] == "W1"


def test_the_last_day_and_one_day_are_words():
    assert rows([CUSTOMER | {"days_since_purchase": 0.3}], "")[0]["Last order"] == "on the last day"
    assert rows([CUSTOMER | {"days_since_purchase": 1.2}], "")[0]["Last order"] == "1 day ago"


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
