"""The profile agrees with pandas, and its page stands alone."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from churn_pipeline.churn_definition.horizon import define_churn
from churn_pipeline.errors import BadInput
from churn_pipeline.quality.charts import WIDTH, bar_chart
from churn_pipeline.quality.profile import build_profile
from churn_pipeline.quality.profile_page import render_profile
from churn_pipeline.quality.suite import check_ledger
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ShopConfig
from churn_pipeline_tests.ledgers import simulated_ledger
from churn_pipeline_tests.unit.quality.ledger_folder import put_ledger

CONFIG = ShopConfig(name="shop", currency="EUR")


def profiled(folder: Path, ledger: pd.DataFrame) -> dict[str, Any]:
    settings = Settings(home=folder)
    report = check_ledger(put_ledger(folder, ledger), CONFIG, settings)
    return build_profile(folder, CONFIG, settings, report)


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
    saturdays = ledger.assign(ts=ledger.ts.dt.to_period("W-SUN").dt.start_time + pd.Timedelta(days=5, hours=10))
    season = profiled(tmp_path, saturdays)["time"]["weekly_season"]
    assert season["strength"] > 0.6


def test_the_page_stands_alone_and_escapes(tmp_path: Path, ledger: pd.DataFrame) -> None:
    page = render_profile(profiled(tmp_path, ledger.assign(product="<script>alert(1)</script> Käse")))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"https?://|@import|url\(|<link|src=", page)
    assert page.count("<svg") >= 9
    assert "NaN" not in page and "None" not in page


def test_the_churn_definition_is_on_the_page(tmp_path: Path, ledger: pd.DataFrame) -> None:
    profile = profiled(tmp_path, ledger)
    definition = define_churn(tmp_path, CONFIG.model_copy(update={"horizon": 45}), Settings(home=tmp_path)).to_document()
    page = render_profile(profile, json.loads(json.dumps(definition)))
    assert "after 45 days" in page and "as you have set it" in page
    assert [row["horizon"] for row in definition["preview"] if f"<td>{row['horizon']}</td>" not in page] == []
    refused = [row["refusal"] for row in definition["preview"] if row["refusal"]]
    assert refused and all(reason in page for reason in refused)
    assert "None" not in page and "When is a customer lost" not in render_profile(profile)


def test_axes_end_at_round_numbers_and_every_label_stays_inside() -> None:
    chart = bar_chart(["2024-01", "2024-02"] * 9, [457.0, 12.0] * 9, "orders", "Orders")
    assert re.findall(r'text-anchor="end">([\d.k]+)<', chart) == ["0", "250", "500"]
    assert all(float(x) <= WIDTH - 3 * len("2024-01") for x in re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="middle"', chart))


def test_what_to_clean_is_on_the_page(tmp_path: Path, ledger: pd.DataFrame) -> None:
    profile = profiled(tmp_path, pd.concat([ledger, ledger.head(500)]))
    assert profile["cleaning"][0]["name"] == "exact_duplicates"
    assert profile["cleaning"][0]["how"].split(",")[0] in render_profile(profile)


def test_tiny_and_bare_ledgers_have_a_profile(tmp_path: Path, ledger: pd.DataFrame) -> None:
    bare = ledger.head(3).assign(order_id=None, product=None, category=None, quantity=None, discount=None, is_return=False, amount=5.0)
    profile = profiled(tmp_path, bare)
    assert profile["products"] is None
    assert profile["discounts"] is None
    json.dumps(profile, allow_nan=False)
    assert "shop" in render_profile(profile)


def test_a_ledger_without_orders_is_refused(tmp_path: Path, ledger: pd.DataFrame) -> None:
    with pytest.raises(BadInput, match="no order"):
        profiled(tmp_path, ledger.assign(is_return=True))


def test_the_same_ledger_gives_the_same_profile(tmp_path: Path, profile: dict[str, Any], ledger: pd.DataFrame) -> None:
    again = profiled(tmp_path, ledger)
    for document in (again, profile):
        document["quality"]["statistics"].pop("latest_possible", None)
    assert json.dumps(again) == json.dumps(profile)
