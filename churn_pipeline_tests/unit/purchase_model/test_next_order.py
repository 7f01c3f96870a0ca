"""The time of the next order: against BG/NBD's own formula, against drawn futures, and what it may know."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.store import TableVersion, duckdb_over, write_table
from churn_pipeline.purchase_model.bg_nbd import BgNbd, probability_no_order
from churn_pipeline.purchase_model.next_order import YEAR, NextOrderTiming, fit_timing, next_order_days
from churn_pipeline.purchase_model.next_order_history import expected_next_order, next_orders
from churn_pipeline_tests.builders.ledgers import simulated_ledger

MODEL = BgNbd(0.8, 30.0, 0.8, 4.0)
HORIZON = 45
CUSTOMERS = pd.DataFrame(
    {"x": [0.0, 3.0, 12.0, 25.0], "t_x": [0.0, 90.0, 300.0, 310.0], "T": [20.0, 120.0, 320.0, 330.0]}
)


def chance_by(days: float) -> np.ndarray:
    """BG/NBD's own chance of an order within so many days."""
    return 1 - probability_no_order(MODEL, days, CUSTOMERS["x"], CUSTOMERS["t_x"], CUSTOMERS["T"])


def test_with_bg_nbds_own_chance_it_is_bg_nbds_own_law() -> None:
    days = next_order_days(NextOrderTiming(), MODEL, CUSTOMERS, HORIZON, chance_by(HORIZON))
    within_year, likely = chance_by(YEAR), chance_by(YEAR) >= 0.5
    assert likely.sum() >= 3
    for column, share in zip(days.T, (0.1, 0.5, 0.9), strict=True):
        for i in np.flatnonzero(likely):
            assert chance_by(column[i])[i] == pytest.approx(share * within_year[i], abs=1e-9)
    assert np.isnan(days[~likely]).all()


@pytest.mark.parametrize("horizon", [5, 45, 200, 365, 500])
def test_the_chance_that_is_shown_and_the_dates_agree(horizon: int) -> None:
    for p in (0.05, 0.5, 0.7, 0.95, 1.0):
        low, median, high = next_order_days(
            NextOrderTiming(1.3, 0.8, 0.75), MODEL, CUSTOMERS, horizon, np.full(4, p)
        ).T
        known = ~np.isnan(median)
        assert (low[known] <= median[known]).all() and (median[known] <= high[known]).all()
        assert (high[known] <= YEAR).all() and (low[known] >= 0).all()
        if p > 0.5 and horizon < YEAR:
            assert known.all() and (median <= horizon).all()


def test_a_return_that_is_unlikely_within_a_year_has_no_date() -> None:
    gone = pd.DataFrame({"x": [3.0], "t_x": [30.0], "T": [900.0]})
    assert np.isnan(next_order_days(NextOrderTiming(), MODEL, gone, HORIZON, np.array([0.02]))).all()
    back = next_order_days(NextOrderTiming(), MODEL, gone, HORIZON, np.array([0.6]))
    assert back[0, 1] < HORIZON


def drawn(shape: float, scale: float, rng: np.random.Generator, n: int = 6000) -> pd.DataFrame:
    """Orders after two dates by the law with this shape and scale, seen for 200 and 100 days."""
    x, T = rng.integers(0, 20, n).astype(float), rng.uniform(30, 400, n)
    exponent, age = MODEL.r + x, MODEL.alpha + T
    elapsed = (rng.exponential(size=n) / scale) ** (1 / shape)
    origin = np.where(np.arange(n) % 2, pd.Timestamp("2024-03-01"), pd.Timestamp("2024-06-09"))
    window = np.where(np.arange(n) % 2, 200.0, 100.0)
    rows = pd.DataFrame({"origin": origin, "exponent": exponent, "age": age, "window": window})
    rows["days"] = age * np.expm1(np.minimum(elapsed / exponent, 50))
    return rows[rows["days"] < rows["window"]]


def test_shape_and_scale_are_found_although_late_orders_were_not_seen() -> None:
    found = fit_timing(drawn(1.4, 0.7, np.random.default_rng(1)))
    assert found.shape == pytest.approx(1.4, rel=0.08) and found.scale == pytest.approx(0.7, rel=0.12)
    assert found.coverage == pytest.approx(0.8, abs=0.04) and found.origins == 2


def test_an_interval_too_narrow_in_the_past_is_widened() -> None:
    rng = np.random.default_rng(2)
    rows = drawn(1.0, 1.0, rng)
    middle = rows[(rows["days"] > 8) & (rows["days"] < 40) & (rng.random(len(rows)) < 0.7)]
    torn = rows.drop(middle.index)  # many at once, many late: no shape fits both
    assert fit_timing(torn).level > fit_timing(rows).level + 0.02


def test_with_few_past_orders_bg_nbd_stands_as_it_is() -> None:
    assert fit_timing(drawn(2.0, 0.5, np.random.default_rng(3)).head(99)) == NextOrderTiming(
        orders=99, origins=2
    )


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return simulated_ledger(customers=1500, days=500, seed=4)


def known(folder: Path, ledger: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    folder.mkdir()
    write_table(folder, "transactions", ledger, TableVersion("run", "data"))
    connection: duckdb.DuckDBPyConnection
    with duckdb_over(folder, ["transactions"]) as connection:
        return expected_next_order(next_orders(connection, as_of, HORIZON), HORIZON, pd.Series(dtype=float))


def test_the_interval_holds_four_of_five_of_those_who_ordered(ledger: pd.DataFrame, tmp_path: Path) -> None:
    as_of = datetime(2024, 1, 1) + timedelta(days=300)
    dates = known(tmp_path / "shop", ledger, as_of).dropna().set_index("customer_id")
    orders = ledger[(ledger.amount > 0) & ~ledger.is_return & (ledger.ts >= as_of)]
    came = orders.groupby("customer_id").ts.min().reindex(dates.index).dropna()
    dates = dates.loc[came.index]
    assert len(came) > 300
    inside = (dates["expected_next_order_low"] <= came) & (came <= dates["expected_next_order_high"])
    assert 0.75 <= inside.mean() <= 0.85
    assert 0.4 <= (came < dates["expected_next_order_at"]).mean() <= 0.6


def test_rows_at_or_after_the_date_change_nothing(ledger: pd.DataFrame, tmp_path: Path) -> None:
    as_of = datetime(2024, 1, 1) + timedelta(days=300)
    later = ledger.ts >= as_of
    scrambled = ledger.assign(
        customer_id=ledger.customer_id.where(
            ~later, np.random.default_rng(0).permutation(ledger.customer_id.to_numpy())
        )
    )
    pd.testing.assert_frame_equal(
        known(tmp_path / "one", ledger, as_of), known(tmp_path / "two", scrambled, as_of)
    )
