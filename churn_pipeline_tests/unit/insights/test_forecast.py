"""The forecast: its definitions, what it reads, its past errors, and the truth of generated shops."""

from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from churn_pipeline.churn_definition.labels import population
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import CHURN_FORECAST
from churn_pipeline.insights.forecast import forecast_churn
from churn_pipeline.insights.order_timeline import MEASURES, calendar, counts_before, measure
from churn_pipeline.samples import DEMO_SHOPS
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.demo_ledgers import demo_ledger
from churn_pipeline_tests.builders.ledgers import simulated_ledger

END = datetime(2024, 12, 31)
CONFIG = ShopConfig(name="shop")


def shop(folder: Path, ledger: pd.DataFrame) -> ShopStore:
    store = ShopStore(folder)
    store.write("transactions", ledger, "run")
    return store


def day_measures(
    lines: pd.DataFrame, as_of: pd.Timestamp, horizon: int, months: int
) -> tuple[np.ndarray, np.ndarray]:
    """Measures and monthly revenue that really came, from orders by day, for the customers known at
    `as_of`."""
    sales = lines[lines.amount > 0]
    sales = sales[sales.customer_id.isin(sales.customer_id[sales.ts < as_of])]
    days = (
        sales.groupby(["customer_id", sales.ts.dt.normalize()])
        .agg(at=("ts", "min"), value=("amount", "sum"))
        .reset_index()
    )
    when = calendar(horizon, months)
    day = ((days["at"] - as_of).dt.total_seconds() / 86400).to_numpy()
    customer, ids = pd.factorize(days.customer_id)
    revenue = days.value.groupby(np.searchsorted(when.month_ends, day, side="right")).sum()
    first_month = days.value[(day >= 0) & (day < when.month_ends[0])].sum()
    return measure(counts_before(customer, day, len(ids), when.edges), when, 2), np.array(
        [first_month, *(revenue.get(month, 0.0) for month in range(1, months))]
    )


def test_table_is_complete_and_intervals_hold_their_expectation(tmp_path: Path) -> None:
    forecast, diagnostics = forecast_churn(shop(tmp_path, simulated_ledger(customers=250)), CONFIG, END, 45)
    conform(CHURN_FORECAST.name, forecast)
    assert forecast.month.tolist() == [1, 2, 3, 4, 5, 6]
    assert (forecast.period_start[1:].to_numpy() == forecast.period_end[:-1].to_numpy()).all()
    for name in MEASURES:
        assert (
            (forecast[f"{name}_low"] <= forecast[name]) & (forecast[name] <= forecast[f"{name}_high"])
        ).all()
    assert forecast.churn_rate_high.max() <= 1
    assert diagnostics["backtested"]
    assert diagnostics["past_errors"][0]["origins"] == diagnostics["past_origins"]


def test_today_is_counted_from_the_ledger(tmp_path: Path) -> None:
    ledger = simulated_ledger(customers=250)
    _, diagnostics = forecast_churn(shop(tmp_path, ledger), CONFIG, END, 45)
    sales = ledger[(ledger.amount > 0) & (ledger.ts < END)]
    assert diagnostics["customers"] == sales.customer_id.nunique()
    assert (
        diagnostics["active_customers_now"]
        == sales[sales.ts >= pd.Timestamp(END) - pd.Timedelta(days=45)].customer_id.nunique()
    )


def test_churn_rate_is_the_label_of_the_whole_product() -> None:
    """The rate that ends on a day equals the share of churned in the labels of the cutoff one horizon
    before."""
    ledger, horizon = simulated_ledger(customers=250), 45
    measures, _ = day_measures(ledger, pd.Timestamp("2024-07-01"), horizon, 4)
    known = ledger[ledger.customer_id.isin(ledger.customer_id[ledger.ts < "2024-07-01"])]
    ends = [
        pd.Timestamp("2024-07-01") + pd.Timedelta(days=int(end)) for end in calendar(horizon, 4).month_ends
    ]
    with duckdb.connect() as connection:
        connection.register("transactions", known)
        for month, end in enumerate(ends):
            cutoff = (end - pd.Timedelta(days=horizon)).to_pydatetime()
            labels = population(connection, [cutoff], horizon, 2).to_pandas()
            assert measures[MEASURES.index("churn_rate"), month] == pytest.approx(
                labels.churned.astype(float).mean(), abs=0.01
            )


def test_measures_of_a_timeline_by_hand() -> None:
    """H = 10, one month of 30 days: A orders on and on, B stopped, C returns late, D has one order only."""
    when = calendar(10, 1)
    customer = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 3])
    day = np.array([-15.0, -5, 15, 25, -15, -3, -18, -8, 28, 12])
    active, lost, rate = measure(counts_before(customer, day, 4, when.edges), when, 2)[:, 0]
    assert (active, lost) == (2, 1)  # A and C ordered in days 20-30; of A, B, C active on day 0, B is gone
    assert rate == 0  # eligible on day 20 (an order in days 10-20, two in all): A alone, who ordered again
    assert np.isnan(measure(counts_before(customer[4:6], day[4:6], 4, when.edges), when, 2)[2, 0])


def test_what_comes_after_is_not_read(tmp_path: Path) -> None:
    ledger, as_of = simulated_ledger(customers=150), datetime(2024, 9, 1)
    changed = ledger.copy()
    changed.loc[changed.ts >= as_of, ["amount", "is_return"]] = [4321.0, False]
    first, about_first = forecast_churn(shop(tmp_path / "a", ledger), CONFIG, as_of, 45)
    second, about_second = forecast_churn(shop(tmp_path / "b", changed), CONFIG, as_of, 45)
    pd.testing.assert_frame_equal(first, second)
    assert about_first == about_second


def test_short_history_gives_a_wide_untested_interval(tmp_path: Path) -> None:
    ledger = simulated_ledger(customers=120, days=60)
    forecast, diagnostics = forecast_churn(shop(tmp_path, ledger), CONFIG, datetime(2024, 3, 1), 45, months=3)
    assert not diagnostics["backtested"]
    assert diagnostics["past_errors"] == []
    assert diagnostics["interval_held_at_past_origins"] is None
    assert (forecast.revenue_high > 1.2 * forecast.revenue).all()
    conform(CHURN_FORECAST.name, forecast)


def test_without_an_order_before(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no order before 2020-01-01"):
        forecast_churn(shop(tmp_path, simulated_ledger(customers=20)), CONFIG, datetime(2020, 1, 1), 45)


def test_shop_where_nobody_comes_back_is_expected_to_fall_silent(tmp_path: Path) -> None:
    ledger = simulated_ledger(customers=120).drop_duplicates("customer_id").query("amount > 0")
    forecast, _ = forecast_churn(shop(tmp_path, ledger), CONFIG, END, 45)
    assert forecast.active_customers.iloc[-1] < 3
    assert forecast.churn_rate.isna().all()
    conform(CHURN_FORECAST.name, forecast)


@pytest.mark.parametrize(
    ("name", "horizon"), [("coffee_shop_demo", 30), ("ecommerce_demo", 90), ("subscription_demo", 60)]
)
def test_against_the_true_future_of_a_generated_shop(name: str, horizon: int, tmp_path: Path) -> None:
    """Six months that the file does not have, four measures each. Months of one shop err together, so an 80 %
    interval holds more or fewer of them than it states; test_coverage.py counts over many shops."""
    demo = DEMO_SHOPS[name]
    lines = demo_ledger(name)
    store = shop(tmp_path, lines[lines.ts < demo.data_end])
    forecast, _ = forecast_churn(store, CONFIG, demo.data_end.to_pydatetime(), horizon)
    measures, revenue = day_measures(lines, demo.data_end, horizon, 6)
    net = 1 + lines.amount[lines.amount < 0].sum() / lines.amount[lines.amount > 0].sum()
    truth = dict(zip(MEASURES, [*measures, revenue * net], strict=True))
    held = [(forecast[f"{m}_low"] <= truth[m]) & (truth[m] <= forecast[f"{m}_high"]) for m in MEASURES]
    assert np.mean(held) >= 0.6
    assert forecast.revenue.sum() == pytest.approx((revenue * net).sum(), rel=0.25)
