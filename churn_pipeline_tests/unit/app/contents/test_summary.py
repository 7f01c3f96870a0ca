"""Cards and rows from a results document."""

from churn_pipeline.app.contents.summary import cards, segment_rows

RESULTS = {
    "summary": {
        "total_customers": 15247,
        "eligible_customers": 1,
        "churn_rate": 0.187,
        "expected_churn_rate": 0.2,
        "revenue_at_risk": 47355.4,
        "money_at_risk": 1200.0,
        "money_at_risk_low": 900.0,
        "money_at_risk_high": 1500.0,
        "champion_model": "random_forest",
        "horizon_days": 60,
        "high_risk_customers": 287,
        "lapsed_customers": 900,
        "new_customers": 12,
    },
    "verdict": {"sentence": "Machine learning is worth it here."},
    "segments": {
        "high_risk": {"count": 287, "share": 0.019, "revenue": 47355.4, "avg_clv": 165.0},
        "new": {"count": 0, "share": 0.0, "revenue": 0.0, "avg_clv": 0.0},
    },
}


def test_the_four_cards_say_what_the_results_say():
    shown = {card.label: card.value for card in cards(RESULTS, "EUR")}
    assert shown == {
        "Customers": "15,247",
        "Churn rate": "18.7 %",
        "Value at risk": "EUR 47,355",
        "Best model": "Random forest",
    }


def test_both_rates_and_both_amounts_are_visible_with_their_words():
    beneath = {card.label: card.beneath for card in cards(RESULTS, "EUR")}
    assert beneath["Churn rate"] == "left in the test; 20.0 % are expected to leave from now on"
    assert beneath["Value at risk"] == (
        "value of those at high risk (287 customers); money at risk EUR 1,200"
    )
    unknown = RESULTS | {"summary": RESULTS["summary"] | {"expected_churn_rate": None}}
    assert cards(unknown, "EUR")[1].beneath == "left in the test"


def test_segments_that_the_results_lack_have_no_row():
    rows = segment_rows(RESULTS, "EUR")
    assert [row["Segment"] for row in rows] == ["High risk", "New"]
    assert rows[0]["Customers"] == "287"
    assert rows[0]["Value of a customer"] == "EUR 165"
