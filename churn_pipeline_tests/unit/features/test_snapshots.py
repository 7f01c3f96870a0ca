"""What holds of every snapshot: nothing of the future, nothing of other customers, nothing of the machine."""

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, conform, write_table
from churn_pipeline.core.tables import TRANSACTIONS
from churn_pipeline.features import purchases
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline_tests.builders.ledgers import simulated_ledger

START, HORIZON = datetime(2024, 1, 1), 45
CUTOFFS = [START + timedelta(days=d) for d in (150, 200, 250)]
KEYS = ["customer_id", "cutoff"]
FITTED_OR_RANKED = {f.name for f in CATALOGUE if f.family in ("purchase_model", "standing")} - {
    "customer_age_group"
}
CALENDAR = {
    "months_active", "share_of_months_active", "weekend_purchase_ratio", "seasonality_preference",
}  # fmt: skip


def snapshots(
    ledger: pd.DataFrame, cutoffs: list[datetime] = CUTOFFS, *, labelled: bool = False, threads: int = 1
) -> pa.Table:
    with tempfile.TemporaryDirectory() as folder:
        write_table(Path(folder), TRANSACTIONS.name, ledger, TableVersion("run", "version"))
        return build_snapshots(
            ShopStore(Path(folder)), cutoffs, HORIZON, 2, labelled=labelled, threads=threads
        )


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return simulated_ledger(customers=200, days=330, seed=11)


@pytest.mark.parametrize("future", ["scrambled", "gone", "of other customers"])
def test_rows_at_or_after_the_cutoff_change_nothing(ledger: pd.DataFrame, future: str) -> None:
    rng, newest = np.random.default_rng(0), CUTOFFS[-1]
    past, later = ledger[ledger.ts < newest], ledger[ledger.ts >= newest]
    changes: dict[str, Callable[[], pd.DataFrame]] = {
        "scrambled": lambda: later.assign(
            customer_id=rng.permutation(later.customer_id),
            amount=rng.permutation(later.amount) * 3,
            ts=newest + pd.to_timedelta(rng.integers(0, 80 * 86400, len(later)), unit="s"),
            category=rng.permutation(later.category),
        ),
        "gone": lambda: later.head(0),
        "of other customers": lambda: later.assign(
            customer_id="x" + later.customer_id, category="never seen", product="new"
        ),
    }
    assert len(later) > 100
    changed = conform(TRANSACTIONS.name, pd.concat([past, changes[future]()], ignore_index=True)).to_pandas()
    assert snapshots(changed).equals(snapshots(ledger))


def test_an_order_over_midnight_is_known_only_by_its_rows_before_the_cutoff() -> None:
    rows = pd.DataFrame(
        {
            "customer_id": "c",
            "order_id": ["1", "2", "2", "2"],
            "ts": pd.to_datetime(["2024-05-01 10:00", "2024-05-29 23:59", "2024-05-30 00:01",
            "2024-05-30 00:02"]),
            "amount": [10.0, 20.0, 40.0, 80.0],
            "product": None, "category": None, "quantity": None, "discount": None, "is_return": False,
            "upload_sha256": "0",
        }
    )  # fmt: skip
    table = snapshots(
        conform(TRANSACTIONS.name, rows).to_pandas(), [datetime(2024, 5, 30), datetime(2024, 5, 31)]
    ).to_pandas()
    assert table.total_purchase_count.to_list() == [2.0, 2.0]
    assert table.total_lifetime_spend.to_list() == [30.0, 150.0]
    assert table.average_order_value.to_list() == [15.0, 75.0]
    assert table.days_since_last_purchase.round(4).to_list() == [round(1 / 1440, 4), round(1 + 1 / 1440, 4)]


def test_each_cutoff_is_as_if_computed_alone(ledger: pd.DataFrame) -> None:
    together = snapshots(ledger).to_pandas()
    for cutoff in CUTOFFS:
        alone = snapshots(ledger, [cutoff]).to_pandas()
        pd.testing.assert_frame_equal(
            together[together.cutoff == cutoff].reset_index(drop=True), alone, rtol=1e-12
        )


def test_another_customer_changes_nobody_else(ledger: pd.DataFrame) -> None:
    other = ledger[ledger.customer_id == ledger.customer_id.mode()[0]].assign(
        customer_id="A new one", amount=lambda d: d.amount * 100
    )
    grown = snapshots(conform(TRANSACTIONS.name, pd.concat([other, ledger])).to_pandas()).to_pandas()
    assert "A new one" in set(grown.customer_id)
    rest = grown[grown.customer_id != "A new one"].reset_index(drop=True).drop(columns=list(FITTED_OR_RANKED))
    pd.testing.assert_frame_equal(rest, snapshots(ledger).to_pandas().drop(columns=list(FITTED_OR_RANKED)))


def test_a_shifted_history_changes_calendar_features_only(ledger: pd.DataFrame) -> None:
    shift = timedelta(days=100)
    moved = (
        snapshots(ledger.assign(ts=ledger.ts + shift), [c + shift for c in CUTOFFS])
        .to_pandas()
        .drop(columns="cutoff")
    )
    first = snapshots(ledger).to_pandas().drop(columns="cutoff")
    different = {
        c
        for c in first
        if not first[c].equals(moved[c]) and not np.allclose(first[c], moved[c], rtol=1e-9, equal_nan=True)
    }
    assert different == CALENDAR


@pytest.mark.parametrize("rows", [1, 300])
def test_groups_of_customers_of_any_size_give_the_same(
    ledger: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    some = ledger[ledger.customer_id < "C0020"]
    at_once = snapshots(some, labelled=True)
    monkeypatch.setattr(purchases, "GROUP_ROWS", rows)
    assert snapshots(some, labelled=True).equals(at_once)


@pytest.mark.parametrize("threads", [2, 4])
def test_threads_and_the_order_of_rows_change_no_bit(ledger: pd.DataFrame, threads: int) -> None:
    shuffled = ledger.sample(frac=1, random_state=threads)
    assert snapshots(shuffled, threads=threads).equals(snapshots(ledger))


def test_a_file_without_optional_columns_yields_no_features_of_them(ledger: pd.DataFrame) -> None:
    poor = ledger.assign(
        product=None, category=None, quantity=None, discount=None, order_id=None, ts=ledger.ts.dt.normalize()
    )
    poor = poor[~poor.is_return]
    columns = set(snapshots(conform(TRANSACTIONS.name, poor).to_pandas()).column_names)
    assert columns == {"customer_id", "cutoff"} | {f.name for f in CATALOGUE if not f.needs}


def test_columns_order_and_types(ledger: pd.DataFrame) -> None:
    table = snapshots(ledger, labelled=True)
    assert table.column_names == ["customer_id", "cutoff", *(f.name for f in CATALOGUE), "churned"]
    assert {table.schema.field(f.name).type for f in CATALOGUE} == {pa.float64()}
    assert table.schema.field("cutoff").type == pa.timestamp("us")
    keys = table.select(["cutoff", "customer_id"]).to_pandas()
    assert keys.equals(keys.sort_values(["cutoff", "customer_id"], ignore_index=True))
    assert not keys.duplicated().any()
    assert set(table["churned"].to_pylist()) == {0, 1}


def test_features_are_finite_and_only_null_where_the_catalogue_says_so(ledger: pd.DataFrame) -> None:
    table = snapshots(ledger).to_pandas()
    assert not np.isinf(table.drop(columns=KEYS).to_numpy(float)).any()
    never = [f.name for f in CATALOGUE if f.null_means == "never missing"]
    assert table[never].notna().all().all()


def test_immature_labels_and_cutoffs_within_a_day_are_refused(ledger: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="mature"):
        snapshots(ledger, [START + timedelta(days=320)], labelled=True)
    with pytest.raises(ValueError, match="midnights"):
        snapshots(ledger, [START + timedelta(days=200, hours=1)])


def test_nobody_eligible_gives_an_empty_table_with_its_columns(ledger: pd.DataFrame) -> None:
    table = snapshots(ledger, [START + timedelta(days=3000)])
    assert table.num_rows == 0
    assert "bg_nbd_churn_probability" in table.column_names
