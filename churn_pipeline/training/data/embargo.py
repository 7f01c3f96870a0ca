"""The stacked training snapshots with folds and the embargoed test, and the features to score at data end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.cutoffs import CutoffPlan, data_end, plan_cutoffs
from churn_pipeline.churn_definition.treated_labels import Untreated, untreated_rows
from churn_pipeline.core.enums import Split
from churn_pipeline.core.errors import BadInput
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.shop.orders import orders_sql
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.splits import assign_folds

MIN_TEST_CUSTOMERS = 20
LEVEL_CUSTOMERS = 1_000  # of a sparse cutoff: by chance its level is off by .06 in log-odds then


@dataclass(frozen=True)
class TrainingTables:
    """training: rows of split train and test; embargoed: mature rows between T - H and T; level: rows of
    sparse cutoffs before the training's; facts: what to show beside them; campaigns: what they left of the
    labels."""

    training: pd.DataFrame
    embargoed: pd.DataFrame
    level: pd.DataFrame
    facts: dict[str, Any]
    campaigns: Untreated


def cutoff_plan(run: ShopRun) -> CutoffPlan:
    """The cutoffs of a shop, from its first and last order."""
    return plan_cutoffs(*_first_and_last_order(run), run.horizon, run.settings.max_cutoffs)


def order_span(run: ShopRun) -> tuple[datetime, datetime]:
    """The first order and the data end of a shop."""
    first, last = _first_and_last_order(run)
    return first, data_end(last)


def _first_and_last_order(run: ShopRun) -> tuple[datetime, datetime]:
    """Read from the whole ledger, once a run."""
    return run.once(("order_span", run.store.version("transactions")), lambda: _scanned_span(run))


def _scanned_span(run: ShopRun) -> tuple[datetime, datetime]:
    with run.store.query(["transactions"], run.settings.threads) as connection:
        span = connection.execute(
            f"SELECT min(ordered_at), max(ordered_at) FROM ({orders_sql()})"  # noqa: S608
        ).fetchone()
    if span is None or span[0] is None:
        raise BadInput(
            f"The ledger of shop {run.shop!r} has no orders; deliver a file with amounts above zero."
        )
    return span[0], span[1]


def build_training_tables(run: ShopRun) -> TrainingTables:
    """Snapshots at every mature cutoff, as if no campaign had contacted anybody (churn_definition/
    treated_labels.py), split into training, test and embargoed rows.

    Raises BadInput when the test has too few customers or the outcomes are all the same, so that nothing
    could be learned or measured."""
    plan, settings, horizon = cutoff_plan(run), run.settings, run.horizon
    cutoffs = sorted({*plan.level, *plan.training, *plan.embargoed, plan.test})
    built = _snapshots(run, cutoffs, labelled=True)
    rows, campaigns = untreated_rows(built, run.store, horizon)
    embargo = pd.Timestamp(plan.test) - pd.Timedelta(days=horizon)
    split = np.select(
        [rows.cutoff == plan.test, rows.cutoff < plan.training[0], rows.cutoff <= embargo],
        [Split.TEST, Split.LEVEL, Split.TRAIN],
        default=Split.EMBARGOED,
    )
    rows.insert(2, "split", split)
    train = capped_by_hash(rows[rows.split == Split.TRAIN], settings.max_training_rows)
    require_learnable(train, rows[rows.split == Split.TEST], plan.test)
    embargoed = capped_by_hash(rows[rows.split == Split.EMBARGOED], settings.max_training_rows)
    level = capped_at_each_cutoff(rows[rows.split == Split.LEVEL])
    kept = pd.concat([train, rows[rows.split == Split.TEST], embargoed, level], ignore_index=True)
    kept.insert(3, "fold", assign_folds(kept, settings.folds, settings.seed))
    used = kept[kept.split.isin([Split.TRAIN, Split.TEST])].reset_index(drop=True)
    embargoed, level = (
        kept[kept.split == split].drop(columns="split").reset_index(drop=True)
        for split in (Split.EMBARGOED, Split.LEVEL)
    )
    facts = {
        "test_cutoff": str(plan.test.date()),
        "training_cutoffs": len(plan.training),
        "training_rows": len(train),
        "training_rows_available": int((rows.split == Split.TRAIN).sum()),
        "test_customers": int((used.split == Split.TEST).sum()),
        "level_cutoffs": len(plan.level),
        **({"campaigns": campaigns.facts()} if campaigns.touched else {}),
    }
    return TrainingTables(used, embargoed, level, facts, campaigns)


def training_snapshots(run: ShopRun) -> pd.DataFrame:
    """The table training_snapshots, read once a run; not to be changed."""
    key = ("training_snapshots", run.store.version("training_snapshots"))
    return run.once(key, lambda: run.store.read("training_snapshots"))


def level_snapshots(run: ShopRun) -> pd.DataFrame | None:
    """The table level_snapshots; None in a shop whose last training knew none."""
    return run.store.read("level_snapshots") if run.store.exists("level_snapshots") else None


def build_customer_features(run: ShopRun) -> pd.DataFrame:
    """Features of every eligible customer at data end; column as_of instead of cutoff."""
    return _snapshots(run, [cutoff_plan(run).data_end], labelled=False).rename(columns={"cutoff": "as_of"})


def labelled_snapshots(run: ShopRun, cutoffs: Sequence[datetime]) -> pd.DataFrame:
    """Features and label of every eligible customer at mature cutoffs, as if no campaign had contacted
    anybody."""
    return untreated_rows(_snapshots(run, list(cutoffs), labelled=True), run.store, run.horizon)[0]


def _snapshots(run: ShopRun, cutoffs: list[datetime], *, labelled: bool) -> pd.DataFrame:
    """`build_snapshots` with what the shop says of the horizon and of who is eligible."""
    threads = run.settings.threads
    built = build_snapshots(
        run.store, cutoffs, run.horizon, run.config.min_orders, labelled=labelled, threads=threads
    )
    return built.to_pandas()


def capped_by_hash(rows: pd.DataFrame, cap: int) -> pd.DataFrame:
    """At most `cap` rows, those with the smallest hash of customer and cutoff: spread over all cutoffs,
    whatever other rows say."""
    if len(rows) <= cap:
        return rows
    order = pd.util.hash_pandas_object(rows[["customer_id", "cutoff"]], index=False).to_numpy()
    return rows[order <= np.partition(order, cap - 1)[cap - 1]]


def capped_at_each_cutoff(rows: pd.DataFrame, cap: int = LEVEL_CUSTOMERS) -> pd.DataFrame:
    """At most `cap` customers of each cutoff, chosen as in `capped_by_hash`."""
    parts = [capped_by_hash(part, cap) for _, part in rows.groupby("cutoff", sort=True)]
    return pd.concat(parts, ignore_index=True) if parts else rows


def require_learnable(train: pd.DataFrame, test: pd.DataFrame, at: datetime) -> None:
    """BadInput in one sentence where no honest model can be trained or measured."""
    if len(test) < MIN_TEST_CUSTOMERS or not len(train):
        raise BadInput(
            f"Only {len(test)} customers are eligible at the test cutoff {at:%Y-%m-%d} and {len(train)} "
            f"training rows exist before it: "
            "too few to learn from; deliver a longer history, lower --min-orders or choose another --horizon."
        )
    if train.churned.nunique() < 2 or test.churned.nunique() < 2:
        kind = "churned" if int(train.churned.iloc[0]) else "stayed"
        raise BadInput(
            f"With this horizon every customer of the training or test cutoffs {kind}; "
            f"choose another --horizon."
        )
