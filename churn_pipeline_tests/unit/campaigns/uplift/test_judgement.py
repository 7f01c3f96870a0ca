"""When a learner may rank lists: where it beats risk x value on customers that it has not seen, and hardly
ever where contacting changes nothing."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.uplift.judgement import (
    ahead_in_profit,
    coefficients,
    curves,
    judged_learner,
    shown_in_retention,
)
from churn_pipeline.campaigns.uplift.trial import Trial


def trial(customers: int, seed: int, strength: float = 0.0) -> Trial:
    """A campaign whose effect hangs on `taste` alone, 0 to 2 x strength, and not on risk; value varies."""
    rng = np.random.default_rng(seed)
    taste, p = rng.random(customers), rng.uniform(0.2, 0.8, customers)
    treated = rng.random(customers) < 0.6
    effect = strength * 2 * (taste > 0.5) * np.minimum(p, 1)
    retention = (rng.random(customers) < 1 - p + effect * treated).astype(float)
    save = rng.lognormal(3, 0.5, customers)
    rows = pd.DataFrame(
        {
            "customer_id": [f"C{number}" for number in range(customers)],
            "campaign_id": "spring",
            "is_treated": treated,
            "chance": 0.6,
            "churn_probability": p,
            "save": save,
            "retention": retention,
            "profit": retention * save / 3 - 0.5 * treated,
        }
    )
    return Trial(rows, pd.DataFrame({"taste": taste, "churn_probability": p, "noise": rng.random(customers)}))


def test_a_learner_is_used_where_it_finds_whom_risk_does_not():
    known = trial(3000, seed=1, strength=0.4)
    judged = judged_learner(known, seed=42)
    own, by_risk = coefficients(judged)
    assert judged.is_ahead and judged.ahead.value == pytest.approx(own - by_risk)
    assert judged.ahead.low > 0 and shown_in_retention(known, judged, 42).low > 0
    taste = known.features["taste"] > 0.5
    assert judged.learned.effect[taste].mean() > judged.learned.effect[~taste].mean() + 0.15
    points = curves(judged)
    assert [share for share, _, _ in points] == pytest.approx(np.linspace(0, 1, 11))
    assert points[0][1:] == (0, 0) and points[-1][1] == pytest.approx(points[-1][2])
    assert points[4][1] > points[4][2]
    assert ahead_in_profit(known, judged, 42).value > 0


def test_a_learner_is_not_used_where_risk_says_as_much():
    """Everybody at risk is kept as easily: the effect is p x a constant, so risk x value is the best list."""
    rng = np.random.default_rng(5)
    known = trial(3000, seed=3)
    rows = known.rows.copy()
    p, treated = rows["churn_probability"], rows["is_treated"]
    rows["retention"] = (rng.random(len(rows)) < 1 - p * np.where(treated, 0.6, 1)).astype(float)
    judged = judged_learner(Trial(rows, known.features), seed=42)
    assert not judged.is_ahead


def used_in_a_a(repetitions: int, customers: int) -> int:
    """How often a learner would be used in shops whose campaigns change nothing."""
    return sum(judged_learner(trial(customers, seed), seed).is_ahead for seed in range(repetitions))


def test_where_contacting_changes_nothing_no_learner_is_used():
    assert used_in_a_a(8, 600) <= 1


@pytest.mark.slow
def test_in_95_of_100_a_a_shops_no_learner_is_used():
    assert used_in_a_a(100, 1500) <= 5


def test_a_customers_rows_stay_in_one_fold():
    known = trial(200, seed=1)
    twice = Trial(pd.concat([known.rows] * 2, ignore_index=True), pd.concat([known.features] * 2))
    assert (twice.fold[:200] == twice.fold[200:]).all() and (
        twice.customer[:200] == twice.customer[200:]
    ).all()
    assert set(twice.fold) == {0, 1, 2, 3, 4}
