"""Target lists: who stands on which, in what order, with what offer and for what reasons."""

from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.campaigns.target_lists import target_lists
from churn_pipeline.campaigns.uplift.learned_profit import LearnedEffects
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, conform, write_table
from churn_pipeline.core.tables import TARGET_LISTS, TRANSACTIONS
from churn_pipeline.core.wording import counted
from churn_pipeline.insights.actions.complements import bought_products
from churn_pipeline.insights.actions.recommendations import recommend
from churn_pipeline.insights.money.scenarios import roi_scenarios
from churn_pipeline.shop.actions import STANDARD_ACTIONS
from churn_pipeline.shop.config import RoiAssumptions, ShopConfig
from churn_pipeline_tests.builders.insight_frames import Shop, shop_tables

PAYING = tuple(
    action.model_copy(update={"success_rate": 0.9, "contact_cost": 0.0})
    if action.kind in ("win_back", "second_order")
    else action
    for action in STANDARD_ACTIONS
)
CONFIG = ShopConfig(name="shop", currency="€", actions=PAYING)


def lists_of(shop: Shop, folder: Path, config: ShopConfig = CONFIG) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table, and the scenarios that it belongs to."""
    write_table(folder, TRANSACTIONS.name, shop.ledger, TableVersion("r", "v"))
    bought = bought_products(ShopStore(folder), shop.scores["as_of"].max())
    scenarios = roi_scenarios(shop.scores, shop.value, config)
    actions = recommend(shop.scores, shop.value, bought, config).actions
    table = target_lists(shop.scores, shop.value, scenarios, actions, bought, config)
    conform(TARGET_LISTS.name, table)
    return table, scenarios


def test_the_recommended_list_is_the_campaign_with_the_star(tmp_path: Path) -> None:
    table, scenarios = lists_of(shop_tables(), tmp_path)
    star = scenarios[scenarios["recommended"]].iloc[0]
    listed = table[table["list"] == "recommended"]
    assert len(listed) == star["target_count"] > 10
    assert listed["expected_profit"].sum() == pytest.approx(star["net_roi"])
    assert listed["expected_profit"].is_monotonic_decreasing
    assert listed["rank"].tolist() == list(range(1, len(listed) + 1))
    assert set(listed["discount_percent"]) == {star["discount_percent"]}
    assert set(listed["offer"]) == {f"{star['discount_percent']:g} % discount"}
    assert listed["subject"].str.contains(f"{star['discount_percent']:g}% off").all()
    assert listed["churn_probability"].notna().all()


def test_the_risk_list_holds_everyone_at_high_risk_the_most_valuable_first(tmp_path: Path) -> None:
    shop = shop_tables()
    table, _ = lists_of(shop, tmp_path)
    listed = table[table["list"] == "high_risk"]
    assert set(listed["customer_id"]) == set(
        shop.scores.loc[shop.scores["risk_tier"] == "high", "customer_id"]
    )
    assert listed["clv"].is_monotonic_decreasing and (listed["churn_probability"] > 0.7).all()


@pytest.mark.parametrize(("name", "status"), [("win_back", "lapsed"), ("second_order", "new")])
def test_the_lapsed_and_the_new_worth_an_offer_have_their_own_lists(
    tmp_path: Path, name: str, status: str
) -> None:
    shop = shop_tables()
    table, _ = lists_of(shop, tmp_path)
    listed = table[table["list"] == name]
    own = shop.scores.set_index("customer_id").loc[listed["customer_id"]]
    assert len(listed) and set(own["status"]) == {status}
    assert listed["churn_probability"].isna().all() and (listed["expected_profit"] > 0).all()
    assert listed["expected_profit"].is_monotonic_decreasing
    assert listed["return_probability"].tolist() == own["return_probability"].tolist()
    for days, reasons in zip(listed["days_since_last_order"], listed["reasons"], strict=True):
        ago = counted(round(days), "days")
        assert reasons == [f"No order for {ago}" if status == "lapsed" else f"1 order, {ago} ago"]


def test_reasons_are_those_that_raise_churn_without_their_points(tmp_path: Path) -> None:
    shop = shop_tables()
    factors = [
        {"factor": "overdue", "feature": "f", "value": 1.0, "impact": 0.04, "reason": "Late (+0.04)"},
        {
            "factor": "few_orders",
            "feature": "f",
            "value": 1.0,
            "impact": 0.1,
            "reason": "Few (2) orders (+0.10)",
        },
        {
            "factor": "order_value",
            "feature": "f",
            "value": 1.0,
            "impact": -0.2,
            "reason": "Large orders (-0.20)",
        },
    ]
    scored = shop.scores["top_risk_factors"].notna()
    shop.scores["top_risk_factors"] = [factors if known else None for known in scored]
    table, _ = lists_of(shop, tmp_path)
    reasons = table.loc[table["list"] == "recommended", "reasons"]
    assert all(found == ["Few (2) orders", "Late"] for found in reasons)


def test_where_no_campaign_pays_the_recommended_list_is_empty(tmp_path: Path) -> None:
    hopeless = ShopConfig(name="shop", roi=RoiAssumptions(contact_cost=1e6, fixed_cost=1e9))
    table, scenarios = lists_of(shop_tables(), tmp_path, hopeless)
    assert not scenarios["recommended"].any()
    assert "recommended" not in set(table["list"]) and "high_risk" in set(table["list"])


def test_a_learner_in_use_ranks_the_recommended_list_and_leaves_sleeping_dogs_out(tmp_path: Path) -> None:
    shop = shop_tables()
    table, scenarios = lists_of(shop, tmp_path)
    listed = table[table["list"] == "recommended"]["customer_id"].tolist()
    dog, favourite = listed[0], listed[-1]
    effect = pd.Series(0.05, index=listed)
    effect[[dog, favourite]] = [-0.2, 0.9]
    bought = bought_products(ShopStore(tmp_path), shop.scores["as_of"].max())
    actions = recommend(shop.scores, shop.value, bought, CONFIG).actions
    learned = LearnedEffects(effect, kept_share=0.3)
    found = target_lists(shop.scores, shop.value, scenarios, actions, bought, CONFIG, None, learned)
    ranked = found[found["list"] == "recommended"]
    assert ranked["customer_id"].iloc[0] == favourite and dog not in set(ranked["customer_id"])
    assert (ranked["expected_profit"] > 0).all() and ranked["expected_profit"].is_monotonic_decreasing
    others = found["list"] != "recommended"
    assert (
        found[others]["customer_id"].tolist() == table[table["list"] != "recommended"]["customer_id"].tolist()
    )
