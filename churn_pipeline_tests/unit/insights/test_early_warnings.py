"""Early warnings against hand-made histories."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.insights.early_warnings import days_to_second_order, early_warnings, previous_scoring
from churn_pipeline.insights.wording import percent
from churn_pipeline.schemas import EARLY_WARNINGS, TRANSACTIONS
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import TableVersion, conform, write_table
from churn_pipeline_tests.unit.insights.frames import shop_tables

CONFIG = ShopConfig(name="shop", currency="€")
GAPS = np.arange(1.0, 41.0)


def history_of(scores: pd.DataFrame, days_ago: int, tier: str, probability: float) -> pd.DataFrame:
    eligible = scores[scores["status"] == "eligible"]
    as_of = scores["as_of"].max() - pd.Timedelta(days=days_ago)
    return eligible[["customer_id", "clv"]].assign(
        as_of=as_of, scored_at=as_of, run_id="r", model_version="1", due_at=as_of, churn_probability=probability, risk_tier=tier
    )


def test_moved_up_and_valuable_customers_newly_at_risk() -> None:
    shop = shop_tables()
    history = history_of(shop.scores, 7, "medium", 0.5)
    table = early_warnings(shop.scores, history, GAPS, CONFIG)
    conform(EARLY_WARNINGS.name, table)
    high = shop.scores[shop.scores["risk_tier"] == "high"]
    moved = table[table["kind"] == "moved_up"]
    assert set(moved["customer_id"]) == set(high["customer_id"]) and moved["clv"].is_monotonic_decreasing
    first = moved.iloc[0]
    assert f"from medium to high risk: 50 % before, {percent(first['churn_probability'])} now" in first["sentence"]
    limit = shop.scores.loc[shop.scores["status"] == "eligible", "clv"].quantile(0.9)
    assert set(table.loc[table["kind"] == "high_value_at_risk", "customer_id"]) == set(high.loc[high["clv"] >= limit, "customer_id"])


def test_nothing_moves_without_an_earlier_scoring_or_a_change() -> None:
    shop = shop_tables(150)
    now = history_of(shop.scores, 0, "low", 0.1)
    for history in (None, now, history_of(shop.scores, 7, "high", 0.9)):
        assert set(early_warnings(shop.scores, history, GAPS, CONFIG)["kind"]) <= {"weak_start"}
    conform(EARLY_WARNINGS.name, early_warnings(shop.scores, None, np.array([]), CONFIG))


def test_the_previous_scoring_is_the_newest_of_the_last_date() -> None:
    shop = shop_tables(150)
    old, last = history_of(shop.scores, 14, "low", 0.1), history_of(shop.scores, 7, "low", 0.2)
    again = last.assign(scored_at=last["scored_at"] + pd.Timedelta(hours=1), churn_probability=0.3)
    found = previous_scoring(pd.concat([again, last, old]), shop.scores["as_of"].max())
    assert found is not None and found["churn_probability"].eq(0.3).all() and found["customer_id"].is_unique


def test_weak_starts_are_new_customers_silent_beyond_three_quarters() -> None:
    shop = shop_tables()
    scores = shop.scores.assign(status=shop.scores["status"].mask(shop.scores.index % 5 == 0, "new"))
    table = early_warnings(scores, None, GAPS, CONFIG)
    new = scores[scores["status"] == "new"]
    weak = new[new["days_since_last_order"] > np.quantile(GAPS, 0.75)]
    assert len(weak) and set(table["customer_id"]) == set(weak["customer_id"])
    days = weak.set_index("customer_id")["days_since_last_order"]
    for row in table.to_dict("records"):
        assert f"{days[row['customer_id']]:.0f} days ago; {percent((days[row['customer_id']] > GAPS).mean())}" in row["sentence"]
    assert early_warnings(scores, None, GAPS[:19], CONFIG).empty


def test_days_to_the_second_order_are_those_of_the_ledger(tmp_path: Path) -> None:
    shop = shop_tables(150)
    write_table(tmp_path, TRANSACTIONS.name, shop.ledger, TableVersion("r", "v"))
    as_of = shop.scores["as_of"].max() - pd.Timedelta(days=60)
    sales = shop.ledger[(shop.ledger["amount"] > 0) & ~shop.ledger["is_return"] & (shop.ledger["ts"] < as_of)]
    times = sales.groupby(["customer_id", "order_id"])["ts"].min().reset_index().sort_values("ts").groupby("customer_id")["ts"].apply(list)
    expected = sorted((t[1] - t[0]) / pd.Timedelta(days=1) for t in times if len(t) > 1)
    assert days_to_second_order(tmp_path, as_of).tolist() == pytest.approx(expected)
