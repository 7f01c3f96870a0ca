"""Grades of a scoring after which a campaign worked: no false alarm, and what would have been without."""

import numpy as np
import pandas as pd

from churn_pipeline.core.settings import MonitoringLimits
from churn_pipeline.monitoring.grades.churn_rates import churn_rates
from churn_pipeline.monitoring.grades.degradation import degraded_grades
from churn_pipeline.monitoring.grades.grade_sentences import grades_in_words
from churn_pipeline.monitoring.grades.graded_returns import graded_returns
from churn_pipeline.monitoring.grades.grading import graded_scorings
from churn_pipeline_tests.builders.treated_shops import treated_shop

AS_OF, H = pd.Timestamp("2024-03-01"), 60
LIMITS = MonitoringLimits()


def graded_and_members(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """3,800 graded customers with true probabilities, the 1,000 riskiest of whom were in a campaign that kept
    45 % of the would-be churners it contacted; and the churn rate without it."""
    rng = np.random.default_rng(seed)
    p = np.sort(rng.beta(2, 3, 3800))[::-1]
    churned = rng.random(3800) < p
    member, control = np.arange(3800) < 1000, np.zeros(3800, bool)
    control[rng.permutation(1000)[:200]] = True
    treated = member & ~control
    happened = churned & ~(treated & (rng.random(3800) < 0.45))
    graded = pd.DataFrame(
        {
            "customer_id": [f"C{i}" for i in range(3800)],
            "as_of": AS_OF,
            "scored_at": AS_OF,
            "run_id": "one",
            "model_version": "1",
            "due_at": AS_OF + pd.Timedelta(days=H),
            "status": "eligible",
            "churn_probability": p,
            "return_probability": 1 - p,
            "risk_tier": np.select([p > 0.7, p > 0.4], ["high", "medium"], "low"),
            "clv": 100.0,
            "outcome": "known",
            "churned": happened.astype(int),
        }
    )
    members = graded.loc[member, ["customer_id"]].assign(
        campaign_id="spring",
        arm=np.where(control[member], "control", "discount_20"),
        stratum="all",
        probability_of_assignment=np.where(control[member], 0.2, 0.8),
        assigned_at=AS_OF,
        ends_at=AS_OF + pd.Timedelta(days=H),
        segment="high_risk",
    )
    return graded, members, float(churned.mean())


def test_success_raises_no_alarm_and_without_knowing_it_would() -> None:
    aware, naive = [], []
    for seed in range(20):
        graded, members, _ = graded_and_members(seed)
        aware.append(bool(degraded_grades(graded_scorings(graded, members), LIMITS)))
        naive.append(bool(degraded_grades(graded_scorings(graded), LIMITS)))
    assert sum(aware) <= 1 and sum(naive) >= 19


def test_what_happened_stands_beside_what_would_have_been() -> None:
    graded, members, without = graded_and_members(1)
    scorings = graded_scorings(graded, members)
    [one] = scorings.to_dict("records")
    assert abs(one["churn_rate"] - without) < 0.02
    assert one["churn_rate_happened"] == graded["churned"].mean() < one["churn_rate"] - 0.04
    assert (one["contacted"], one["graded"], one["customers"]) == (800, 3000, 3800)
    assert one["effective_customers"] < 3000
    assert "without it" in grades_in_words(scorings)
    [returns] = graded_returns(graded, members).to_dict("records")
    assert returns["graded"] == 3000 and abs(returns["return_rate"] - (1 - without)) < 0.02


def test_without_campaigns_the_grades_are_as_before() -> None:
    graded, _, _ = graded_and_members(1)
    [one] = graded_scorings(graded).to_dict("records")
    assert one["contacted"] == 0 and one["churn_rate"] == one["churn_rate_happened"]
    assert (one["graded"], one["effective_customers"]) == (3800, 3800)
    assert one["expected_of_graded"] == one["expected_churn_rate"]
    assert "without it" not in grades_in_words(graded_scorings(graded))


def test_churn_rates_by_cutoff_are_those_without_the_campaign(tmp_path) -> None:
    shop = treated_shop(tmp_path, customers=1500)
    truth, aware = churn_rates(shop.untreated), churn_rates(shop.treated)
    both = truth.merge(aware, on="cutoff", suffixes=("_truth", ""))
    newest = both.tail(5)
    assert ((newest["churn_rate"] - newest["churn_rate_truth"]).abs() < 0.04).all()
    assert (newest["happened"] < newest["churn_rate"]).sum() >= 4
    assert (truth["happened"] == truth["churn_rate"]).all()
