"""What a save is worth: by hand, against futures drawn from BG/NBD, and against the old figure."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.purchase_model.bg_nbd import BgNbd, expected_orders, probability_alive
from churn_pipeline.purchase_model.gamma_gamma import GammaGamma
from churn_pipeline.purchase_model.save_worth import afterwards_by_model, afterwards_by_rule, save_worth
from churn_pipeline.purchase_model.simulation import draw_purchases
from churn_pipeline.purchase_model.valuation import (
    PurchaseModels,
    Window,
    rates_by_rule,
    value_by_model,
    value_by_rule,
)

MODELS = PurchaseModels(BgNbd(0.8, 30.0, 0.6, 4.0), GammaGamma(6.0, 4.0, 60.0))
PASTS = [(0.0, 0.0, 30.0), (2.0, 40.0, 60.0), (12.0, 200.0, 210.0), (30.0, 90.0, 95.0)]
SUMMARIES = pd.DataFrame(PASTS, columns=["x", "t_x", "T"]).assign(mean_order_value=[15.0, 30.0, 22.0, 80.0])
YEAR = Window(365, 60)


def test_by_hand() -> None:
    valued = pd.DataFrame({"purchase_value": [20.0], "spend_if_churned": [30.0]})
    worth = save_worth(valued, np.array([130.0]), YEAR)
    assert worth.iloc[0].to_dict() == {"low": 20.0, "high": 120.0, "point": 70.0}
    corrected = save_worth(valued, np.array([130.0]), YEAR, scale=0.8)
    assert corrected.iloc[0].to_dict() == {"low": 20.0, "high": 100.0, "point": 60.0}
    later = save_worth(valued, np.array([130.0]), Window(365, 60, 0.1))
    assert later["low"].item() == pytest.approx(20 * 1.1 ** (-30 / 365.25))


def test_the_high_end_is_bg_nbd_with_one_more_order_bought_just_now() -> None:
    valued = value_by_model(MODELS, SUMMARIES, YEAR)
    after = afterwards_by_model(MODELS, SUMMARIES, valued, YEAR)
    x, now = SUMMARIES["x"] + 1, SUMMARIES["T"] + 30
    np.testing.assert_allclose(
        after, expected_orders(MODELS.purchases, 335, x, now, now) * valued["purchase_value"]
    )


@pytest.mark.parametrize("row", [1, 2])
def test_the_high_end_is_what_drawn_futures_show(row: int) -> None:
    """Of drawn futures those that are silent for H/2 and then buy within two days: what they buy afterwards,
    by the model itself."""
    rng, n, days = np.random.default_rng(5), 2_000_000, 2.0
    x, t_x, T = (np.full(n, value) for value in PASTS[row])
    alive = probability_alive(MODELS.purchases, x, t_x, T)
    bought = draw_purchases(
        MODELS.purchases, x, T, alive, np.array([30.0 - days / 2, days, 335.0 - days / 2]), rng
    )
    induced = bought[(bought[:, 0] == 0) & (bought[:, 1] > 0)]
    later = induced[:, 2] - 1.0
    valued = value_by_model(MODELS, SUMMARIES, YEAR)
    expected = (afterwards_by_model(MODELS, SUMMARIES, valued, YEAR) / valued["purchase_value"])[row]
    assert len(later) > 2_000
    assert later.mean() == pytest.approx(expected, rel=0.01, abs=4 * later.std() / np.sqrt(len(later)))


def test_a_save_is_worth_less_than_those_who_come_back_by_themselves() -> None:
    valued = value_by_model(MODELS, SUMMARIES, YEAR)
    worth = save_worth(valued, afterwards_by_model(MODELS, SUMMARIES, valued, YEAR), YEAR)
    like_stayers = valued["spend_if_retained"] - valued["spend_if_churned"]
    assert (worth["low"] <= worth["point"]).all() and (worth["point"] <= worth["high"]).all()
    assert (worth["point"] < like_stayers)[1:].all()
    np.testing.assert_allclose(worth["low"], valued["purchase_value"])


@pytest.mark.parametrize("window", [Window(20, 60), Window(30, 60), Window(365, 60, 0.2)])
def test_short_windows_and_discounting(window: Window) -> None:
    valued = value_by_model(MODELS, SUMMARIES, window)
    worth = save_worth(valued, afterwards_by_model(MODELS, SUMMARIES, valued, window), window)
    assert (worth["low"] > 0).all() and (worth["low"] <= worth["high"]).all()
    assert (worth["low"] == worth["high"]).all() == (window.days <= 30)


def test_by_the_simple_rule() -> None:
    valued = value_by_rule(SUMMARIES, YEAR)
    after = afterwards_by_rule(SUMMARIES, valued, YEAR)
    np.testing.assert_allclose(after, rates_by_rule(SUMMARIES) * 335 * valued["purchase_value"])
    assert (save_worth(valued, after, YEAR)["high"] > valued["purchase_value"]).all()
