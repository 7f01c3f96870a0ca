"""Recommendations: the most profitable action for each customer, sums that agree, messages that hold what was
asked."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, conform, write_table
from churn_pipeline.core.tables import RECOMMENDATIONS, RECOMMENDED_ACTIONS, TRANSACTIONS
from churn_pipeline.core.wording import money
from churn_pipeline.insights.actions.choice import best_actions, contactable_customers
from churn_pipeline.insights.actions.complements import bought_products, complementary_products
from churn_pipeline.insights.actions.messages import OPENINGS, compose
from churn_pipeline.insights.actions.recommendations import (
    Recommendations,
    recommend,
    recommendations_document,
)
from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.money.scenarios import roi_scenarios
from churn_pipeline.shop.actions import RetentionAction
from churn_pipeline.shop.config import RoiAssumptions, ShopConfig
from churn_pipeline_tests.builders.insight_frames import Shop, shop_tables

CONFIG = ShopConfig(name="shop", currency="€")
NOTHING_BOUGHT = pd.DataFrame({"customer_id": [], "product": []}, dtype=object)


def recommended(shop: Shop, folder: Path) -> Recommendations:
    store = ShopStore(folder)
    store.write(TRANSACTIONS.name, shop.ledger, "r")
    return recommend(shop.scores, shop.value, bought_products(store, shop.scores["as_of"].max()), CONFIG)


def profit_by_hand(row: pd.Series, action: RetentionAction) -> float:
    p = 1 - row["return_probability"]
    d = action.discount_percent / 100 * row["expected_order_value"]
    return float(
        p * action.success_rate * (row["save_worth"] - d)
        - (1 - p) * CONFIG.roi.redemption_rate * d
        - action.contact_cost
    )


def test_each_customer_gets_the_most_profitable_fitting_action() -> None:
    shop = shop_tables()
    customers = contactable_customers(shop.scores, shop.value)
    chosen = best_actions(customers, CONFIG, has_products=True).set_index("customer_id")
    everyone = shop.scores.drop(columns="clv").merge(shop.value, on="customer_id").set_index("customer_id")
    reasons = customers.set_index("customer_id")[["segment", "reason"]]
    assert len(set(chosen["action"])) > 1 and {"lapsed", "new"} <= set(chosen["segment"])
    for customer, row in reasons.iterrows():
        fitting = [
            a
            for a in CONFIG.actions
            if row["segment"] in a.segments and (not a.reasons or row["reason"] in a.reasons)
        ]
        best = max((profit_by_hand(everyone.loc[customer], a) for a in fitting), default=-np.inf)
        if best > 0:
            assert chosen.loc[customer, "expected_profit"] == pytest.approx(best)
        else:
            assert customer not in chosen.index


def test_groups_are_the_sums_of_their_customers_and_say_so(tmp_path: Path) -> None:
    result = recommended(shop_tables(), tmp_path)
    conform(RECOMMENDATIONS.name, result.groups)
    conform(RECOMMENDED_ACTIONS.name, result.actions)
    assert result.groups["expected_profit"].is_monotonic_decreasing
    for row in result.groups.to_dict("records"):
        members = result.actions[
            (result.actions["segment"] == row["segment"]) & (result.actions["action"] == row["action"])
        ]
        assert row["customers"] == len(members)
        assert row["expected_profit"] == pytest.approx(members["expected_profit"].sum())
        assert f"expected profit {money(row['expected_profit'], '€')}" in row["sentence"]
        assert row["expected_profit_low"] < row["expected_profit"] < row["expected_profit_high"]


def test_measured_rates_reach_the_actions(tmp_path: Path) -> None:
    """Campaigns saved a fifth of what was assumed: so do the actions promise, but for win-backs, which reach
    other people."""
    shop, measured = shop_tables(), MeasuredRate(0.07, 0.05, 0.09)
    write_table(tmp_path, TRANSACTIONS.name, shop.ledger, TableVersion("r", "v"))
    bought = bought_products(ShopStore(tmp_path), shop.scores["as_of"].max())
    assumed, found = (
        recommend(shop.scores, shop.value, bought, CONFIG, rate).groups for rate in (None, measured)
    )
    catalogue = {action.name: action.success_rate for action in CONFIG.actions}
    for row in found.to_dict("records"):
        assert row["success_rate"] == pytest.approx(
            catalogue[row["action"]] * (1 if row["kind"] in ("win_back", "second_order") else 0.2)
        )
    assert found["expected_profit"].sum() < assumed["expected_profit"].sum()


def test_money_is_told_with_its_margin(tmp_path: Path) -> None:
    shop = shop_tables()
    half = CONFIG.model_copy(update={"roi": RoiAssumptions(gross_margin=0.5)})
    for config, told in ((CONFIG, True), (half, False)):
        groups = recommend(shop.scores, shop.value, NOTHING_BOUGHT.assign(label=""), config).groups
        assert groups["sentence"].str.contains("at 100 % margin").eq(told).all()


def test_messages_name_the_last_purchase_products_and_expiry(tmp_path: Path) -> None:
    shop = shop_tables()
    result = recommended(shop, tmp_path)
    last = shop.scores.set_index("customer_id")["last_order_at"]
    owned = shop.ledger[~shop.ledger["is_return"]].groupby("customer_id")["product"].agg(set)
    for row in result.actions.to_dict("records"):
        when = last[row["customer_id"]]
        assert row["last_purchase_date"] == when.normalize()
        assert f"{when.day} {when:%B %Y}" in row["message"] and "{" not in row["subject"] + row["message"]
        expires = row["expires_at"]
        assert expires > shop.scores["as_of"].max()
        assert f"until {expires.day} {expires:%B %Y}" in row["message"]
        assert (f"{row['discount_percent']:g}% off" in row["message"]) == (row["discount_percent"] > 0)
        assert len(row["products"]) <= 3 and not set(row["products"]) & owned[row["customer_id"]]
        assert all(product in row["message"] for product in row["products"])
    assert (result.actions["products"].map(len) > 0).mean() > 0.5


def test_messages_differ_by_the_customers_own_reason() -> None:
    action, now = CONFIG.actions[0], datetime(2024, 5, 11)
    texts = {
        reason: compose(action, reason, datetime(2024, 3, 2, 18), [], now, "high_risk").text
        for reason in (*OPENINGS, None)
    }
    assert texts["long_absence"].startswith("It has been 70 days since your last order on 2 March 2024.")
    assert len(set(texts.values())) == len(OPENINGS)  # few orders and a short history begin alike
    call = next(action for action in CONFIG.actions if action.kind == "call")
    note = compose(call, "declining_frequency", datetime(2024, 3, 2), ["tea", "pot"], now, "high_risk").text
    assert "orders less often lately" in note and "tea and pot" in note and "until 25 May 2024" in note


@pytest.mark.parametrize(
    ("segment", "reason", "subject"),
    [
        ("high_risk", "few_orders", "We miss you! Here's 20% off"),
        ("low_risk", "overdue", "We miss you! Here's 20% off"),
        ("low_risk", "few_orders", "Thank you: 20% off your next order"),
        ("medium_risk", None, "Thank you: 20% off your next order"),
    ],
)
def test_nobody_is_missed_who_has_just_been_there(segment: str, reason: str | None, subject: str) -> None:
    action, now = CONFIG.actions[0], datetime(2024, 5, 11)
    assert compose(action, reason, now, [], now, segment).subject == subject


def test_a_product_code_is_told_with_its_category(tmp_path: Path) -> None:
    shop = shop_tables(150)
    codes = shop.ledger["product"].str.extract(r"(\d+)")[0]
    write_table(tmp_path, TRANSACTIONS.name, shop.ledger.assign(product=codes), TableVersion("r", "v"))
    bought = bought_products(ShopStore(tmp_path), shop.scores["as_of"].max())
    assert bought["product"].str.fullmatch(r"\d+").all()
    assert (
        bought["label"].str.startswith("category ")
        & (bought["label"].str.split().str[-1] == bought["product"])
    ).all()


def test_complements_follow_what_was_bought_together() -> None:
    bought = pd.DataFrame(
        [
            ("a", "tea"),
            ("a", "pot"),
            ("b", "tea"),
            ("b", "pot"),
            ("c", "tea"),
            ("d", "nails"),
            ("d", "hammer"),
            ("e", "nails"),
        ],
        columns=["customer_id", "product"],
    )
    suggested = complementary_products(bought, ["c", "e", "a", "stranger"])
    assert suggested == {"c": ["pot"], "e": ["hammer"], "a": [], "stranger": ["tea", "nails", "pot"]}


def test_files_without_products_suggest_categories_or_nothing(tmp_path: Path) -> None:
    shop = shop_tables(150)
    as_of = shop.scores["as_of"].max()
    for name, columns in (("categories", ["product"]), ("nothing", ["product", "category"])):
        ledger = shop.ledger.assign(**dict.fromkeys(columns))
        write_table(tmp_path / name, TRANSACTIONS.name, ledger, TableVersion("r", "v"))
    assert set(bought_products(ShopStore(tmp_path / "categories"), as_of)["product"]) == {
        f"category {k}" for k in range(4)
    }
    nothing = bought_products(ShopStore(tmp_path / "nothing"), as_of)
    result = recommend(shop.scores, shop.value, nothing, CONFIG)
    assert nothing.empty and len(result.actions)
    assert "product_suggestion" not in set(result.groups["action"])
    assert result.actions["products"].map(len).max() == 0


def test_primary_is_the_starred_scenario_in_the_specifications_shape(tmp_path: Path) -> None:
    shop = shop_tables()
    scenarios = roi_scenarios(shop.scores, shop.value, CONFIG)
    document = recommendations_document(recommended(shop, tmp_path), scenarios, shop.scores, CONFIG)
    star, primary = scenarios.iloc[-1], document["primary"]
    assert primary["action"] == f"target_top_{star['target_count']}"
    shape = (
        ("expected_cost", "total_cost"),
        ("expected_saves", "expected_saves"),
        ("expected_revenue", "revenue_protected"),
        ("roi", "roi_percent"),
    )
    assert all(primary[told] == star[column] for told, column in shape)
    assert f"net {money(star['net_roi'], '€')} at 100 % margin" in primary["sentence"]
    assert "Which discount earns most is not certain" in primary["sentence"]
    assert f"all {shop.scores['churn_probability'].notna().sum()} scored customers" in primary["sentence"]
    assert primary["example_message"]["subject"]
    assert len(document["actions"]) > 1


def test_where_nothing_pays_nothing_is_recommended() -> None:
    shop = shop_tables(150)
    dear = tuple(action.model_copy(update={"contact_cost": 1e6}) for action in CONFIG.actions)
    config = CONFIG.model_copy(update={"actions": dear, "roi": RoiAssumptions(contact_cost=1e6)})
    result = recommend(shop.scores, shop.value, NOTHING_BOUGHT, config)
    conform(RECOMMENDATIONS.name, result.groups)
    conform(RECOMMENDED_ACTIONS.name, result.actions)
    document = recommendations_document(
        result, roi_scenarios(shop.scores, shop.value, config), shop.scores, config
    )
    assert document["primary"]["action"] == "none" and document["actions"] == []
