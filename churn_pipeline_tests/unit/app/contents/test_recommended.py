"""The recommended action, warnings and forecast in words."""

from churn_pipeline.app.contents.recommended import (
    campaign_lines,
    forecast_rows,
    outcome_rows,
    warning_counts,
    warning_rows,
)
from churn_pipeline.app.contents.tables import NOTHING

PRIMARY = {
    "discount_percent": 20.0,
    "success_rate": 0.35,
    "targets": 100,
    "expected_cost": 800.0,
    "expected_saves": 35.0,
    "expected_revenue": 5775.0,
    "net_roi": 4975.0,
    "net_roi_low": 1000.0,
    "net_roi_high": 9000.0,
    "probability_of_loss": 0.04,
    "roi": 622.0,
    "example_message": {
        "customer_id": "C1",
        "last_purchase_date": "2024-12-03T00:00:00",
        "products": ["Green tea", "Cups"],
        "subject": "We miss you! Here's 20% off",
        "message": "...",
        "expires_at": "2025-01-15T00:00:00",
    },
}


def test_the_campaign_has_subject_offer_timing_and_what_makes_it_personal():
    said = campaign_lines(PRIMARY, "2025-01-01T00:00:00")
    assert said == [
        "**Whom**: 100 customers, those with the greatest expected profit",
        "**Subject line**: We miss you! Here's 20% off",
        "**Offer**: 20 % discount",
        "**Timing**: now, while the scores are fresh; valid for 14 days, until 2025-01-15",
        "**Personal**: last purchase date (2024-12-03) and products (Green tea, Cups)",
    ]


def test_old_scores_are_not_called_fresh():
    said = campaign_lines(PRIMARY, "2025-01-01T00:00:00", is_old=True)
    assert "**Timing**: once newer orders have been scored; valid for 14 days" in said


def test_without_an_example_whom_and_what_are_said():
    assert len(campaign_lines(PRIMARY | {"example_message": None}, None)) == 2


def test_the_expected_outcome():
    outcome = {row["Expected outcome"]: row[""] for row in outcome_rows(PRIMARY, "USD")}
    assert outcome["Customers saved"] == "35 (35 % of those who would leave)"
    assert outcome["Net"] == "USD 4,975 (in 8 of 10 cases USD 1,000 to USD 9,000)"
    assert outcome["ROI"] == "622 %"


def test_a_warning_says_before_and_now():
    warning = {
        "customer_id": "C1",
        "kind": "newly_high",
        "previous_probability": None,
        "churn_probability": 0.8,
        "risk_tier": "high",
        "clv": 120.0,
        "sentence": "Overdue.",
    }
    (row,) = warning_rows([warning], "EUR")
    assert (row["Before"], row["Now"], row["Why"]) == (NOTHING, "80 %, high risk", "Overdue.")
    assert warning_counts({"newly_high": 3, "other": 0}) == "Newly high: 3"


def test_a_month_of_the_forecast_has_its_intervals():
    month = {"period_end": "2025-01-31T00:00:00"}
    for name, value in (("active_customers", 100.0), ("lost_customers", 10.0), ("revenue", 5000.0)):
        month |= {name: value, f"{name}_low": 0.9 * value, f"{name}_high": 1.1 * value}
    (row,) = forecast_rows({"months": [month]}, "EUR")
    assert row["Until"] == "2025-01-31"
    assert row["Active customers"] == "100 (90 to 110)"
    assert row["Revenue"] == "EUR 5,000 (EUR 4,500 to EUR 5,500)"
