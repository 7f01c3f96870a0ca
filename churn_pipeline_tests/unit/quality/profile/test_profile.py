"""The profile agrees with pandas."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.quality.profile.profile import build_profile
from churn_pipeline.quality.suite import check_ledger
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.ledger_folder import put_ledger
from churn_pipeline_tests.builders.ledgers import simulated_ledger

CONFIG = ShopConfig(name="shop", currency="EUR")


def profiled(folder: Path, ledger: pd.DataFrame) -> dict[str, Any]:
    settings = Settings(home=folder)
    report = check_ledger(ShopStore(put_ledger(folder, ledger)), CONFIG, settings)
    return build_profile(ShopStore(folder), CONFIG, settings, report)


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return simulated_ledger(customers=120, days=500)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory, ledger: pd.DataFrame) -> dict[str, Any]:
    return profiled(tmp_path_factory.mktemp("shop"), ledger)


def test_totals_agree_with_pandas(profile: dict[str, Any], ledger: pd.DataFrame) -> None:
    sales = ledger[~ledger.is_return]
    assert profile["transactions"]["orders"] == sales.order_id.nunique()
    assert profile["transactions"]["sales"] == pytest.approx(sales.amount.sum())
    assert profile["customers"]["customers"] == sales.customer_id.nunique()
    assert profile["customers"]["one_time"] == (sales.groupby("customer_id").order_id.nunique() == 1).sum()
    assert profile["returns"]["value"] == pytest.approx(-ledger[ledger.is_return].amount.sum())
    assert profile["products"]["category"]["distinct_count"] == 4


def test_distributions_count_everybody_once(profile: dict[str, Any]) -> None:
    customers, orders = profile["customers"], profile["transactions"]["orders"]
    for name in ("orders_per_customer", "lifetime"):
        assert sum(row["customers"] for row in customers[name]) == customers["customers"]
    assert sum(b["orders"] for b in profile["transactions"]["values"]) == orders
    assert sum(profile["time"]["by_day"]["orders"]) == sum(profile["time"]["by_month"]["orders"]) == orders
    assert sum(row["new"] for row in customers["new_and_returning"]) == customers["customers"]


def test_cohorts_agree_with_pandas(profile: dict[str, Any], ledger: pd.DataFrame) -> None:
    sales = ledger[~ledger.is_return].assign(month=lambda d: d.ts.dt.to_period("M"))
    first = sales.groupby("customer_id").month.min()
    january = first[first == "2024-01"].index
    again = sales[sales.customer_id.isin(january) & (sales.month == "2024-02")].customer_id.nunique()
    cohort = profile["cohorts"]["cohorts"][0]
    assert cohort["cohort"] == "2024-01"
    assert cohort["customers"] == len(january)
    assert cohort["retained"][:2] == pytest.approx([1.0, again / len(january)])


def test_a_weekly_season_is_seen(tmp_path: Path, ledger: pd.DataFrame) -> None:
    saturdays = ledger.assign(
        ts=ledger.ts.dt.to_period("W-SUN").dt.start_time + pd.Timedelta(days=5, hours=10)
    )
    season = profiled(tmp_path, saturdays)["time"]["weekly_season"]
    assert season["strength"] > 0.6


def test_what_to_clean_is_said(tmp_path: Path, ledger: pd.DataFrame) -> None:
    profile = profiled(tmp_path, pd.concat([ledger, ledger.head(500)]))
    assert profile["cleaning"][0]["name"] == "exact_duplicates"


def test_tiny_and_bare_ledgers_have_a_profile(tmp_path: Path, ledger: pd.DataFrame) -> None:
    bare = ledger.head(3).assign(
        order_id=None, product=None, category=None, quantity=None, discount=None, is_return=False, amount=5.0
    )
    profile = profiled(tmp_path, bare)
    assert profile["products"] is None
    assert profile["discounts"] is None
    json.dumps(profile, allow_nan=False)


def test_a_ledger_without_orders_is_refused(tmp_path: Path, ledger: pd.DataFrame) -> None:
    with pytest.raises(BadInput, match="no order"):
        profiled(tmp_path, ledger.assign(is_return=True))


def test_the_same_ledger_gives_the_same_profile(
    tmp_path: Path, profile: dict[str, Any], ledger: pd.DataFrame
) -> None:
    again = profiled(tmp_path, ledger)
    for document in (again, profile):
        document["quality"]["statistics"].pop("latest_possible", None)
    assert json.dumps(again) == json.dumps(profile)
