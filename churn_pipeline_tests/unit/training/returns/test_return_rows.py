"""Who may come back at each cutoff, and that nothing of the future is known of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.churn_definition.cutoffs import plan_cutoffs
from churn_pipeline.core.enums import Status
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, conform, duckdb_over, write_table
from churn_pipeline.core.tables import RETURN_FEATURES, RETURN_SNAPSHOTS, TRANSACTIONS, feature_columns
from churn_pipeline.scoring.status import customer_status
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.returns.return_rows import (
    ReturnRows,
    build_return_features,
    build_return_rows,
    return_rows_at,
)
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run

HORIZON = 40
PLAN = plan_cutoffs(datetime(2024, 1, 1), datetime(2024, 12, 30), HORIZON, 24)


def rows_of(folder: Path, ledger: pd.DataFrame, cap: int = 15_000) -> ReturnRows:
    folder.mkdir()
    write_table(folder, "transactions", ledger, TableVersion("run", "data"))
    run = shop_run(folder, ShopConfig(name="shop"), HORIZON, Settings(home=folder, max_return_rows=cap))
    return return_rows_at(run, PLAN)


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return simulated_ledger(customers=250, seed=5)


@pytest.fixture(scope="module")
def rows(ledger: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    found = rows_of(tmp_path_factory.mktemp("rows") / "shop", ledger).snapshots
    conform(RETURN_SNAPSHOTS.name, found)
    return found


def test_they_are_those_whom_the_status_of_scoring_names_and_the_label_is_an_order(
    rows: pd.DataFrame, ledger: pd.DataFrame, tmp_path: Path
) -> None:
    write_table(tmp_path, "transactions", ledger, TableVersion("run", "data"))
    orders = ledger[(ledger.amount > 0) & ~ledger.is_return]
    assert set(rows["cutoff"]) == {*PLAN.training, *PLAN.embargoed, PLAN.test}
    for cutoff in (PLAN.training[0], PLAN.training[-1], PLAN.test):
        with duckdb_over(tmp_path, ["transactions"]) as connection:
            status = customer_status(connection, cutoff, HORIZON, 2).set_index("customer_id")["status"]
        found = rows[rows["cutoff"] == cutoff].set_index("customer_id")
        pd.testing.assert_series_equal(
            found["status"].sort_index(), status[status != Status.ELIGIBLE].sort_index(), check_dtype=False
        )
        after = orders[(orders.ts >= cutoff) & (orders.ts < cutoff + timedelta(days=HORIZON))]
        assert (found["returned"] == found.index.isin(after["customer_id"])).all()


def test_splits_keep_the_embargo_and_folds_the_customer(rows: pd.DataFrame) -> None:
    newest = rows.groupby("split")["cutoff"].max()
    assert newest["train"] <= PLAN.test - timedelta(days=HORIZON) < newest["embargoed"] < newest["test"]
    assert set(rows.loc[rows["split"] == "test", "cutoff"]) == {pd.Timestamp(PLAN.test)}
    assert rows.groupby("customer_id")["fold"].nunique().max() == 1
    assert set(rows["fold"]) == {0, 1, 2}


@pytest.mark.parametrize("future", ["scrambled", "gone", "of other customers"])
def test_rows_at_or_after_the_cutoff_change_nothing(
    rows: pd.DataFrame, ledger: pd.DataFrame, tmp_path: Path, future: str
) -> None:
    rng, newest = np.random.default_rng(0), PLAN.test
    past, later = ledger[ledger.ts < newest], ledger[ledger.ts >= newest]
    changes: dict[str, Callable[[], pd.DataFrame]] = {
        "scrambled": lambda: later.assign(
            customer_id=rng.permutation(later.customer_id),
            amount=rng.permutation(later.amount) * 3,
            ts=newest + pd.to_timedelta(rng.integers(0, (HORIZON - 1) * 86400, len(later)), unit="s"),
        ),
        "gone": lambda: later[later.ts == later.ts.max()].head(1),  # data end stays
        "of other customers": lambda: later.assign(customer_id="x" + later.customer_id),
    }
    assert len(later) > 100
    changed = pd.concat([past, changes[future](), later.loc[[later.ts.idxmax()]]], ignore_index=True)
    found = rows_of(tmp_path / "shop", conform(TRANSACTIONS.name, changed).to_pandas()).snapshots
    known = ["customer_id", "cutoff", "status", "split", "fold", *feature_columns(list(rows.columns))]
    pd.testing.assert_frame_equal(found[known], rows[known])


def test_more_rows_than_the_cap_are_drawn_and_what_there_was_is_told(
    rows: pd.DataFrame, ledger: pd.DataFrame, tmp_path: Path
) -> None:
    few = rows_of(tmp_path / "shop", ledger, cap=500)
    lapsed = rows[(rows["status"] == "lapsed") & (rows["split"] == "train")]
    told = few.available["lapsed"]["train"]
    assert len(lapsed) > 500
    assert told == {"rows": len(lapsed), "returns": int(lapsed["returned"].sum()), "drawn": 500}
    drawn = few.snapshots[(few.snapshots["status"] == "lapsed") & (few.snapshots["split"] == "train")]
    both = drawn.merge(lapsed, on=["customer_id", "cutoff"], suffixes=("", "_all"))
    assert len(drawn) == len(both) == 500 and (both["returned"] == both["returned_all"]).all()
    assert drawn["cutoff"].nunique() > 20  # spread over all cutoffs, not the newest alone
    assert (few.snapshots["split"] == "test").sum() == (rows["split"] == "test").sum()


def test_features_at_data_end_are_of_everybody_without_a_score(ledger: pd.DataFrame, tmp_path: Path) -> None:
    write_table(tmp_path, "transactions", ledger, TableVersion("run", "data"))
    run = shop_run(tmp_path, ShopConfig(name="shop"), HORIZON)
    features = build_return_features(run)
    conform(RETURN_FEATURES.name, features)
    end = features["as_of"].iloc[0].to_pydatetime()
    with duckdb_over(tmp_path, ["transactions"]) as connection:
        status = customer_status(connection, end, HORIZON, 2)
    others = status[status["status"] != Status.ELIGIBLE]
    assert features["customer_id"].tolist() == others["customer_id"].tolist()
    assert features["status"].tolist() == others["status"].tolist()
    assert features["days_since_last_purchase"].to_numpy() == pytest.approx(
        others["days_since_last_order"].to_numpy()
    )


def test_a_shop_without_any_such_customer_has_empty_tables(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01 12:00", periods=180, freq="D")
    every_day = pd.DataFrame(
        {"customer_id": np.repeat(["a", "b"], len(days)), "ts": np.tile(days, 2), "amount": 5.0}
    ).assign(order_id=None, product=None, category=None, quantity=None, discount=None)
    ledger = conform(TRANSACTIONS.name, every_day.assign(is_return=False, upload_sha256="0")).to_pandas()
    write_table(tmp_path, "transactions", ledger, TableVersion("run", "data"))
    run = shop_run(tmp_path, ShopConfig(name="shop"), 30)
    assert build_return_features(run).empty
    found = build_return_rows(run)
    conform(RETURN_SNAPSHOTS.name, found.snapshots)
    assert found.snapshots.empty and found.available["new"]["train"] == {"rows": 0, "returns": 0, "drawn": 0}
