"""From the tables to the money functions: one CLV, and the most doubt where least is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import write_json
from churn_pipeline.insights.money.campaign import Campaign, CustomerEconomics, simulate
from churn_pipeline.insights.money.economics import (
    at_level,
    customer_economics,
    scored_customers,
    shop_campaign,
)
from churn_pipeline.insights.money.scenarios import specification_scenarios
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.insight_frames import shop_tables

CONFIG = ShopConfig(name="shop")


def test_the_clv_is_the_one_shown() -> None:
    """The table of values says otherwise (its own model's probability): what customer_scores shows counts,
    everywhere."""
    shop = shop_tables()
    value = shop.value.assign(clv=shop.value["clv"] * 1.11)
    high = shop.scores[shop.scores["risk_tier"] == "high"]
    everyone = specification_scenarios(shop.scores, value, CONFIG)[-1]
    assert everyone["scenario"] == "all_high_risk" and everyone["target_count"] == len(high) > 0
    assert everyone["clv_of_targets"] == pytest.approx(high["clv"].sum())
    assert everyone["revenue_protected"] == pytest.approx(0.35 * high["clv"].sum())


def test_values_of_an_earlier_version_are_refused() -> None:
    shop = shop_tables(150)
    with pytest.raises(BadInput, match="score the shop again"):
        scored_customers(shop.scores, shop.value.drop(columns="save_worth"))


def test_without_an_interval_the_spread_is_the_widest() -> None:
    shop = shop_tables()
    unknown = shop.value.assign(clv_low=float("nan"), clv_high=float("nan"), clv_error=0.54)
    known, blind = (
        customer_economics(scored_customers(shop.scores, value)) for value in (shop.value, unknown)
    )
    np.testing.assert_allclose(blind.save_value_sd, 3 * blind.save_value)
    campaign = shop_campaign(CONFIG, shop.scores)
    narrow, wide = simulate(known, campaign), simulate(blind, campaign)
    assert narrow.net_roi == pytest.approx(wide.net_roi)
    assert wide.net_roi_high - wide.net_roi_low > 1.5 * (narrow.net_roi_high - narrow.net_roi_low)


def test_the_spread_of_one_customer_leaves_out_the_error_that_all_share() -> None:
    """An 80 % interval as wide as of a spread of .5: .3 of it is shared, .4 the customer's own."""
    shop = shop_tables()
    half = 1.2815515655446004 * 0.5
    clv = shop.value["clv"]
    known = shop.value.assign(clv_low=clv * (1 - half), clv_high=clv * (1 + half), clv_error=0.3)
    scored = scored_customers(
        shop.scores.assign(clv=shop.scores["customer_id"].map(known.set_index("customer_id")["clv"])), known
    )
    economics = customer_economics(scored)
    np.testing.assert_allclose(economics.save_value_sd, 0.4 * economics.save_value)
    assert economics.value_error == pytest.approx(0.3)


def test_each_common_error_widens_the_interval() -> None:
    shop = shop_tables()
    customers = customer_economics(scored_customers(shop.scores, shop.value))
    zero = np.zeros(len(customers.clv))
    plain = Campaign(targets=60)
    widths = [
        outcome.net_roi_high - outcome.net_roi_low
        for outcome in (
            simulate(replace(customers, save_value_half=zero, value_error=0.0), plain),
            simulate(replace(customers, save_value_half=zero), plain),
            simulate(customers, plain),
            simulate(customers, replace(plain, level_error=0.5)),
        )
    ]
    assert widths == sorted(widths) and len(set(widths)) == 4


def test_the_probability_of_a_loss_counts_value_and_level() -> None:
    """A list of thousands, whose luck evens out: what they may all be off by decides."""
    one = CustomerEconomics(*(np.full(20_000, v) for v in (0.3, 100.0, 60.0, 30.0, 40.0)))
    campaign = Campaign(targets=20_000, success_rate=0.35, success_evidence=2000, contact_cost=1.0)
    value, level = replace(one, value_error=0.3), replace(campaign, level_error=0.5)
    losses = [
        simulate(*given).probability_of_loss
        for given in ((one, campaign), (value, campaign), (one, level), (value, level))
    ]
    assert losses[0] is not None and losses[0] < 0.01
    assert losses[0] < min(losses[1:3]) and max(losses[1:3]) < losses[3] < 0.5


def test_the_levels_own_error_replaces_the_assumed_one(tmp_path: Path) -> None:
    store = ShopStore(tmp_path)
    assert at_level(CONFIG, store) is CONFIG
    write_json(tmp_path / "level.json", {"now": None})
    assert at_level(CONFIG, store).roi.level_error == CONFIG.roi.level_error
    write_json(tmp_path / "level.json", {"now": {"sd": 0.11}})
    shop = shop_tables()
    campaign = shop_campaign(at_level(CONFIG, store), shop.scores)
    assert campaign.level_error == 0.11
    customers = customer_economics(scored_customers(shop.scores, shop.value))
    known, assumed = (simulate(customers, c) for c in (campaign, shop_campaign(CONFIG, shop.scores)))
    assert known.net_roi == assumed.net_roi
    assert known.net_roi_high - known.net_roi_low < assumed.net_roi_high - assumed.net_roi_low
