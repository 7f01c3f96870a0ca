"""The stacked training snapshots with folds and the embargoed test, and the features to score at data end."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.cutoffs import CutoffPlan, data_end, plan_cutoffs
from churn_pipeline.errors import BadInput
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.orders import orders_sql
from churn_pipeline.settings import Settings
from churn_pipeline.storage import duckdb_over
from churn_pipeline.training.splits import assign_folds

MIN_TEST_CUSTOMERS = 20


@dataclass(frozen=True)
class TrainingTables:
    """training: rows of split train and test; embargoed: mature rows between T - H and T; facts: what to show beside them."""

    training: pd.DataFrame
    embargoed: pd.DataFrame
    facts: dict[str, Any]


def cutoff_plan(folder: Path, horizon: int, settings: Settings) -> CutoffPlan:
    """The cutoffs of a shop, from its first and last order."""
    first, last = _first_and_last_order(folder, settings)
    return plan_cutoffs(first, last, horizon, settings.max_cutoffs)


def order_span(folder: Path, settings: Settings) -> tuple[datetime, datetime]:
    """The first order and the data end of a shop."""
    first, last = _first_and_last_order(folder, settings)
    return first, data_end(last)


def _first_and_last_order(folder: Path, settings: Settings) -> tuple[datetime, datetime]:
    with duckdb_over(folder, ["transactions"], settings.threads) as connection:
        found = connection.execute(f"SELECT min(ordered_at), max(ordered_at) FROM ({orders_sql()})").fetchone()  # noqa: S608
    if found is None or found[0] is None:
        raise BadInput(f"The ledger of shop {folder.name!r} has no orders; deliver a file with amounts above zero.")
    return found[0], found[1]


def build_training_tables(folder: Path, horizon: int, min_orders: int, settings: Settings) -> TrainingTables:
    """Snapshots at every mature cutoff, split into training, test and embargoed rows.

    Raises BadInput when the test has too few customers or the outcomes are all the same, so that nothing could be learned or measured.
    """
    plan = cutoff_plan(folder, horizon, settings)
    cutoffs = sorted({*plan.training, *plan.embargoed, plan.test})
    rows = build_snapshots(folder, cutoffs, horizon, min_orders, labelled=True, threads=settings.threads).to_pandas()
    embargo = pd.Timestamp(plan.test) - pd.Timedelta(days=horizon)
    split = np.select([rows.cutoff == plan.test, rows.cutoff <= embargo], ["test", "train"], default="embargoed")
    rows.insert(2, "split", split)
    train = capped_by_hash(rows[rows.split == "train"], settings.max_training_rows)
    require_learnable(train, rows[rows.split == "test"], plan.test)
    kept = pd.concat(
        [train, rows[rows.split == "test"], capped_by_hash(rows[rows.split == "embargoed"], settings.max_training_rows)], ignore_index=True
    )
    kept.insert(3, "fold", assign_folds(kept, settings.folds, settings.seed))
    used = kept[kept.split != "embargoed"].reset_index(drop=True)
    embargoed = kept[kept.split == "embargoed"].drop(columns="split").reset_index(drop=True)
    facts = {
        "test_cutoff": str(plan.test.date()),
        "training_cutoffs": len(plan.training),
        "training_rows": len(train),
        "training_rows_available": int((rows.split == "train").sum()),
        "test_customers": int((used.split == "test").sum()),
    }
    return TrainingTables(used, embargoed, facts)


def build_customer_features(folder: Path, horizon: int, min_orders: int, settings: Settings) -> pd.DataFrame:
    """Features of every eligible customer at data end; column as_of instead of cutoff."""
    end: datetime = cutoff_plan(folder, horizon, settings).data_end
    rows = build_snapshots(folder, [end], horizon, min_orders, labelled=False, threads=settings.threads)
    return rows.to_pandas().rename(columns={"cutoff": "as_of"})


def capped_by_hash(rows: pd.DataFrame, cap: int) -> pd.DataFrame:
    """At most `cap` rows, those with the smallest hash of customer and cutoff: spread over all cutoffs, whatever other rows say."""
    if len(rows) <= cap:
        return rows
    order = pd.util.hash_pandas_object(rows[["customer_id", "cutoff"]], index=False).to_numpy()
    return rows[order <= np.partition(order, cap - 1)[cap - 1]]


def require_learnable(train: pd.DataFrame, test: pd.DataFrame, at: datetime) -> None:
    """BadInput in one sentence where no honest model can be trained or measured."""
    if len(test) < MIN_TEST_CUSTOMERS or not len(train):
        raise BadInput(
            f"Only {len(test)} customers are eligible at the test cutoff {at:%Y-%m-%d} and {len(train)} training rows exist before it: "
            "too few to learn from; deliver a longer history, lower --min-orders or choose another --horizon."
        )
    if train.churned.nunique() < 2 or test.churned.nunique() < 2:
        kind = "churned" if int(train.churned.iloc[0]) else "stayed"
        raise BadInput(f"With this horizon every customer of the training or test cutoffs {kind}; choose another --horizon.")
