"""BG/NBD against the published estimates, the published formula, simulation, and shops that are too small for
it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import hyp2f1

from churn_pipeline.purchase_model.bg_nbd import (
    BgNbd,
    expected_orders,
    fit_bg_nbd,
    log_likelihood,
    probability_alive,
    probability_no_order,
)

CDNOW = Path(__file__).parents[2] / "data" / "cdnow_sample_summaries.csv"
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    return pd.read_csv(CDNOW, comment="#")


def test_published_parameters_on_the_cdnow_sample(cdnow: pd.DataFrame) -> None:
    model = fit_bg_nbd(cdnow.x, cdnow.t_x, cdnow["T"])
    assert len(cdnow) == 2357
    assert (round(model.r, 3), round(model.alpha, 3), round(model.a, 3), round(model.b, 3)) == (
        0.243,
        4.414,
        0.793,
        2.426,
    )
    assert log_likelihood(model, cdnow.x, cdnow.t_x, cdnow["T"]).sum() == pytest.approx(-9582.4, abs=0.05)


def test_published_example_of_a_customer() -> None:
    """The customer of Fader, Hardie & Lee's spreadsheet note: x = 2, t_x = 30.43, T = 38.86 buys 1.226 times
    in the next 39 weeks."""
    assert expected_orders(PUBLISHED, 39, [2], [30.43], [38.86])[0] == pytest.approx(1.226, abs=0.001)


def test_equal_rows_may_be_given_as_weights(cdnow: pd.DataFrame) -> None:
    counted = cdnow.groupby(["x", "t_x", "T"], as_index=False).size()
    model = fit_bg_nbd(cdnow.x, cdnow.t_x, cdnow["T"])
    weighted = fit_bg_nbd(counted.x, counted.t_x, counted["T"], counted["size"])
    assert len(counted) < len(cdnow)
    assert vars(weighted) == pytest.approx(vars(model), rel=1e-5)


def test_the_unit_of_time_does_not_matter(cdnow: pd.DataFrame) -> None:
    weeks = fit_bg_nbd(cdnow.x, cdnow.t_x, cdnow["T"])
    days = fit_bg_nbd(cdnow.x, cdnow.t_x * 7, cdnow["T"] * 7)
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-4)
    assert days.b == pytest.approx(weeks.b, rel=1e-4)


@pytest.mark.parametrize("t", [1, 13, 39, 200])
def test_expected_orders_equal_the_hypergeometric_formula(cdnow: pd.DataFrame, t: float) -> None:
    x, t_x, T = (cdnow[c].to_numpy(float) for c in ("x", "t_x", "T"))
    r, alpha, a, b = PUBLISHED.r, PUBLISHED.alpha, PUBLISHED.a, PUBLISHED.b
    series = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t))
    formula = (a + b + x - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * series)
    formula = formula * probability_alive(PUBLISHED, x, t_x, T)
    np.testing.assert_allclose(expected_orders(PUBLISHED, t, x, t_x, T), formula, rtol=1e-7, atol=1e-10)


def test_expected_orders_where_the_formula_fails() -> None:
    """a = 1 is 0/0 in the formula, and a customer with thousands of orders overflows it."""
    around = [
        expected_orders(BgNbd(0.5, 10, a, 2.0), 90, [3], [50], [60])[0] for a in (1 - 1e-6, 1.0, 1 + 1e-6)
    ]
    assert around[0] > around[1] > around[2] > 0.999 * around[0]
    often = expected_orders(BgNbd(0.5, 10, 0.02, 50.0), 365, [4000], [720], [720])[0]
    assert 365 * 4000 / 730 * 0.5 < often < 365 * 4000 / 730


def test_nothing_is_expected_in_no_time_and_more_in_more_time() -> None:
    x, t_x, T = np.array([0.0, 2, 9]), np.array([0.0, 30, 20]), np.array([40.0, 39, 39])
    over = np.array([expected_orders(PUBLISHED, t, x, t_x, T) for t in (-5, 0, 10, 100, 1000)])
    assert (over[:2] == 0).all()
    assert (np.diff(over[1:], axis=0) > 0).all()


def test_probabilities_agree_with_simulation() -> None:
    """Simulated from the model's assumptions alone: among customers with the same history, the share that
    buys again, and how often."""
    rng, n = np.random.default_rng(5), 400_000
    model, T, t = BgNbd(1.2, 20.0, 0.8, 2.5), 60.0, 30.0
    rate, drop = rng.gamma(model.r, 1 / model.alpha, n), rng.beta(model.a, model.b, n)
    x, last, bought, now, alive = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, bool)
    while alive.any():
        now = now + rng.exponential(1 / rate)
        alive &= now < T + t
        x += alive & (now < T)
        last = np.where(alive & (now < T), now, last)
        bought += alive & (now >= T)
        alive &= rng.random(n) >= drop
    for seen in (0, 1, 3):
        same = (x == seen) & (np.abs(last - 40) < 2 if seen else True)
        args = (model, t, x[same], last[same], np.full(same.sum(), T))
        share = (bought[same] == 0).mean()
        assert probability_no_order(*args).mean() == pytest.approx(share, abs=4 * np.sqrt(0.25 / same.sum()))
        assert expected_orders(*args).mean() == pytest.approx(
            bought[same].mean(), abs=4 * bought[same].std() / np.sqrt(same.sum())
        )


def test_a_customer_without_repeat_purchase_counts_as_alive() -> None:
    assert probability_alive(PUBLISHED, [0], [0], [500])[0] == 1.0


def test_silence_makes_a_frequent_buyer_less_alive_than_a_rare_one() -> None:
    rare, frequent = probability_alive(PUBLISHED, [2, 20], [20, 20], [39, 39])
    assert frequent < rare < 1


@pytest.mark.parametrize(
    ("x", "t_x", "T", "low", "high"),
    [
        pytest.param([0] * 100, [0] * 100, [50] * 100, 0, 0.05, id="nobody returned"),
        pytest.param([10] * 100, [50] * 100, [50] * 100, 60, 80, id="everybody returns like clockwork"),
        pytest.param([1] * 100, [1] * 100, [300] * 100, 0, 0.5, id="everybody left at once"),
        pytest.param([3], [4], [10], 0, 110, id="one customer"),
        pytest.param([0], [0], [0], 0, 400, id="first order just now"),
        pytest.param(range(0, 500, 5), [300] * 100, [300] * 100, 0, 610, id="nobody ever left"),
    ],
)
def test_degenerate_shops_give_finite_sensible_answers(
    x: list, t_x: list, T: list, low: float, high: float
) -> None:
    model = fit_bg_nbd(list(x), t_x, T)
    assert all(np.isfinite(v) and v > 0 for v in vars(model).values())
    expected = expected_orders(model, 365, list(x), t_x, T)
    assert (expected >= low).all()
    assert (expected <= high).all()
    silent = probability_no_order(model, 90, list(x), t_x, T)
    assert ((silent >= 0) & (silent <= 1)).all()


def test_no_customer_at_all() -> None:
    model = fit_bg_nbd([], [], [])
    assert expected_orders(model, 90, [], [], []).shape == (0,)


@pytest.mark.parametrize(("x", "t_x", "T"), [([-1], [0], [1]), ([1], [5], [4]), ([1], [-2], [4])])
def test_impossible_summaries_are_refused(x: list, t_x: list, T: list) -> None:
    with pytest.raises(ValueError, match="purchase summaries"):
        fit_bg_nbd(x, t_x, T)
