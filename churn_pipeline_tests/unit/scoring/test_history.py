"""Receipts: one per scored customer and scoring, due when the horizon has passed."""

from datetime import datetime

import pandas as pd

from churn_pipeline.scoring.history import with_scoring

SCORES = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c"],
        "as_of": pd.Timestamp("2024-03-01"),
        "churn_probability": [0.9, 0.1, None],
        "risk_tier": ["high", "low", None],
        "clv": [10.0, 20.0, 30.0],
    }
)
NOW = datetime(2024, 3, 1, 12)


def _scored(history, run_id):
    return with_scoring(history, SCORES, run_id=run_id, model_version="3", scored_at=NOW, horizon=30)


def test_only_customers_with_a_probability_get_a_receipt():
    history = _scored(None, "one")
    assert history.customer_id.tolist() == ["a", "b"]
    assert history.due_at.unique().tolist() == [pd.Timestamp("2024-03-31")]


def test_scorings_add_up_and_a_repeated_run_replaces_its_own():
    history = _scored(_scored(None, "one"), "two")
    assert history.run_id.tolist() == ["one", "one", "two", "two"]
    assert _scored(history, "two").equals(history)
