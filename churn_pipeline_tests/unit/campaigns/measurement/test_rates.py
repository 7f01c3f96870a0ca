"""Differences of rates: Newcombe's own examples, a published risk ratio, how often the truth is inside."""

import numpy as np
import pytest

from churn_pipeline.campaigns.measurement.rates import StratumCounts, rate_difference, share_saved
from churn_pipeline_tests.builders.known_campaigns import known_campaign

# Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


def one_stratum(x1: int, n1: int, x0: int, n0: int) -> StratumCounts:
    return StratumCounts(*(np.array([value]) for value in (n1, x1, n0, x0)))


@pytest.mark.parametrize(("x1", "n1", "x0", "n0", "low", "high"), NEWCOMBE)
def test_newcombes_examples(x1: int, n1: int, x0: int, n0: int, low: float, high: float) -> None:
    found = rate_difference(one_stratum(x1, n1, x0, n0))
    assert found.difference == pytest.approx(x1 / n1 - x0 / n0)
    assert (found.low, found.high) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def test_strata_are_weighted_by_their_customers_where_shares_differ() -> None:
    # the treated share is higher where retention is low: plain rates would show a loss, there is none
    counts = StratumCounts(
        np.array([900, 100]), np.array([270, 90]), np.array([100, 900]), np.array([30, 810])
    )
    found = rate_difference(counts)
    assert found.difference == pytest.approx(0.0) and found.treated == pytest.approx(0.6)
    assert found.low < 0 < found.high
    assert counts.x_treated.sum() / 1000 - counts.x_control.sum() / 1000 == pytest.approx(-0.48)


def test_the_physicians_health_study() -> None:
    # 104 of 11,037 with aspirin and 189 of 11,034 with placebo had an infarction: ratio 1.82 (1.43 to 2.30)
    found = share_saved(one_stratum(104, 11037, 189, 11034))
    assert found is not None
    assert 1 / (1 - found.difference) == pytest.approx(1.82, abs=0.005)
    assert (1 / (1 - found.low), 1 / (1 - found.high)) == (
        pytest.approx(1.43, abs=0.005),
        pytest.approx(2.30, abs=0.01),
    )


def test_without_any_churner_no_share_is_saved() -> None:
    assert share_saved(one_stratum(0, 50, 0, 20)) is None


@pytest.mark.slow
def test_the_truth_is_inside_in_95_of_100_campaigns() -> None:
    rng, campaigns = np.random.default_rng(1), 5000
    inside = np.zeros(2)
    for _ in range(campaigns):
        drawn = known_campaign(rng)
        rate = rate_difference(drawn.counts())
        kept = share_saved(drawn.counts().of_the_others())
        assert kept is not None
        inside += (rate.low <= drawn.retention_effect <= rate.high, kept.low <= 0.3 <= kept.high)
    for name, share in zip(("difference of rates", "success rate"), inside / campaigns, strict=True):
        print(f"{name}: the 95 % interval holds the truth in {share:.2%} of {campaigns:,}")
    assert (np.abs(inside / campaigns - 0.95) <= 0.01).all(), inside / campaigns
