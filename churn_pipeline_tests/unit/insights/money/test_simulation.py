"""Campaigns as they are asked for on the command line."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.insights.money.measured_rates import MeasuredRate, measured_rate
from churn_pipeline.insights.money.scenarios import roi_scenarios
from churn_pipeline.insights.money.simulation import CampaignRequest, simulate_campaign
from churn_pipeline.shop.config import RoiAssumptions, ShopConfig
from churn_pipeline_tests.builders.insight_frames import shop_tables

CONFIG = ShopConfig(name="shop")


def test_the_specifications_request() -> None:
    shop = shop_tables(150)
    request = CampaignRequest(
        targets=100, success_rate=0.35, cost_per_customer=8, clv=165, assume_all_churn=True
    )
    answer = simulate_campaign(shop.scores, shop.value, CONFIG, request)
    outputs = answer["outputs"]
    figures = [
        outputs[k] for k in ("total_cost", "expected_saves", "revenue_protected", "net_roi", "roi_percent")
    ]
    assert [round(x) for x in figures] == [800, 35, 5775, 4975, 622]
    assert len(answer["about"]) == 1 and "revenue, not profit" in answer["about"][0]
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
    asked = simulate_campaign(shop.scores, shop.value, CONFIG, CampaignRequest(success_rate=0.3), measured)[
        "inputs"
    ]
    assert (used["success_rate"], used["success_rate_source"]) == (
        0.1,
        "measured in the shop's own campaigns",
    )
    assert (asked["success_rate"], asked["success_rate_source"]) == (0.3, "asked for")


def measured(campaign: str, rate: float, half: float, complete: bool = True) -> dict[str, object]:
    """A campaign's success rate with its 80 % interval, as the table has it: with the 95 % one."""
    wide = half * 1.959963984540054 / 1.2815515655446004
    return {
        "campaign_id": campaign,
        "arm": "discount_20",
        "outcome": "success_rate_at_usual_discount",
        "estimate": rate,
        "low": rate - wide,
        "high": rate + wide,
        "n_treated": 500,
        "n_control": 500,
        "verdict": "better",
        "treated": 0.4,
        "control": 0.5,
        "always_low": None,
        "always_high": None,
        "measured_at": pd.Timestamp("2024-06-01"),
        "complete": complete,
        "segment": None,
    }


def rate_of(folder: Path, *campaigns: dict[str, object]) -> MeasuredRate | None:
    write_table(folder, "campaign_results", pd.DataFrame(campaigns), TableVersion("r", "v"))
    return measured_rate(ShopStore(folder))


def test_campaigns_that_differ_by_more_than_chance_give_a_wider_interval(tmp_path: Path) -> None:
    alike = rate_of(tmp_path, measured("a", 0.2, 0.05), measured("b", 0.22, 0.05))
    unlike = rate_of(tmp_path, measured("a", 0.1, 0.05), measured("b", 0.32, 0.05))
    assert alike is not None and unlike is not None
    assert alike.rate == pytest.approx(unlike.rate) == pytest.approx(0.21)
    assert alike.high - alike.low == pytest.approx(0.1 / np.sqrt(2))
    # DerSimonian & Laird by hand: variance between = (.22^2 / 2) - v, so the mean's is .22^2 / 4
    assert unlike.high - unlike.low == pytest.approx(2 * 1.2815515655446004 * 0.22 / 2)


def test_what_is_hardly_known_or_not_over_replaces_no_assumption(tmp_path: Path) -> None:
    assert rate_of(tmp_path, measured("a", 0.2, 0.21)) is None
    assert rate_of(tmp_path, measured("a", 0.2, 0.1, complete=False)) is None


def test_measured_campaigns_are_pooled_by_what_they_know(tmp_path: Path) -> None:
    assert measured_rate(ShopStore(tmp_path)) is None
    spring, summer = measured("spring", 0.2, 0.1), measured("summer", 0.5, 0.4)
    write_table(tmp_path, "campaign_results", pd.DataFrame([spring, summer]), TableVersion("r", "v"))
    found = measured_rate(ShopStore(tmp_path))
    assert found is not None
    assert found.rate == pytest.approx((16 * 0.2 + 0.5) / 17)
    assert found.high - found.low == pytest.approx(0.2 * np.sqrt(16 / 17))
    shop = shop_tables(150)
    scenarios = roi_scenarios(shop.scores, shop.value, CONFIG, found).set_index("scenario")
    assert scenarios.loc["top_100", "success_rate"] == pytest.approx(found.rate)


def test_the_success_rate_is_the_response_at_the_discount() -> None:
    shop = shop_tables(150)
    shallow, flat = (
        simulate_campaign(shop.scores, shop.value, CONFIG, request)["inputs"]
        for request in (CampaignRequest(discount_percent=10), CampaignRequest(cost_per_customer=3))
    )
    assert shallow["success_rate"] == pytest.approx(0.2, abs=1e-4) and flat["success_rate"] == 0.35


def test_asking_for_nobody_or_for_more_than_there_are_is_said() -> None:
    shop = shop_tables(150)
    nobody, many = (
        simulate_campaign(shop.scores, shop.value, CONFIG, CampaignRequest(targets=targets))["outputs"]
        for targets in (0, 100_000)
    )
    assert nobody["notes"] == ["No customer was asked for."] and nobody["total_cost"] == 0
    assert many["notes"] == [
        f"100,000 customers were asked for, only {many['candidates']} are scored; all of them are contacted."
    ]


def test_impossible_requests_are_refused() -> None:
    shop = shop_tables(150)
    with pytest.raises(BadInput, match="discount_percent is 120"):
        simulate_campaign(shop.scores, shop.value, CONFIG, CampaignRequest(discount_percent=120))


def test_another_margin_scales_the_values_and_not_the_discounts() -> None:
    shop = shop_tables()
    asked = CampaignRequest(targets=50, success_rate=0.3, discount_percent=10, gross_margin=0.5)
    half = simulate_campaign(shop.scores, shop.value, CONFIG, asked)
    whole = simulate_campaign(shop.scores, shop.value, CONFIG, replace(asked, gross_margin=None))
    assert half["inputs"]["gross_margin"] == 0.5
    assert half["outputs"]["total_cost"] / half["outputs"]["target_count"] < 1.5 * (
        whole["outputs"]["total_cost"] / whole["outputs"]["target_count"]
    )
    assert half["outputs"]["revenue_protected"] < 0.6 * whole["outputs"]["revenue_protected"]
    assert "gross margin of 50 %" in half["about"][0]


def test_a_margin_of_nothing_is_refused() -> None:
    shop = shop_tables()
    with pytest.raises(BadInput, match="gross margin is 0"):
        simulate_campaign(shop.scores, shop.value, CONFIG, CampaignRequest(gross_margin=0.0))
