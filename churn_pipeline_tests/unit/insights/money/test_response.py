"""The response to a discount's depth: through the catalogue's points, concave, and as high as assumed or
measured."""

import numpy as np
import pytest

from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.shop.config import RoiAssumptions, ShopConfig

CONFIG = ShopConfig(name="shop")


def test_the_standard_catalogue() -> None:
    curve = response_curve(CONFIG)
    assert [curve.at(depth) for depth in (0, 10, 15, 20, 30)] == pytest.approx(
        [0, 0.20, 0.2804, 0.35, 0.4625], abs=1e-4
    )
    steps = np.diff([curve.at(depth) for depth in np.linspace(0, 60, 61)])
    assert (steps > 0).all() and (np.diff(steps) < 0).all()


def test_a_measured_or_assumed_rate_lifts_the_whole_curve() -> None:
    measured = response_curve(CONFIG, MeasuredRate(0.07, 0.02, 0.12))
    own = response_curve(ShopConfig(name="shop", roi=RoiAssumptions(success_rate=0.28, discount_percent=10)))
    assert (measured.at(20), measured.at(10)) == pytest.approx((0.07, 0.04), abs=1e-4)
    assert (own.at(10), own.at(20)) == pytest.approx((0.28, 0.49), abs=1e-4)
    assert response_curve(CONFIG, MeasuredRate(-0.1, -0.3, 0.1)).at(30) == 0


def test_a_catalogue_without_two_discounts_takes_the_standard_shape() -> None:
    alone = CONFIG.model_copy(update={"actions": CONFIG.actions[:1]})
    assert response_curve(alone).at(10) == pytest.approx(response_curve(CONFIG).at(10), abs=1e-4)


def test_a_contact_that_needs_no_discount() -> None:
    curve = response_curve(ShopConfig(name="shop", roi=RoiAssumptions(success_rate=0.1, discount_percent=0)))
    assert curve.at(0) == pytest.approx(0.1) and 0.1 < curve.at(10) < curve.at(20) < 1


def test_what_is_not_known_of_the_bend_matters_away_from_the_known_depth() -> None:
    curve, bend = response_curve(CONFIG), np.linspace(0.05, 0.95, 19)
    spread = [np.ptp(curve.drawn(depth, np.full(19, curve.rate), bend)) for depth in (5, 10, 20, 30)]
    assert spread[2] == pytest.approx(0) and spread[1] > 0.04 and spread[3] > 0.02
