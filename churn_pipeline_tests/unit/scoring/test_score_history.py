"""Receipts: one per customer and scoring, due when the horizon has passed."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import SCORE_HISTORY
from churn_pipeline.scoring import score_history
from churn_pipeline.scoring.score_history import completed, with_scoring

SCORES = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d"],
        "as_of": pd.Timestamp("2024-03-01"),
        "status": ["eligible", "eligible", "lapsed", "new"],
        "churn_probability": [0.9, 0.1, None, None],
        "return_probability": [0.1, 0.9, 0.2, 0.3],
        "risk_tier": ["high", "low", None, None],
        "clv": [10.0, 20.0, 30.0, 40.0],
    }
)
NOW = datetime(2024, 3, 1, 12)


def _scored(history, run_id, scores=SCORES):
    return with_scoring(history, scores, run_id=run_id, model_version="3", scored_at=NOW, horizon=30)


def test_everybody_gets_a_receipt_the_lapsed_and_new_of_their_return():
    history = _scored(None, "one")
    conform(SCORE_HISTORY.name, history)
    assert history.customer_id.tolist() == ["a", "b", "c", "d"]
    assert history.churn_probability.isna().tolist() == [False, False, True, True]
    assert history.due_at.unique().tolist() == [pd.Timestamp("2024-03-31")]


def test_scorings_add_up_and_a_repeated_run_replaces_its_own():
    history = _scored(_scored(None, "one"), "two")
    assert history.run_id.tolist() == ["one"] * 4 + ["two"] * 4
    assert _scored(history, "two").equals(history)


def test_receipts_of_a_version_that_scored_the_eligible_alone_are_completed():
    former = _scored(None, "one").iloc[:2].drop(columns=["status", "return_probability"])
    known = completed(former)
    assert known.status.tolist() == ["eligible", "eligible"]
    assert known.return_probability.tolist() == pytest.approx([0.1, 0.9])
    conform(SCORE_HISTORY.name, _scored(former, "two"))


def test_of_many_lapsed_the_same_ones_keep_a_receipt(monkeypatch):
    monkeypatch.setattr(score_history, "MOST_RECEIPTS", 5)
    many = pd.concat([SCORES, *[SCORES.iloc[[2]].assign(customer_id=f"lapsed {i}") for i in range(40)]])
    first = _scored(None, "one", many)
    assert first.status.value_counts().to_dict() == {"lapsed": 5, "eligible": 2, "new": 1}
    shuffled = many.sample(frac=1, random_state=np.random.RandomState(1))
    assert set(_scored(None, "two", shuffled).customer_id) == set(first.customer_id)
