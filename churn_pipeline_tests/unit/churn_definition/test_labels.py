"""Eligibility and label, by hand and against their definition spelled out in pandas."""

from datetime import datetime, timedelta

import duckdb
import pandas as pd

from churn_pipeline.churn_definition.labels import population
from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import TRANSACTIONS
from churn_pipeline_tests.builders.ledgers import simulated_ledger

T0 = datetime(2024, 1, 1)


def _population(
    ledger: pd.DataFrame, cutoffs: list[datetime], horizon: int, min_orders: int = 2
) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.register("transactions", ledger)
        return population(connection, cutoffs, horizon, min_orders).to_pandas()


def _ledger(rows: list[tuple[str, str | None, float, float]]) -> pd.DataFrame:
    """Rows of (customer, order id, day after T0, amount)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "order_id", "day", "amount"])
    frame["ts"] = pd.Timestamp(T0) + pd.to_timedelta(frame.day * 24, unit="h")
    empty = dict.fromkeys(("product", "category", "quantity", "discount"))
    frame = frame.drop(columns="day").assign(**empty, is_return=frame.amount < 0, upload_sha256="0")
    return conform(TRANSACTIONS.name, frame).to_pandas()


def test_a_hand_made_ledger() -> None:
    ledger = _ledger(
        [
            ("stays", None, 1, 5.0), ("stays", None, 15, 5.0), ("stays", None, 25, 5.0),
            ("leaves", None, 2, 5.0), ("leaves", None, 19, 5.0),
            ("once", None, 18, 5.0),
            ("lapsed", None, 1, 5.0), ("lapsed", None, 9.9, 5.0),
            ("on the edge", None, 1, 5.0), ("on the edge", None, 10, 5.0), ("on the edge", None, 30, 5.0),
            ("at the cutoff", None, 5, 5.0), ("at the cutoff", None, 20, 5.0),
            ("returns only", None, 3, 5.0), ("returns only", None, 12, 5.0), ("returns only", None, 22, -5.0),
            ("over midnight", "o1", 4, 5.0), ("over midnight", "o2", 19.99, 5.0), ("over midnight", "o2",
            20.01, 5.0),
            ("end", None, 39.5, 5.0),
        ]
    )  # fmt: skip
    found = _population(ledger, [T0 + timedelta(days=20)], horizon=10).set_index("customer_id")
    assert found.churned.to_dict() == {
        "stays": 0,
        "leaves": 1,
        "on the edge": 1,
        "returns only": 1,
        "over midnight": 1,
    }
    assert found.orders.to_dict() == {
        "stays": 2,
        "leaves": 2,
        "on the edge": 2,
        "returns only": 2,
        "over midnight": 2,
    }
    assert found.last_order_at["over midnight"] == pd.Timestamp(T0 + timedelta(days=19.99))


def test_min_orders_one_lets_new_customers_in() -> None:
    ledger = _ledger([("new", None, 5, 1.0), ("old", None, 1, 1.0), ("old", None, 30, 1.0)])
    assert set(_population(ledger, [T0 + timedelta(days=10)], 10, min_orders=1).customer_id) == {"new", "old"}


def test_immature_cutoffs_have_no_label() -> None:
    ledger = simulated_ledger(customers=80, days=200)
    end = ledger.loc[ledger.amount > 0, "ts"].max().normalize().to_pydatetime() + timedelta(days=1)
    found = _population(ledger, [end - timedelta(days=30), end - timedelta(days=29), end], 30)
    assert found.groupby("cutoff").churned.apply(lambda c: c.notna().mean()).to_list() == [1.0, 0.0, 0.0]


def test_all_cutoffs_at_once_agree_with_the_definition() -> None:
    ledger, horizon = simulated_ledger(customers=150, days=300, seed=5), 40
    sales = ledger[(ledger.amount > 0) & ~ledger.is_return]
    orders = sales.groupby(["customer_id", "order_id"], as_index=False).ts.min()
    cutoffs = [T0 + timedelta(days=d) for d in range(50, 260, 10)]
    found = _population(ledger, cutoffs, horizon)
    assert list(map(tuple, found[["cutoff", "customer_id"]].to_numpy())) == sorted(
        map(tuple, found[["cutoff", "customer_id"]].to_numpy())
    )
    for cutoff in cutoffs:
        past = orders[orders.ts < cutoff].groupby("customer_id").ts.agg(["max", "size"])
        eligible = past[(past["max"] >= cutoff - timedelta(days=horizon)) & (past["size"] >= 2)].index
        future = orders[(orders.ts >= cutoff) & (orders.ts < cutoff + timedelta(days=horizon))]
        own = found[found.cutoff == cutoff].set_index("customer_id").churned
        assert own.to_dict() == {c: int(c not in set(future.customer_id)) for c in eligible}
