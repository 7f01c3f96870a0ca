"""Gamma-Gamma against known parameters, its own shrinkage, and degenerate shops."""

import numpy as np
import pytest

from churn_pipeline.purchase_model.gamma_gamma import GammaGamma, expected_order_value, fit_gamma_gamma


def test_parameters_are_recovered_from_simulated_orders() -> None:
    rng, customers = np.random.default_rng(3), 20_000
    n = rng.integers(1, 8, customers)
    nu = rng.gamma(4.0, 1 / 15.0, customers)
    model = fit_gamma_gamma(n, rng.gamma(6.0 * n, 1 / nu) / n)
    assert model.p == pytest.approx(6.0, rel=0.05)
    assert model.q == pytest.approx(4.0, rel=0.05)
    assert model.v == pytest.approx(15.0, rel=0.08)


def test_published_conditional_expectation_without_orders_is_the_mean_over_customers() -> None:
    """Fader & Hardie (2013): p = 6.25, q = 3.74, v = 15.44 give a mean of 35.2 over customers."""
    assert expected_order_value(GammaGamma(6.25, 3.74, 15.44), [0], [0])[0] == pytest.approx(35.2, abs=0.05)


def test_more_orders_move_the_expectation_from_the_shops_mean_to_the_customers() -> None:
    values = expected_order_value(GammaGamma(6.25, 3.74, 15.44), [0, 1, 5, 1000], [np.nan, 80, 80, 80])
    assert (np.diff(values) > 0).all()
    assert values[-1] == pytest.approx(80, rel=0.01)


@pytest.mark.parametrize(
    ("n", "m"),
    [([1, 2, 3], [5.0, 5, 5]), ([1], [100.0]), ([1, 4, 5, 8], [10.0, 20, 1e6, 3]), ([], [])],
    ids=["all equal", "one customer", "one giant", "nobody"],
)
def test_degenerate_shops_give_finite_values(n: list, m: list) -> None:
    model = fit_gamma_gamma(n, m)
    values = expected_order_value(model, [0, 1, 50], [0, 7, 7])
    assert np.isfinite(values).all()
    assert (values > 0).all()


def test_subscription_with_one_price_expects_that_price() -> None:
    model = fit_gamma_gamma([3] * 50, [9.99] * 50)
    assert expected_order_value(model, [0, 3], [0, 9.99]) == pytest.approx([9.99, 9.99], rel=1e-3)


@pytest.mark.parametrize(("n", "m"), [([0], [5.0]), ([1], [0.0])])
def test_impossible_summaries_are_refused(n: list, m: list) -> None:
    with pytest.raises(ValueError, match="above 0"):
        fit_gamma_gamma(n, m)
