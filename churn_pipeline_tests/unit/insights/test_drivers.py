"""Every number of the drivers' sentences, counted again in the tables."""

from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import CHURN_DRIVERS, TRANSACTIONS
from churn_pipeline.core.wording import money, percent
from churn_pipeline.explain.feature_wording import Usage
from churn_pipeline.insights.changes import period_changes
from churn_pipeline.insights.drivers import churn_drivers, finding_in_words
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.insight_frames import HORIZON, Shop, shop_tables

CONFIG = ShopConfig(name="shop", currency="€")


def written(shop: Shop, folder: Path) -> ShopStore:
    store = ShopStore(folder)
    store.write(TRANSACTIONS.name, shop.ledger, "r")
    return store


def test_shares_are_those_of_the_tables() -> None:
    shop = shop_tables()
    table = churn_drivers(shop.scores, shop.shap, shop.features, CONFIG, HORIZON)
    conform(CHURN_DRIVERS.name, table)
    assert {"high_risk", "medium_risk"} >= set(table["segment"]) and len(table) >= 3
    joined = shop.features.merge(shop.scores[["customer_id", "risk_tier"]], on="customer_id")
    for row in table.to_dict("records"):
        rises = shop.shap[row["feature"]].corr(shop.features[row["feature"]]) > 0
        values = joined[row["feature"]]
        beyond = values > row["threshold"] if rises else values < row["threshold"]
        inside = joined["risk_tier"] == row["segment"].removesuffix("_risk")
        assert row["inside"] == pytest.approx(beyond[inside].mean()) and row["outside"] == pytest.approx(
            beyond[~inside].mean()
        )
        assert row["inside"] > row["outside"]
        assert row["sentence"].startswith(
            f"{percent(row['inside'])} of the {row['segment'].replace('_', '-')} customers"
        )
        assert row["sentence"].endswith(f"; {percent(row['outside'])} of the other scored customers.")
        assert row["mean_contribution"] == pytest.approx(
            shop.shap[row["feature"]][inside].mean() - shop.shap[row["feature"]][~inside].mean()
        )


def test_the_retailers_sentence_and_one_finding_per_factor() -> None:
    shop = shop_tables()
    table = churn_drivers(shop.scores, shop.shap, shop.features, CONFIG, HORIZON)
    high = table[table["segment"] == "high_risk"]
    assert high["factor"].is_unique
    assert any("are beyond twice their usual gap between orders" in sentence for sentence in high["sentence"])


def test_where_nobody_is_high_the_relatively_high_stand_in() -> None:
    shop = shop_tables()
    scores = shop.scores.assign(churn_probability=shop.scores["churn_probability"] ** 3 / 2)
    scores["risk_tier"] = scores["risk_tier"].where(scores["status"] != "eligible", "low")
    table = churn_drivers(scores, shop.shap, shop.features, CONFIG, HORIZON)
    assert "above_average" in set(table["segment"]) and "high_risk" not in set(table["segment"])


def test_constant_and_missing_features_make_no_finding() -> None:
    shop = shop_tables(150)
    features = shop.features.assign(total_purchase_count=3.0, average_order_value=float("nan"))
    table = churn_drivers(shop.scores, shop.shap, features, CONFIG, HORIZON)
    assert not {"total_purchase_count", "average_order_value"} & set(table["feature"])


def test_changes_are_counted_in_the_ledger(tmp_path: Path) -> None:
    shop = shop_tables()
    as_of = shop.scores["as_of"].max()
    table = period_changes(written(shop, tmp_path), as_of, HORIZON, "€").set_index("feature")
    conform(CHURN_DRIVERS.name, table.reset_index()[CHURN_DRIVERS.schema.names])
    sales = shop.ledger[(shop.ledger["amount"] > 0) & ~shop.ledger["is_return"]]
    orders = (
        sales.groupby(["customer_id", "order_id"])
        .agg(ts=("ts", "min"), amount=("amount", "sum"))
        .reset_index()
    )

    def period(ago: int) -> pd.DataFrame:
        end = as_of - pd.Timedelta(days=HORIZON * ago)
        return orders[(orders["ts"] < end) & (orders["ts"] >= end - pd.Timedelta(days=HORIZON))]

    periods = [period(k) for k in range(3)]
    customers = [set(p["customer_id"]) for p in periods]
    lost = [1 - len(customers[k + 1] & customers[k]) / len(customers[k + 1]) for k in (0, 1)]
    assert table.loc["lost_share", ["inside", "outside"]].tolist() == pytest.approx(lost)
    assert f"{percent(lost[0])} have not ordered since" in table.loc["lost_share", "sentence"]
    assert f"Of the {len(customers[1]):,} customers" in table.loc["lost_share", "sentence"]
    values = [p["amount"].mean() for p in periods]
    assert table.loc["order_value", "inside"] == pytest.approx(values[0])
    assert f"({money(values[0], '€')} after {money(values[1], '€')})" in table.loc["order_value", "sentence"]
    change = 100 * (values[0] / values[1] - 1)
    assert ("rose by" if change > 0 else "dropped by") in table.loc["order_value", "sentence"] or abs(
        change
    ) < 0.5
    assert table.loc["orders", ["inside", "outside"]].tolist() == [len(periods[0]), len(periods[1])]
    assert table.loc["active_customers", "inside"] == len(customers[0])


def test_rows_at_or_after_the_date_change_nothing_and_short_histories_say_nothing(tmp_path: Path) -> None:
    shop = shop_tables(150)
    as_of = shop.scores["as_of"].max() - pd.Timedelta(days=90)
    whole = period_changes(written(shop, tmp_path / "whole"), as_of, HORIZON, "")
    past = Shop(shop.ledger[shop.ledger["ts"] < as_of], shop.scores, shop.value, shop.features, shop.shap)
    pd.testing.assert_frame_equal(whole, period_changes(written(past, tmp_path / "past"), as_of, HORIZON, ""))
    first = shop.ledger["ts"].min().normalize()
    assert period_changes(ShopStore(tmp_path / "whole"), first + pd.Timedelta(days=10), HORIZON, "").empty


@pytest.mark.parametrize(
    ("name", "threshold", "above", "said"),
    [
        ("total_purchase_count", 6.0, False, "have fewer than 6 orders so far"),
        ("avg_days_between_purchases", 8.0, True, "have more than 8 days between orders on average"),
        ("spend_last_90_days", 38.0, False, "have a spend of less than €38 in the last 90 days"),
        ("absences_over_horizon", 0.0, True, "have some pauses of more than 60 days"),
        ("percent_repeat_products", 0.22, False, "have less than 22 % of the products bought again"),
    ],
)
def test_findings_in_plain_words(name: str, threshold: float, above: bool, said: str) -> None:
    assert finding_in_words(name, threshold, above, None, Usage("€", HORIZON)) == said
