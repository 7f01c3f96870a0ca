"""Scenarios against the campaigns they stand for."""

import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import ROI_SCENARIOS
from churn_pipeline.insights.money.campaign import simulate
from churn_pipeline.insights.money.economics import customer_economics, scored_customers, shop_campaign
from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.money.scenarios import (
    profit_curve_points,
    roi_scenarios,
    sensitivity_table,
    specification_scenarios,
)
from churn_pipeline.shop.config import RoiAssumptions, ShopConfig
from churn_pipeline_tests.builders.insight_frames import shop_tables

CONFIG = ShopConfig(name="shop")


def test_scenarios_of_the_settings_and_the_profit_optimum_with_the_star() -> None:
    shop = shop_tables()
    table = roi_scenarios(shop.scores, shop.value, CONFIG)
    conform(ROI_SCENARIOS.name, table)
    assert table["scenario"].tolist() == ["top_50", "top_100", "top_200", "all_high_risk", "profit_optimal"]
    assert table["discount_percent"].tolist()[:4] == [15, 20, 25, 20]
    assert table.loc[table["recommended"], "scenario"].tolist() == ["profit_optimal"]
    assert table["net_roi"].max() == table["net_roi"].iloc[-1]
    assert (table["net_roi"] - (table["revenue_protected"] - table["total_cost"])).abs().max() < 1e-9
    high = int((shop.scores["churn_probability"] > 0.7).sum())
    assert table["target_count"].iloc[3] == high > 0
    assert table["net_roi"].between(table["net_roi_low"], table["net_roi_high"]).all()


def test_the_star_says_how_firm_its_discount_is() -> None:
    shop = shop_tables()
    table = roi_scenarios(shop.scores, shop.value, CONFIG)
    assert table["best_depth_in_share_of_draws"].isna().tolist() == [True] * 4 + [False]
    assert 0 < table["best_depth_in_share_of_draws"].iloc[-1] <= 1
    assert table["success_rate"].tolist()[:4] == pytest.approx([0.2804, 0.35, 0.4103, 0.35], abs=1e-4)


def test_no_star_where_no_list_pays() -> None:
    shop = shop_tables(150)
    table = roi_scenarios(
        shop.scores, shop.value, ShopConfig(name="shop", roi=RoiAssumptions(contact_cost=1e6))
    )
    assert not table["recommended"].any()
    assert table["target_count"].iloc[-1] == 0


def test_nobody_scored() -> None:
    shop = shop_tables(150)
    scores = shop.scores.assign(churn_probability=float("nan"), risk_tier=None, status="lapsed")
    table = roi_scenarios(scores, shop.value, CONFIG)
    conform(ROI_SCENARIOS.name, table)
    assert table["target_count"].tolist() == [0] * 5
    assert (
        profit_curve_points(
            customer_economics(scored_customers(scores, shop.value)), shop_campaign(CONFIG, scores)
        )
        == []
    )


def test_a_scored_customer_without_a_value_is_refused() -> None:
    shop = shop_tables(150)
    with pytest.raises(BadInput, match="customer_value"):
        roi_scenarios(shop.scores, shop.value.iloc[:10], CONFIG)


def test_a_measured_rate_replaces_the_assumed_one() -> None:
    shop = shop_tables()
    assumed = roi_scenarios(shop.scores, shop.value, CONFIG)
    sure = roi_scenarios(shop.scores, shop.value, CONFIG, MeasuredRate(0.35, 0.34, 0.36))
    poor = roi_scenarios(shop.scores, shop.value, CONFIG, MeasuredRate(0.05, -0.02, 0.12))
    assert (sure["net_roi_high"] - sure["net_roi_low"]).iloc[1] < (
        assumed["net_roi_high"] - assumed["net_roi_low"]
    ).iloc[1]
    at_20_percent = poor["discount_percent"] == 20
    assert poor.loc[at_20_percent, "success_rate"].eq(0.05).all()
    assert poor["success_rate"].iloc[0] < 0.05 < poor["success_rate"].iloc[2]
    assert poor["net_roi"].iloc[1] < assumed["net_roi"].iloc[1]


def test_specification_scenarios_follow_its_formula() -> None:
    shop = shop_tables()
    high = shop.scores[shop.scores["churn_probability"] > 0.7].sort_values("clv", ascending=False)
    row = specification_scenarios(shop.scores, shop.value, CONFIG)[0]
    targets = high.head(50)
    assert row["target_count"] == len(targets)
    assert row["expected_saves"] == pytest.approx(0.35 * len(targets))
    assert row["revenue_protected"] == pytest.approx(0.35 * len(targets) * targets["clv"].mean())


def test_curve_and_sensitivity_hold_the_campaign_itself() -> None:
    shop = shop_tables()
    customers, campaign = (
        customer_economics(scored_customers(shop.scores, shop.value)),
        shop_campaign(CONFIG, shop.scores),
    )
    outcome = simulate(customers, campaign)
    points = pd.DataFrame(profit_curve_points(customers, campaign))
    assert points["expected_profit"].max() == pytest.approx(outcome.net_roi)
    table = pd.DataFrame(sensitivity_table(customers, campaign))
    own = table[(table["success_rate"] == 0.35) & (table["discount_percent"] == 20)]
    assert own["net_roi"].item() == pytest.approx(outcome.net_roi)
    assert table.groupby("discount_percent")["net_roi"].apply(lambda s: s.is_monotonic_increasing).all()
