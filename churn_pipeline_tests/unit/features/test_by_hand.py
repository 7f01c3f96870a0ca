"""A ledger of ten rows, small enough to work out every feature on paper; the cutoff is Monday 2024-07-01, the
horizon 45 days.

Anna's orders: Saturday 2 March 10:00 (30.00, two rows), Monday 1 April 19:00 (12.00, with a discount of
3.00), Wednesday 1 May 12:00 (18.00), Friday 21 June 12:00 (40.00). On 3 May she returned 6.00. Her gaps are
30, 30 and 51 days; her orders are 121, 91, 61 and 10 days old. What she orders at the very cutoff is future,
and the residue of a sum (5.55e-17 on 20 May) is no order. Ben's two small orders make a second eligible
customer; Carl has one order and is not."""

from datetime import datetime
from math import exp, log, sqrt

import pandas as pd
import pytest

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, conform, write_table
from churn_pipeline.core.tables import TRANSACTIONS
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.features.snapshots import build_snapshots

CUTOFF, HORIZON = datetime(2024, 7, 1), 45
COLUMNS = ["customer_id", "order_id", "ts", "amount", "product", "category", "quantity", "discount"]
ROWS = [
    ("anna", "a1", "2024-03-02 10:00", 10.0, "tea", "drinks", 1, 0.0),
    ("anna", "a1", "2024-03-02 10:00", 20.0, "cake", "food", 2, 0.0),
    ("anna", "a2", "2024-04-01 19:00", 12.0, "tea", "drinks", 1, 3.0),
    ("anna", "a3", "2024-05-01 12:00", 18.0, "milk", "drinks", 3, 0.0),
    ("anna", "a3r", "2024-05-03 12:00", -6.0, "milk", "drinks", -1, 0.0),
    ("anna", "a4", "2024-06-21 12:00", 40.0, "tea", "drinks", 2, 0.0),
    ("anna", "a5", "2024-07-01 00:00", 100.0, "cake", "food", 9, 9.0),
    ("anna", "a6", "2024-05-20 12:00", 0.1 + 0.2 - 0.3, "tea", "drinks", 1, 0.0),
    ("ben", "b1", "2024-06-03 12:00", 5.0, "tea", "drinks", 1, 0.0),
    ("ben", "b2", "2024-06-10 12:00", 5.0, "tea", "drinks", 1, 0.0),
    ("carl", "c1", "2024-06-03 12:00", 70.0, "tea", "drinks", 1, 0.0),
    ("carl", "c2", "2024-09-03 12:00", 70.0, "tea", "drinks", 1, 0.0),
]
MONTH = 365.25 / 12
SD = sqrt((7**2 + 7**2 + 14**2) / 2)
LOGS = [log(v) for v in (30, 12, 18, 40)]
SHARES = (0.8, 0.2)
EXPECTED = {
    "days_since_last_purchase": 9.5,
    "total_purchase_count": 4,
    "average_order_value": 100 / 4,
    "total_lifetime_spend": 94,
    "days_since_first_purchase": 121 - 10 / 24,
    "repeat_purchase_days": 3,
    "avg_days_between_purchases": 37,
    "median_days_between_purchases": 30,
    "p90_days_between_purchases": 30 + 0.8 * 21,
    "longest_gap_between_purchases": 51,
    "sd_days_between_purchases": SD,
    "recency_over_mean_gap": 9.5 / 37,
    "recency_over_p90_gap": 9.5 / 46.8,
    "recency_z_score": (9.5 - 37) / SD,
    "share_of_gaps_exceeded": 0,
    "consistency_score": 37 / (37 + SD),
    "gap_evenness": (30 * 30 * 51) ** (1 / 3) / 37,
    "orders_last_7_days": 0,
    "orders_last_14_days": 1,
    "orders_last_30_days": 1,
    "orders_last_60_days": 1,
    "orders_last_90_days": 2,
    "orders_last_180_days": 4,
    "orders_last_365_days": 4,
    "spend_last_30_days": 40,
    "spend_last_90_days": 58,
    "spend_last_180_days": 100,
    "spend_last_365_days": 100,
    "orders_decayed_30_days": sum(exp(-age / 30) for age in (10, 61, 91, 121)),
    "orders_decayed_90_days": sum(exp(-age / 90) for age in (10, 61, 91, 121)),
    "orders_decayed_365_days": sum(exp(-age / 365) for age in (10, 61, 91, 121)),
    "orders_last_horizon": 1,
    "orders_previous_horizon": 1,
    "order_trend_horizon": 0,
    "absences_over_horizon": 1,
    "share_of_absences_over_horizon": 1 / 3,
    "purchase_velocity": 4 / ((121 - 10 / 24) / MONTH),
    "trend_last_3_months": (2 - 2) / 4,
    "trend_last_6_months": (4 - 0) / 4,
    "spend_trend_last_3_months": (58 - 42) / 100,
    "largest_order_value": 40,
    "first_order_value": 30,
    "last_order_value": 40,
    "last_order_value_ratio": 40 / 25,
    "order_value_spread": sqrt(sum((v - sum(LOGS) / 4) ** 2 for v in LOGS) / 3),
    "order_value_trend_last_3_months": (58 / 2) / 25,
    "monthly_spend": 94 / ((121 - 10 / 24) / MONTH),
    "months_active": 4,
    "share_of_months_active": 4 / 4,
    "weekend_purchase_ratio": 1 / 4,
    "evening_purchase_ratio": 1 / 4,
    "seasonality_preference": 3 / 4,
    "number_of_products": 3,
    "percent_repeat_products": 1 / 3,
    "share_of_new_products": 3 / 5,
    "share_of_new_products_last_90_days": 1 / 2,
    "products_per_order": 5 / 4,
    "products_per_order_trend": (2 / 2) / (5 / 4),
    "number_of_product_categories": 2,
    "effective_categories": exp(-sum(s * log(s) for s in SHARES)),
    "favorite_category_share": 4 / 5,
    "new_categories_last_90_days": 0,
    "average_items_per_transaction": 9 / 4,
    "items_per_order_trend": (5 / 2) / (9 / 4),
    "discount_usage_rate": 1 / 4,
    "discount_share": 3 / 103,
    "discount_usage_last_90_days": 0,
    "discount_usage_trend": 0 - 1 / 4,
    "returned_lines": 1,
    "return_rate": 6 / 100,
    "returned_last_90_days": 6,
    "percentile_rank_by_spend": 1 / 1,
    "percentile_rank_by_orders": 1 / 1,
    "spend_tier": 4,
    "customer_age_group": 3,
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("by_hand")
    rows = pd.DataFrame(ROWS, columns=COLUMNS).assign(
        ts=lambda d: pd.to_datetime(d.ts), is_return=lambda d: d.amount < 0, upload_sha256="0"
    )
    write_table(
        folder,
        TRANSACTIONS.name,
        conform(TRANSACTIONS.name, rows).to_pandas(),
        TableVersion("run", "version"),
    )
    return (
        build_snapshots(ShopStore(folder), [CUTOFF], HORIZON, 2, labelled=True)
        .to_pandas()
        .set_index("customer_id")
    )


def test_only_those_with_two_orders_are_eligible_and_the_label_looks_ahead(table: pd.DataFrame) -> None:
    assert table["churned"].to_dict() == {"anna": 0, "ben": 1}


@pytest.mark.parametrize("name", EXPECTED)
def test_annas_feature_is_what_paper_says(table: pd.DataFrame, name: str) -> None:
    assert table.loc["anna", name] == pytest.approx(EXPECTED[name], abs=1e-6)


def test_the_season_a_year_ago_is_not_known_after_four_months(table: pd.DataFrame) -> None:
    assert table["orders_same_season_last_year"].isna().all()


def test_every_feature_but_those_of_the_fitted_models_is_worked_out() -> None:
    by_hand = EXPECTED.keys() | {"orders_same_season_last_year"}
    assert {f.name for f in CATALOGUE if f.family != "purchase_model"} == by_hand
