"""RFM, personas and relative tiers of every customer."""

import numpy as np
import pandas as pd

from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import CUSTOMER_SEGMENTS
from churn_pipeline.core.wording import money, percent
from churn_pipeline.features.catalogue import FACTORS, feature
from churn_pipeline.insights.segments.customer_segments import (
    customer_segments,
    customers_at_risk,
    rfm_overview,
)
from churn_pipeline.insights.segments.personas import contributions_by_factor, find_personas
from churn_pipeline.insights.segments.rfm import CHAMPIONS, LOST, rfm_scores
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.insight_frames import Shop, shop_tables

CONFIG = ShopConfig(name="shop", currency="€")


def two_kinds(shop: Shop) -> Shop:
    """Half of the customers are at risk for their absence, half for their spend."""
    kind = np.arange(len(shop.shap)) % 2
    shap = shop.shap.assign(
        days_since_last_purchase=np.where(kind, 2.0, -0.5),
        spend_trend_last_3_months=np.where(kind, -0.5, 2.0),
    )
    return Shop(shop.ledger, shop.scores, shop.value, shop.features, shap)


def test_rfm_fifths_order_customers_and_name_the_extremes() -> None:
    shop = shop_tables()
    rfm = rfm_scores(shop.scores)
    joined = pd.concat([shop.scores, rfm], axis=1)
    assert joined.groupby("recency_score")["days_since_last_order"].max().is_monotonic_decreasing
    assert joined.groupby("frequency_score")["orders"].min().is_monotonic_increasing
    best = joined[
        (joined["recency_score"] == 5) & (joined["frequency_score"] == 5) & (joined["monetary_score"] == 5)
    ]
    worst = joined[
        (joined["recency_score"] == 1) & (joined["frequency_score"] == 1) & (joined["monetary_score"] == 1)
    ]
    assert len(best) and best["rfm_segment"].eq(CHAMPIONS).all()
    assert len(worst) and worst["rfm_segment"].eq(LOST).all()
    assert joined.groupby("orders")["frequency_score"].nunique().max() == 1


def test_personas_separate_like_reasons_and_say_their_numbers() -> None:
    shop = two_kinds(shop_tables())
    at_risk = set(shop.shap["customer_id"])
    personas = find_personas(shop.scores, shop.shap, at_risk, "€", seed=42)
    named = personas.assigned.set_index("customer_id")["persona"]
    absent = set(shop.shap.loc[shop.shap["days_since_last_purchase"] > 0, "customer_id"])
    long_absence, lower_spend = FACTORS["long_absence"].lower(), FACTORS["lower_spend"].lower()
    assert all((long_absence in name) == (customer in absent) for customer, name in named.items())
    assert all((lower_spend in name) == (customer not in absent) for customer, name in named.items())
    for row in personas.descriptions:
        members = shop.scores[shop.scores["customer_id"].map(named) == row["persona"]]
        assert row["count"] == len(members)
        assert f"churn probability {percent(members['churn_probability'].mean())}" in row["sentence"]
        assert f"CLV {money(members['clv'].mean(), '€')}" in row["sentence"]
    assert sum(row["count"] for row in personas.descriptions) == len(at_risk)


def test_few_customers_are_one_persona_and_none_are_none() -> None:
    shop = shop_tables(150)
    few = set(shop.shap["customer_id"].head(10))
    assert find_personas(shop.scores, shop.shap, few, "", 42).assigned["persona"].nunique() == 1
    nobody = find_personas(shop.scores, shop.shap, set(), "", 42)
    assert nobody.descriptions == [] and nobody.assigned.empty
    conform(CUSTOMER_SEGMENTS.name, customer_segments(shop.scores, nobody, CONFIG))


def test_contributions_by_factor_keep_their_sum() -> None:
    shop = shop_tables(150)
    factors = contributions_by_factor(shop.shap)
    assert np.allclose(factors.sum(axis=1) + shop.shap["base_value"], shop.shap["model_output"])
    assert set(factors.columns) == {
        feature(n).factor
        for n in shop.shap.columns
        if n not in ("customer_id", "as_of", "base_value", "model_output")
    }


def test_one_row_for_every_customer() -> None:
    shop = shop_tables()
    at_risk = customers_at_risk(shop.scores, CONFIG)
    personas = find_personas(shop.scores, shop.shap, at_risk, "€", 42)
    table = customer_segments(shop.scores, personas, CONFIG)
    conform(CUSTOMER_SEGMENTS.name, table)
    assert table["customer_id"].tolist() == shop.scores["customer_id"].tolist()
    assert set(table.loc[table["persona"].notna(), "customer_id"]) == at_risk
    assert set(shop.scores.loc[shop.scores["churn_probability"] > 0.4, "customer_id"]) <= at_risk
    assert sum(int(str(row["count"])) for row in rfm_overview(table, shop.scores)) == len(shop.scores)
