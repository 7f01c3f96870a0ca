"""Early warnings against hand-made histories."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, conform, write_table
from churn_pipeline.core.tables import EARLY_WARNINGS, TRANSACTIONS
from churn_pipeline.core.wording import percent
from churn_pipeline.insights.early_warnings import days_to_second_order, early_warnings, previous_scoring
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.insight_frames import HORIZON, shop_tables

CONFIG = ShopConfig(name="shop", currency="€")
GAPS = np.arange(1.0, 41.0)


def history_of(
    scores: pd.DataFrame, days_ago: int, tier: str, probability: float, horizon: int = HORIZON
) -> pd.DataFrame:
    eligible = scores[scores["status"] == "eligible"]
    as_of = scores["as_of"].max() - pd.Timedelta(days=days_ago)
    given = {"run_id": "r", "model_version": "1", "churn_probability": probability, "risk_tier": tier}
    return eligible[["customer_id", "clv"]].assign(
        as_of=as_of, scored_at=as_of, due_at=as_of + pd.Timedelta(days=horizon), **given
    )


def test_moved_up_and_valuable_customers_newly_at_risk() -> None:
    shop = shop_tables()
    history = history_of(shop.scores, 7, "medium", 0.5)
    table = early_warnings(shop.scores, history, GAPS, CONFIG, HORIZON)
    conform(EARLY_WARNINGS.name, table)
    high = shop.scores[shop.scores["risk_tier"] == "high"]
    moved = table[table["kind"] == "moved_up"]
    assert set(moved["customer_id"]) == set(high["customer_id"]) and moved["clv"].is_monotonic_decreasing
    first = moved.iloc[0]
    assert (
        f"from medium to high risk: 50 % before, {percent(first['churn_probability'])} now"
        in first["sentence"]
    )
    limit = shop.scores.loc[shop.scores["status"] == "eligible", "clv"].quantile(0.9)
    assert set(table.loc[table["kind"] == "high_value_at_risk", "customer_id"]) == set(
        high.loc[high["clv"] >= limit, "customer_id"]
    )


def test_nothing_moves_without_an_earlier_scoring_or_a_change() -> None:
    shop = shop_tables(150)
    now = history_of(shop.scores, 0, "low", 0.1)
    for history in (None, now, history_of(shop.scores, 7, "high", 0.9)):
        assert set(early_warnings(shop.scores, history, GAPS, CONFIG, HORIZON)["kind"]) <= {"weak_start"}
    conform(EARLY_WARNINGS.name, early_warnings(shop.scores, None, np.array([]), CONFIG, HORIZON))


def test_a_scoring_of_another_horizon_warns_of_nobody() -> None:
    shop = shop_tables(150)
    longer = history_of(shop.scores, 7, "low", 0.1, horizon=90)
    assert set(early_warnings(shop.scores, longer, GAPS, CONFIG, HORIZON)["kind"]) <= {"weak_start"}
    older = history_of(shop.scores, 14, "low", 0.2)
    found = previous_scoring(pd.concat([longer, older]), shop.scores["as_of"].max(), HORIZON)
    assert found is not None and found["churn_probability"].eq(0.2).all()


def test_the_previous_scoring_is_the_newest_of_the_last_date() -> None:
    shop = shop_tables(150)
    old, last = history_of(shop.scores, 14, "low", 0.1), history_of(shop.scores, 7, "low", 0.2)
    again = last.assign(scored_at=last["scored_at"] + pd.Timedelta(hours=1), churn_probability=0.3)
    found = previous_scoring(pd.concat([again, last, old]), shop.scores["as_of"].max(), HORIZON)
    assert found is not None and found["churn_probability"].eq(0.3).all() and found["customer_id"].is_unique


def test_weak_starts_are_new_customers_silent_beyond_three_quarters() -> None:
    shop = shop_tables()
    scores = shop.scores.assign(status=shop.scores["status"].mask(shop.scores.index % 5 == 0, "new"))
    table = early_warnings(scores, None, GAPS, CONFIG, HORIZON)
    new = scores[scores["status"] == "new"]
    weak = new[new["days_since_last_order"] > np.quantile(GAPS, 0.75)]
    assert len(weak) and set(table["customer_id"]) == set(weak["customer_id"])
    days = weak.set_index("customer_id")["days_since_last_order"]
    for row in table.to_dict("records"):
        assert (
            f"{days[row['customer_id']]:.0f} days ago; {percent((days[row['customer_id']] > GAPS).mean())}"
            in row["sentence"]
        )
    assert early_warnings(scores, None, GAPS[:19], CONFIG, HORIZON).empty


def test_days_to_the_second_order_are_those_of_the_ledger(tmp_path: Path) -> None:
    shop = shop_tables(150)
    write_table(tmp_path, TRANSACTIONS.name, shop.ledger, TableVersion("r", "v"))
    as_of = shop.scores["as_of"].max() - pd.Timedelta(days=60)
    sales = shop.ledger[(shop.ledger["amount"] > 0) & ~shop.ledger["is_return"] & (shop.ledger["ts"] < as_of)]
    times = (
        sales.groupby(["customer_id", "order_id"])["ts"]
        .min()
        .reset_index()
        .sort_values("ts")
        .groupby("customer_id")["ts"]
        .apply(list)
    )
    expected = sorted((t[1] - t[0]) / pd.Timedelta(days=1) for t in times if len(t) > 1)
    assert days_to_second_order(ShopStore(tmp_path), as_of).tolist() == pytest.approx(expected)
