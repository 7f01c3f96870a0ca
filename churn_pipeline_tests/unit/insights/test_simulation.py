"""Campaigns as they are asked for on the command line."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.errors import BadInput
from churn_pipeline.insights.economics import MeasuredRate, measured_rate
from churn_pipeline.insights.scenarios import roi_scenarios
from churn_pipeline.insights.simulation import CampaignRequest, simulate_campaign
from churn_pipeline.shops import RoiAssumptions, ShopConfig
from churn_pipeline.storage import TableVersion, write_table
from churn_pipeline_tests.unit.insights.frames import shop_tables

CONFIG = ShopConfig(name="shop")


def test_the_specifications_request() -> None:
    shop = shop_tables(150)
    request = CampaignRequest(targets=100, success_rate=0.35, cost_per_customer=8, clv=165, assume_all_churn=True)
    answer = simulate_campaign(shop.scores, shop.value, CONFIG, request)
    outputs = answer["outputs"]
    figures = [outputs[k] for k in ("total_cost", "expected_saves", "revenue_protected", "net_roi", "roi_percent")]
    assert [round(x) for x in figures] == [800, 35, 5775, 4975, 622]
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def test_what_is_not_asked_comes_from_the_shop() -> None:
    shop = shop_tables()
    config = ShopConfig(name="shop", roi=RoiAssumptions(success_rate=0.2, discount_percent=15))
    answer = simulate_campaign(shop.scores, shop.value, config, CampaignRequest(targets=50))
    scenario = roi_scenarios(shop.scores, shop.value, config).iloc[0]
    assert answer["inputs"]["success_rate"] == 0.2 and answer["inputs"]["success_rate_source"] == "assumed"
    assert answer["outputs"]["net_roi"] == pytest.approx(scenario["net_roi"])


def test_a_measured_rate_is_used_unless_another_is_asked_for() -> None:
    shop = shop_tables(150)
    measured = MeasuredRate(0.1, 0.05, 0.15)
    used = simulate_campaign(shop.scores, shop.value, CONFIG, CampaignRequest(), measured)["inputs"]
    asked = simulate_campaign(shop.scores, shop.value, CONFIG, CampaignRequest(success_rate=0.3), measured)["inputs"]
    assert (used["success_rate"], used["success_rate_source"]) == (0.1, "measured in the shop's own campaigns")
    assert (asked["success_rate"], asked["success_rate_source"]) == (0.3, "asked for")


def test_measured_campaigns_are_pooled_by_what_they_know(tmp_path: Path) -> None:
    assert measured_rate(tmp_path) is None
    campaign = {"campaign": "spring", "measured_at": pd.Timestamp("2024-06-01"), "contacted": 500, "control": 500}
    spring = campaign | {"success_rate": 0.2, "success_rate_low": 0.1, "success_rate_high": 0.3}
    summer = campaign | {"campaign": "summer", "success_rate": 0.5, "success_rate_low": 0.1, "success_rate_high": 0.9}
    write_table(tmp_path, "campaign_results", pd.DataFrame([spring, summer]), TableVersion("r", "v"))
    found = measured_rate(tmp_path)
    assert found is not None
    assert found.rate == pytest.approx((16 * 0.2 + 0.5) / 17)
    assert found.high - found.low == pytest.approx(0.2 * np.sqrt(16 / 17))
    shop = shop_tables(150)
    assert roi_scenarios(shop.scores, shop.value, CONFIG, found)["success_rate"].unique() == pytest.approx(found.rate)


def test_asking_for_nobody_or_for_more_than_there_are_is_said() -> None:
    shop = shop_tables(150)
    nobody, many = (
        simulate_campaign(shop.scores, shop.value, CONFIG, CampaignRequest(targets=targets))["outputs"] for targets in (0, 100_000)
    )
    assert nobody["notes"] == ["No customer was asked for."] and nobody["total_cost"] == 0
    assert many["notes"] == [f"100,000 customers were asked for, only {many['candidates']} are scored; all of them are contacted."]


def test_impossible_requests_are_refused() -> None:
    shop = shop_tables(150)
    with pytest.raises(BadInput, match="discount_percent is 120"):
        simulate_campaign(shop.scores, shop.value, CONFIG, CampaignRequest(discount_percent=120))
