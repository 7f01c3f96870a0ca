"""What campaigns kept, pooled over all, by offer and by tier, and what follows for money and actions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.assignment.offers import campaign_offers, offer_profits
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.insights.actions.choice import (
    at_tier,
    best_actions,
    contactable_customers,
    measured_catalogue,
)
from churn_pipeline.insights.money.economics import assumed_campaign
from churn_pipeline.insights.money.measured_rates import MeasuredRate, PooledRate, measured_rate
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.insight_frames import shop_tables

CONFIG = ShopConfig(name="shop")
Z95 = 1.959963984540054
Z80 = 1.2815515655446004


def row(
    arm: str, rate: float, sd: float, campaign: str = "a", segment: str | None = None, **more: object
) -> dict:
    return {
        "campaign_id": campaign,
        "arm": arm,
        "outcome": "success_rate",
        "estimate": rate,
        "low": rate - Z95 * sd,
        "high": rate + Z95 * sd,
        "n_treated": 500,
        "n_control": 500,
        "verdict": "better",
        "treated": 0.4,
        "control": 0.5,
        "always_low": None,
        "always_high": None,
        "measured_at": pd.Timestamp("2024-06-01"),
        "complete": True,
        "segment": segment,
        **more,
    }


def rates(folder: Path, *rows: dict) -> MeasuredRate | None:
    write_table(folder, "campaign_results", pd.DataFrame(rows), TableVersion("r", "v"))
    return measured_rate(ShopStore(folder))


def at_usual(rate: float, sd: float, **more: object) -> dict:
    return row("discount_20", rate, sd, **more) | {"outcome": "success_rate_at_usual_discount"}


def test_an_offer_has_its_own_rate_where_that_is_known(tmp_path: Path) -> None:
    found = rates(
        tmp_path,
        at_usual(0.2, 0.03),
        row("discount_20", 0.2, 0.03),
        row("manager_call", 0.5, 0.04),
        row("manager_call", 0.4, 0.04, campaign="b"),
        row("small_discount", 0.3, 0.4),
        row("all", 0.9, 0.01),
    )
    assert found is not None and set(found.offers) == {"discount_20", "manager_call"}
    call = found.offers["manager_call"]
    assert (call.rate, call.campaigns) == (pytest.approx(0.45), 2)
    catalogue = {action.name: action.success_rate for action in measured_catalogue(CONFIG, found).actions}
    assert catalogue["manager_call"] == pytest.approx(0.45)
    assert catalogue["small_discount"] == pytest.approx(0.2 * 0.2 / 0.35)  # never measured well: moved as all
    [offer] = campaign_offers(["manager_call"], CONFIG, found)
    assert offer.campaign.success_rate == pytest.approx(0.45)
    own = assumed_campaign(CONFIG, found.of_offer("manager_call"))
    assert offer.campaign.success_evidence == pytest.approx(own.success_evidence)


def test_a_discount_has_the_rate_of_its_own_depth(tmp_path: Path) -> None:
    found = rates(
        tmp_path, at_usual(0.3, 0.03), row("discount_10", 0.05, 0.02), row("discount_20", 0.3, 0.03)
    )
    assert found is not None
    ten, fifteen = campaign_offers([10, 15], CONFIG, found)
    assert ten.campaign.success_rate == pytest.approx(0.05)
    assert ten.campaign.discount_percent == 10
    assert 0.05 < fifteen.campaign.success_rate < 0.3


def test_two_measured_depths_bend_the_curve() -> None:
    def curve(ten: float, thirty: float, sd: float):
        offers = {
            f"discount_{depth}": PooledRate(rate, rate - Z80 * sd, rate + Z80 * sd, 1)
            for depth, rate in ((10, ten), (30, thirty))
        }
        return response_curve(CONFIG, MeasuredRate(0.3, 0.25, 0.35, offers))

    assumed = response_curve(CONFIG).saturation
    flat, steep = curve(0.29, 0.30, 0.01), curve(0.10, 0.30, 0.01)
    assert flat.saturation < assumed < steep.saturation
    assert flat.at(10) == pytest.approx(0.29, abs=0.02) and steep.at(30) == pytest.approx(0.30, abs=0.02)
    vague = curve(0.29, 0.30, 0.3)
    assert abs(np.log(vague.saturation / assumed)) < 0.15  # hardly known: the assumed bend stays
    only = MeasuredRate(0.3, 0.25, 0.35, {"discount_10": PooledRate(0.29, 0.28, 0.30, 1)})
    assert response_curve(CONFIG, only).saturation == assumed


def test_tiers_differ_as_far_as_it_shows(tmp_path: Path) -> None:
    sure = rates(
        tmp_path,
        at_usual(0.3, 0.03),
        row("discount_20", 0.5, 0.02, segment="high_risk"),
        row("discount_20", 0.1, 0.02, segment="medium_risk"),
    )
    chance = rates(
        tmp_path,
        at_usual(0.3, 0.03),
        row("discount_20", 0.32, 0.1, segment="high_risk"),
        row("discount_20", 0.28, 0.1, segment="medium_risk"),
    )
    assert sure is not None and chance is not None
    assert sure.of_tier("high_risk") == pytest.approx(5 / 3, rel=0.02)
    assert sure.of_tier("medium_risk") == pytest.approx(1 / 3, rel=0.05)
    assert chance.of_tier("high_risk") == chance.of_tier("medium_risk") == 1.0
    assert sure.of_tier("low_risk") == 1.0
    campaign = assumed_campaign(CONFIG, sure)
    assert at_tier(campaign, "high_risk", sure).success_rate == pytest.approx(0.3 * sure.of_tier("high_risk"))
    assert at_tier(campaign, "high_risk", None) == campaign


def test_tiers_reach_actions_and_the_profit_of_campaigns() -> None:
    shop = shop_tables()
    customers = contactable_customers(shop.scores, shop.value)
    plain = MeasuredRate(0.3, 0.25, 0.35)
    none_kept = MeasuredRate(0.3, 0.25, 0.35, tiers={"high_risk": 0.0, "medium_risk": 1.0})
    offers = campaign_offers([20], CONFIG, plain)
    before, *_ = offer_profits(customers, offers, plain)
    after, *_ = offer_profits(customers, offers, none_kept)
    high = (customers["segment"] == "high_risk").to_numpy()
    assert (after[high] < 0).all() and (before[high] > 0).any()
    assert (after[~high] == before[~high]).all()
    found = best_actions(customers, CONFIG, has_products=False, measured=none_kept)
    assert "high_risk" not in set(found["segment"]) and "medium_risk" in set(found["segment"])


def test_results_of_an_earlier_version_have_no_segments(tmp_path: Path) -> None:
    table = pd.DataFrame([at_usual(0.3, 0.03), row("discount_20", 0.3, 0.03)])
    write_table(tmp_path, "campaign_results", table, TableVersion("r", "v"))
    found = measured_rate(ShopStore(tmp_path))
    assert found is not None and found.tiers == {} and found.to_document()["rate"] == pytest.approx(0.3)
