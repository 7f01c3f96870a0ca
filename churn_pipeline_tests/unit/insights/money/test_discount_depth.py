"""The discount that pays best: neither always the smallest nor always the deepest, and told with how firm it
is."""

from dataclasses import replace

import numpy as np
import pytest

from churn_pipeline.insights.money.campaign import Campaign, CustomerEconomics
from churn_pipeline.insights.money.discount_depth import best_depth, depth_options
from churn_pipeline.insights.money.economics import customer_economics, scored_customers, shop_campaign
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.insight_frames import shop_tables

CONFIG = ShopConfig(name="shop")
CURVE = response_curve(CONFIG)


def customers(p: float, save: float, order: float, half: float = 0.0) -> CustomerEconomics:
    return CustomerEconomics(
        *(np.full(200, v) for v in (p, save, save, save / 2, order)), save_value_half=np.full(200, half)
    )


def test_a_save_of_little_worth_wants_a_small_discount_and_one_of_much_a_deep_one() -> None:
    """By hand: p (s v - d (s - r)) - r d - c at each depth, the greatest of them."""
    for p, save, order, expected in (
        (0.2, 40.0, 40.0, 5.0),
        (0.35, 40.0, 40.0, 15.0),
        (0.35, 50.0, 40.0, 20.0),
        (0.8, 400.0, 40.0, 25.0),
    ):
        options = depth_options(customers(p, save, order), Campaign(), CONFIG, CURVE)
        found = {option.campaign.discount_percent: option.outcome.net_roi for option in options}
        by_hand = {}
        for depth in found:
            d, s = depth / 100 * order, CURVE.at(depth)
            by_hand[depth] = max(200 * (p * (s * save - d * (s - 0.5)) - 0.5 * d - 0.5), 0.0)
        assert found == pytest.approx(by_hand)
        assert (
            best_depth(options).campaign.discount_percent
            == max(by_hand, key=lambda depth: by_hand[depth])
            == expected
        )


def test_how_firm_the_choice_is() -> None:
    clear = depth_options(customers(0.8, 4000.0, 40.0), Campaign(), CONFIG, CURVE)
    close = depth_options(customers(0.35, 45.0, 40.0, half=20.0), Campaign(), CONFIG, CURVE)
    for options in (clear, close):
        assert sum(option.best_in_share_of_draws for option in options) == pytest.approx(1)
    assert best_depth(clear).best_in_share_of_draws > 0.95 > 0.7 > best_depth(close).best_in_share_of_draws


def test_the_shops_own_discounts_are_among_those_tried() -> None:
    shop = shop_tables(150)
    config = CONFIG.model_copy(update={"roi": CONFIG.roi.model_copy(update={"discount_percent": 12.0})})
    economics = customer_economics(scored_customers(shop.scores, shop.value))
    options = depth_options(economics, shop_campaign(config, shop.scores), config, response_curve(config))
    assert [option.campaign.discount_percent for option in options] == [5, 10, 12, 15, 20, 25]
    dear = depth_options(
        economics,
        replace(shop_campaign(config, shop.scores), contact_cost=1e6),
        config,
        response_curve(config),
    )
    assert all(option.outcome.target_count == 0 for option in dear)
