"""Customers as rows and lines."""

from churn_pipeline.app.contents.customers import change_sentence, profile_lines, rows

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
    "history": [{"ordered_at": "2024-03-01T00:00:00"}, {"ordered_at": "2024-01-05T00:00:00"}],
}


def test_a_customer_without_a_probability_shows_the_status():
    (row,) = rows([CUSTOMER], "EUR")
    assert row["Churn probability"] == "-"
    assert row["Risk"] == "Lapsed"
    assert row["Customer"] == "007", "leading zeros stay"


def test_the_profile_says_since_when_where_the_whole_history_is_there():
    assert "Member since 2024-01-05" in profile_lines(CUSTOMER)
    assert not any("Member" in line for line in profile_lines(CUSTOMER | {"orders": 500}))


def test_a_supposition_is_a_change_of_the_probability():
    answer = {"before": {"churn_probability": 0.94}, "after": {"churn_probability": 0.12}}
    assert change_sentence(answer) == "94 % now, 12 % then."
