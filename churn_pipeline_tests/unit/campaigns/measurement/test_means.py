"""Money per customer: Welch's interval, narrower and still right once what was known is taken out."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from churn_pipeline.campaigns.measurement.means import mean_difference, without_known
from churn_pipeline_tests.builders.known_campaigns import KnownCampaign, known_campaign


def adjusted(drawn: KnownCampaign) -> np.ndarray:
    return without_known(drawn.money, drawn.known, 2 * drawn.stratum + drawn.is_treated)


def test_one_stratum_is_welchs_interval() -> None:
    rng = np.random.default_rng(0)
    y, treated = rng.lognormal(3, 1, 120), np.arange(120) < 90
    found = mean_difference(y, treated, np.zeros(120, np.intp))
    welch = ttest_ind(y[treated], y[~treated], equal_var=False).confidence_interval(0.95)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(welch.low), pytest.approx(welch.high))
    assert found.difference == pytest.approx(y[treated].mean() - y[~treated].mean())


def test_what_was_known_before_narrows_the_interval_and_moves_nothing_on_average() -> None:
    rng, plain, less = np.random.default_rng(2), [], []
    for _ in range(300):
        drawn = known_campaign(rng)
        for found, y in ((plain, drawn.money), (less, adjusted(drawn))):
            estimate = mean_difference(y, drawn.is_treated, drawn.stratum)
            assert estimate is not None
            found.append((estimate.difference - drawn.money_effect, estimate.high - estimate.low))
    (bias, width), (bias_less, width_less) = np.mean(plain, axis=0), np.mean(less, axis=0)
    assert width_less < 0.85 * width
    assert abs(bias_less) < 4 * np.std(less, axis=0)[0] / np.sqrt(300) and abs(bias) < 0.4


def test_a_covariate_that_explains_everything_leaves_no_interval() -> None:
    known = np.arange(40.0)[:, None]
    stratum, treated = np.repeat([0, 1], 20), np.tile([True, True, True, False], 10)
    found = mean_difference(
        without_known(2 * known[:, 0] + 3.0 * treated, known, 2 * stratum + treated), treated, stratum
    )
    assert found is not None
    assert found.difference == pytest.approx(3.0) and found.high - found.low == pytest.approx(0, abs=1e-9)


def test_a_single_control_in_a_stratum_takes_the_spread_of_the_others() -> None:
    rng = np.random.default_rng(3)
    stratum = np.repeat([0, 1], [6, 60])
    treated = np.r_[np.arange(6) > 0, np.arange(60) > 11]
    found = mean_difference(rng.normal(0, 1, 66), treated, stratum)
    assert found is not None
    assert np.isfinite([found.low, found.high]).all() and found.high - found.low > 0.5


@pytest.mark.slow
def test_the_truth_is_inside_in_95_of_100_campaigns() -> None:
    rng, campaigns, inside = np.random.default_rng(4), 5000, 0
    for _ in range(campaigns):
        drawn = known_campaign(rng)
        found = mean_difference(adjusted(drawn), drawn.is_treated, drawn.stratum)
        assert found is not None
        inside += found.low <= drawn.money_effect <= found.high
    print(
        f"money after CUPED: the 95 % interval holds the truth in {inside / campaigns:.2%} of {campaigns:,}"
    )
    assert abs(inside / campaigns - 0.95) <= 0.01, inside / campaigns


def test_one_customer_in_an_arm_says_nothing_of_chance() -> None:
    stratum = np.zeros(6, np.intp)
    assert mean_difference(np.arange(6.0), np.arange(6) > 0, stratum) is None
    assert mean_difference(np.array([1.0, 9.0]), np.array([False, True]), stratum[:2]) is None


def test_few_controls_without_an_order_do_not_make_the_interval_narrow() -> None:
    treated = np.arange(60) > 4
    y = np.where(treated & (np.arange(60) % 4 == 0), 40.0, 0.0)
    found = mean_difference(y, treated, np.zeros(60, np.intp))
    assert found is not None and found.control == 0
    spread = y[treated].std(ddof=1)
    assert found.high - found.low > 2 * 1.96 * spread * np.sqrt(1 / 5 + 1 / 55)
    assert found.low < 0 < found.high
