"""Segments, their money and traits, recomputed from the tables."""

import numpy as np
import pytest

from churn_pipeline.core.enums import Segment
from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import RISK_SEGMENTS
from churn_pipeline.core.wording import quantity
from churn_pipeline.features.catalogue import feature
from churn_pipeline.insights.money.scenarios import roi_scenarios
from churn_pipeline.insights.segments.relative_tiers import relative_tiers_document
from churn_pipeline.insights.segments.risk import risk_segments
from churn_pipeline.scoring.tiers import risk_tiers, tiers_in_use
from churn_pipeline.shop.config import ShopConfig, Tiers
from churn_pipeline_tests.builders.insight_frames import shop_tables

CONFIG = ShopConfig(name="shop", currency="€")


def test_segments_sum_to_all_customers_and_their_money_is_that_of_the_tables() -> None:
    shop = shop_tables()
    table = risk_segments(shop.scores, CONFIG, shop.features)
    conform(RISK_SEGMENTS.name, table)
    assert table["segment"].tolist() == list(Segment)
    assert table["count"].sum() == len(shop.scores) and table["share"].sum() == pytest.approx(1)
    assert table["revenue"].sum() == pytest.approx(shop.value["clv"].sum())
    by_name = table.set_index("segment")
    for tier in ("high", "medium", "low"):
        members = shop.scores[shop.scores["risk_tier"] == tier]
        row = by_name.loc[f"{tier}_risk"]
        assert row["count"] == len(members) > 0
        assert row["revenue"] == pytest.approx(members["clv"].sum())
        assert row["money_at_risk"] == pytest.approx(members["money_at_risk"].sum())
        assert row["recoverable_high"] == pytest.approx(0.4 * members["money_at_risk"].sum())
    for status in ("lapsed", "new"):
        assert by_name.loc[status, "count"] == (shop.scores["status"] == status).sum()
        assert np.isnan(float(by_name["money_at_risk"].astype(float)[status]))


def test_traits_state_the_medians_of_the_tables() -> None:
    shop = shop_tables()
    high = risk_segments(shop.scores, CONFIG, shop.features).set_index("segment").loc["high_risk", "traits"]
    inside = shop.features["customer_id"].isin(
        shop.scores.loc[shop.scores["risk_tier"] == "high", "customer_id"]
    )
    ratio = shop.features["recency_over_mean_gap"]
    text = [quantity(float(ratio[mask].median()), "ratio", "€") for mask in (inside, ~inside)]
    assert f"{feature('recency_over_mean_gap').label}: {text[0]} (the others: {text[1]})" in high
    assert 1 <= len(high) <= 4


def test_an_empty_segment_has_its_row() -> None:
    shop = shop_tables(150)
    scores = shop.scores[shop.scores["status"] != "lapsed"]
    table = risk_segments(scores, CONFIG)
    conform(RISK_SEGMENTS.name, table)
    row = table.set_index("segment").loc["lapsed"]
    assert (row["count"], row["revenue"], row["avg_clv"]) == (0, 0.0, 0.0)


def test_relative_tiers_are_offered_where_the_fixed_ones_leave_almost_nobody_high() -> None:
    shop = shop_tables()
    assert not relative_tiers_document(shop.scores, CONFIG)["offered"]
    rare = shop.scores.assign(churn_probability=shop.scores["churn_probability"] / 4)
    document = relative_tiers_document(rare, CONFIG)
    p = rare["churn_probability"].dropna()
    odds = p.mean() / (1 - p.mean())
    assert document["offered"] and document["high"] == pytest.approx(3 * odds / (1 + 3 * odds))
    assert document["counts"]["high"] == (p > document["high"]).sum()
    assert f"{document['high']:.2f}" in document["sentence"]
    assert sum(document["counts"].values()) == len(p)


def test_a_shop_may_choose_the_relative_tiers() -> None:
    shop = shop_tables()
    rare = shop.scores.assign(churn_probability=shop.scores["churn_probability"] ** 3 / 2)
    relative = ShopConfig(name="shop", tiers=Tiers(relative=True))
    p, limits = rare["churn_probability"], tiers_in_use(relative.tiers, rare["churn_probability"])
    assert (
        not (p > CONFIG.tiers.high).any()
        and (risk_tiers(p, limits) == "high").sum() == (p > limits.high).sum() > 0
    )
    rare["risk_tier"] = risk_tiers(p, limits)
    document = relative_tiers_document(rare, relative)
    assert (
        document["in_use"]
        and not document["offered"]
        and f"begins at {limits.high:.2f}" in document["sentence"]
    )
    table = risk_segments(rare, relative, shop.features).set_index("segment")
    assert table["count"].sum() == len(rare)
    assert table.loc["high_risk", "count"] == document["counts"]["high"]
    scenario = roi_scenarios(rare, shop.value, relative).set_index("scenario").loc["all_high_risk"]
    assert scenario["target_count"] == document["counts"]["high"]
