"""Degraded grades: told beyond the limit and beyond chance, and only of the newest graded scoring."""

import pandas as pd
import pytest

from churn_pipeline.core.settings import MonitoringLimits
from churn_pipeline.monitoring.grades.degradation import auc_error, degraded_grades

LIMITS = MonitoringLimits()
GOOD = {
    "graded": 5_000,
    "roc_auc": 0.80,
    "expected_churn_rate": 0.4,
    "churn_rate": 0.41,
    "log_loss": 0.5,
    "log_loss_of_rate": 0.67,
}


def history(*changes):
    days = pd.date_range("2024-01-01", periods=len(changes), freq="7D")
    rows = [
        GOOD
        | {"run_id": f"run {k}", "as_of": day, "scored_at": day, "outcome": "known", "horizon": 90}
        | change
        for k, (day, change) in enumerate(zip(days, changes, strict=True))
    ]
    return pd.DataFrame(rows)


def kinds(*changes):
    return [f.kind for f in degraded_grades(history(*changes), LIMITS)]


def test_a_steady_shop_is_quiet():
    assert kinds({}, {}, {}) == []
    assert degraded_grades(history({}).iloc[:0], LIMITS) == []


def test_worse_ranks_are_told_when_they_are_beyond_chance():
    assert kinds({}, {}, {"roc_auc": 0.70}) == ["ranks_worse"]
    assert kinds({}, {}, {"roc_auc": 0.76}) == []
    assert kinds({}, {}, {"roc_auc": 0.70, "graded": 60}) == []


def test_scorings_of_another_horizon_are_not_compared():
    assert kinds({"horizon": 30}, {"horizon": 30}, {"roc_auc": 0.70}) == []
    assert kinds({"horizon": 30, "roc_auc": 0.5}, {}, {"roc_auc": 0.70}) == ["ranks_worse"]


def test_only_the_newest_counts():
    assert kinds({}, {"roc_auc": 0.6}, {}) == []


def test_a_missed_churn_rate_is_told_in_numbers():
    (finding,) = degraded_grades(history({}, {"churn_rate": 0.55}), LIMITS)
    assert finding.about == "run 1"
    assert (
        "40.0 % of the customers scored on 2024-01-08 were expected to churn, 55.0 % did" in finding.sentence
    )


def test_scores_that_say_nothing():
    assert "no_better_than_rate" in kinds({"roc_auc": 0.51, "log_loss": 0.7})


def test_outcomes_that_are_not_known_are_not_judged():
    unknown = {"outcome": "not_yet_known", "roc_auc": None, "churn_rate": None, "graded": 0}
    assert kinds({}, {}, unknown) == []


def test_auc_error_of_the_paper():
    # Hanley & McNeil (1982), section "An illustration": 51 abnormal, 58 normal cases, area .893, standard
    # error .032
    scoring = pd.Series({"roc_auc": 0.893, "graded": 109, "churn_rate": 51 / 109})
    assert auc_error(scoring) == pytest.approx(0.032, abs=0.001)
