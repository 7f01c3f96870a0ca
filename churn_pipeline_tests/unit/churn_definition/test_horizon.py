"""The churn definition: gaps with open ends, the suggestion, the preview and the advice."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.churn_definition.balance import class_balance
from churn_pipeline.churn_definition.gaps import elbow_of
from churn_pipeline.churn_definition.horizon import ChurnDefinition, define_churn, orders_in_sequence
from churn_pipeline.churn_definition.plot import horizon_plot
from churn_pipeline.churn_definition.preview import HORIZONS, preview
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.core.tables import TRANSACTIONS
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run


def put(folder: Path, ledger: pd.DataFrame) -> Path:
    write_table(folder, TRANSACTIONS.name, ledger, TableVersion("test", "1"))
    return folder


def defined(folder: Path, ledger: pd.DataFrame, horizon: int | None = None) -> ChurnDefinition:
    return define_churn(shop_run(put(folder, ledger), ShopConfig(name="shop", horizon=horizon)))


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return simulated_ledger(customers=400, days=600)


@pytest.fixture(scope="module")
def definition(tmp_path_factory: pytest.TempPathFactory, ledger: pd.DataFrame) -> ChurnDefinition:
    return defined(tmp_path_factory.mktemp("shop"), ledger)


def test_the_suggestion_is_carried_and_explained(definition: ChurnDefinition) -> None:
    assert definition.source == "suggested"
    assert 30 <= definition.horizon == definition.suggested <= min(180, definition.history_days // 3)
    assert "elbow" in definition.reason
    assert definition.chosen.eligible
    json.dumps(definition.to_document(), allow_nan=False)


def test_the_preview_counts_as_pandas_does(definition: ChurnDefinition, ledger: pd.DataFrame) -> None:
    row = next(r for r in definition.preview if r.horizon == 60)
    orders = ledger[~ledger.is_return].groupby(["customer_id", "order_id"]).ts.min().reset_index()
    end = orders.ts.max().normalize() + pd.Timedelta(days=1)
    span = pd.Timedelta(days=60)

    def churned_at(cutoff: pd.Timestamp) -> pd.Series:
        before = orders[orders.ts < cutoff].groupby("customer_id").ts.agg(["max", "count"])
        eligible = before[(before["max"] >= cutoff - span) & (before["count"] >= 2)].index
        later = orders[(orders.ts >= cutoff) & (orders.ts < cutoff + span)].customer_id
        return pd.Series(~eligible.isin(later), index=eligible)

    now, earlier = churned_at(end - span), churned_at(end - 2 * span)
    gone = earlier.index[earlier]
    back = orders[orders.ts >= end - span].customer_id
    assert row.eligible == len(now)
    assert row.churn_rate == pytest.approx(now.mean())
    assert row.come_back_share == pytest.approx(gone.isin(back).mean())


def test_every_horizon_is_previewed_or_refused_with_its_reason(definition: ChurnDefinition) -> None:
    by_horizon = {row.horizon: row for row in definition.preview}
    assert set(HORIZONS) <= set(by_horizon)
    for row in definition.preview:
        carried = 3 * row.horizon <= definition.history_days
        assert (row.refusal is None) == carried
        assert (row.churn_rate is not None) == carried
    assert "at least 540" in defined_refusal(definition, 180) or definition.history_days >= 3 * 180


def defined_refusal(definition: ChurnDefinition, horizon: int) -> str:
    return next(row.refusal or "" for row in definition.preview if row.horizon == horizon)


def test_open_gaps_are_counted_as_open(tmp_path: Path) -> None:
    """Half of the customers come back after 10 days, half never: half return, though every finished gap is 10
    days."""
    start = pd.Timestamp("2024-01-01")
    rows = [(f"C{i}", start) for i in range(100)] + [
        (f"C{i}", start + pd.Timedelta(days=10)) for i in range(50)
    ]
    rows += [("late", start), ("late", start + pd.Timedelta(days=399))]
    ledger = pd.DataFrame(rows, columns=["customer_id", "ts"]).assign(
        amount=1.0, is_return=False, upload_sha256="0" * 64
    )
    for column in ("order_id", "product", "category", "quantity", "discount"):
        ledger[column] = None
    curve = defined(tmp_path, ledger).curve
    assert curve.finished_gaps == 51
    assert curve.open_gaps == 101
    assert curve.finished[10] == 50
    assert curve.returned[9] == 0
    # of 152 gaps all but the one that was open for a day have lasted ten days, and 50 of them end then
    assert curve.returned[10] == pytest.approx(50 / 151)


def test_the_return_curve_rises_from_nothing(definition: ChurnDefinition) -> None:
    returned = definition.curve.returned
    assert returned[0] == 0
    assert (np.diff(returned) >= 0).all()
    assert returned[-1] < 1


def test_the_elbow_of_a_bent_line_is_its_bend() -> None:
    assert elbow_of(np.concatenate([np.linspace(0, 0.8, 21), np.linspace(0.801, 1, 180)])) == 20
    assert elbow_of(np.zeros(10)) is None


@pytest.mark.parametrize("horizon", [14, 195])
def test_the_shops_own_horizon_wins_also_outside_the_usual(
    tmp_path: Path, ledger: pd.DataFrame, horizon: int
) -> None:
    own = defined(tmp_path, ledger, horizon)
    assert own.horizon == horizon
    assert own.source == "shop"
    assert own.chosen.churn_rate is not None
    assert f"has set {horizon} days" in own.reason


def test_an_own_horizon_that_the_history_does_not_carry_is_refused(
    tmp_path: Path, ledger: pd.DataFrame
) -> None:
    with pytest.raises(BadInput, match="at least 750"):
        defined(tmp_path, ledger, 250)


def test_a_short_history_is_refused_but_carries_a_short_horizon(tmp_path: Path, ledger: pd.DataFrame) -> None:
    short = ledger[ledger.ts < ledger.ts.min() + pd.Timedelta(days=70)]
    with pytest.raises(BadInput, match="deliver a longer history"):
        defined(tmp_path, short)
    own = defined(tmp_path, short, 20)
    assert own.suggested is None
    assert "too short to suggest" in own.reason


def test_a_slider_gets_any_horizon(tmp_path: Path, ledger: pd.DataFrame, definition: ChurnDefinition) -> None:
    run = shop_run(put(tmp_path, ledger), ShopConfig(name="shop"))
    numbered = orders_in_sequence(run)
    assert preview(numbered, 60, 2) == next(r for r in definition.preview if r.horizon == 60)
    assert preview(numbered, 400, 2).refusal


def test_a_shop_where_nobody_returns_still_gets_an_answer(tmp_path: Path, ledger: pd.DataFrame) -> None:
    once = ledger[~ledger.is_return].assign(customer_id=lambda d: [f"N{i}" for i in range(len(d))])
    lonely = defined(tmp_path, once)
    assert "only a starting point" in lonely.reason
    assert lonely.class_balance.churn_rate is None
    assert len(horizon_plot(lonely)) > 1_000


def test_a_ledger_without_orders_is_refused(tmp_path: Path, ledger: pd.DataFrame) -> None:
    with pytest.raises(BadInput, match="no order"):
        defined(tmp_path, ledger.assign(amount=0.0))


@pytest.mark.parametrize(
    ("rate", "customers", "advice", "flagged"),
    [
        (0.4, 1_000, "none", False),
        (0.15, 1_000, "weights", False),
        (0.05, 1_000, "smote", True),
        (0.95, 1_000, "smote", True),
        (0.05, 500_000, "undersampling", True),
        (0.0, 1_000, "none", True),
        (None, 0, "none", False),
    ],
)
def test_advice_follows_the_balance(rate: float | None, customers: int, advice: str, flagged: bool) -> None:
    balance = class_balance(rate, customers)
    assert (balance.advice, balance.flagged) == (advice, flagged)


def test_the_plot_is_small_and_repeatable(definition: ChurnDefinition) -> None:
    picture = horizon_plot(definition)
    assert picture.startswith(b"\x89PNG")
    assert len(picture) <= 40_000
    assert picture == horizon_plot(definition)
