"""Who may come back: the lapsed and the new, as of each cutoff by the rule of the status, with whether they
ordered.

The features are those of the eligible, from the same SQL. There are far more such customers than the models
need, so the rows are drawn before their features are computed, by a hash of customer and cutoff: for each
population as many training rows as one fit takes, a share of that of embargoed ones, and at the test cutoff
everybody up to MOST_TEST_ROWS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from churn_pipeline.churn_definition.cutoffs import CutoffPlan
from churn_pipeline.churn_definition.labels import eligible_sql, register_cutoffs
from churn_pipeline.churn_definition.treated_labels import untreated_rows
from churn_pipeline.core.enums import WITHOUT_SCORE, Split
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.shop.orders import orders_sql
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import cutoff_plan

FOLDS = 3
MOST_TEST_ROWS = 50_000
EMBARGOED_SHARE = 3
"""One embargoed row to so many training rows: there are about a third as many such cutoffs."""


@dataclass(frozen=True)
class ReturnRows:
    """snapshots: the table return_snapshots; available: status -> what there was to draw from."""

    snapshots: pd.DataFrame
    available: dict[str, dict[str, Any]]


def build_return_rows(run: ShopRun) -> ReturnRows:
    """Labelled rows of the lapsed and the new at every mature cutoff, with folds by customer."""
    return return_rows_at(run, cutoff_plan(run))


def return_rows_at(run: ShopRun, plan: CutoffPlan) -> ReturnRows:
    """The same at the cutoffs of a plan, so that a past training can be repeated."""
    drawn = _drawn(run, plan)
    keys = drawn[["customer_id", "cutoff", "split"]]
    cutoffs = [c.to_pydatetime() for c in keys["cutoff"].drop_duplicates()] or [plan.test]
    rows = _built(run, cutoffs, labelled=True, chosen=keys[["customer_id", "cutoff"]])
    rows = rows.merge(keys, on=["customer_id", "cutoff"], validate="one_to_one")
    rows, _ = untreated_rows(rows, run.store, run.horizon)
    fold = pd.util.hash_array(rows["customer_id"].to_numpy(dtype=object)) % np.uint64(FOLDS)
    rows["fold"], rows["returned"] = fold.astype(np.int8), (1 - rows.pop("churned")).astype(np.int8)
    rows = rows.sort_values(["status", "cutoff", "customer_id"], ignore_index=True)
    return ReturnRows(rows, {str(s): _available(drawn[drawn["status"] == s]) for s in WITHOUT_SCORE})


def build_return_features(run: ShopRun) -> pd.DataFrame:
    """The table return_features: the same features of every lapsed and new customer at data end."""
    return _built(run, [cutoff_plan(run).data_end], labelled=False).rename(columns={"cutoff": "as_of"})


def _built(
    run: ShopRun, cutoffs: Sequence[datetime], *, labelled: bool, chosen: pd.DataFrame | None = None
) -> pd.DataFrame:
    """`build_snapshots` of those without a score; chosen: customer_id and cutoff of the rows wanted."""
    built = build_snapshots(
        run.store,
        cutoffs,
        run.horizon,
        run.config.min_orders,
        labelled=labelled,
        threads=run.settings.threads,
        statuses=WITHOUT_SCORE,
        chosen=None if chosen is None else pa.Table.from_pandas(chosen, preserve_index=False),
    )
    return built.to_pandas()


def _drawn(run: ShopRun, plan: CutoffPlan) -> pd.DataFrame:
    """customer_id, cutoff, status, split of the rows drawn, with how many rows and returns of the same status
    and split there were (rows, returns)."""
    cap = run.settings.max_return_rows
    caps = {
        Split.TRAIN: cap,
        Split.EMBARGOED: cap // EMBARGOED_SHARE,
        Split.TEST: MOST_TEST_ROWS,
    }
    embargo = max((*plan.training, datetime.min))
    limit = " ".join(f"WHEN '{split}' THEN {rows}" for split, rows in caps.items())
    statement = f"""
        WITH orders AS ({orders_sql()}),
        people AS (
            SELECT customer_id, cutoff, status, 1 - churned AS returned,
                   CASE WHEN cutoff = TIMESTAMP '{plan.test}' THEN '{Split.TEST}'
                        WHEN cutoff <= TIMESTAMP '{embargo}' THEN '{Split.TRAIN}'
                        ELSE '{Split.EMBARGOED}' END AS split
            FROM ({eligible_sql("orders", run.horizon, run.config.min_orders, WITHOUT_SCORE)})
        )
        SELECT * EXCLUDE (returned, turn)
        FROM (
            SELECT *,
                   count(*) OVER part AS rows,
                   CAST(sum(returned) OVER part AS BIGINT) AS returns,
                   row_number() OVER (
                       PARTITION BY status, split ORDER BY md5(customer_id || CAST(cutoff AS VARCHAR))
                   ) AS turn
            FROM people
            WINDOW part AS (PARTITION BY status, split)
        )
        WHERE turn <= CASE split {limit} END
        ORDER BY cutoff, customer_id
    """  # noqa: S608 - names and times of ours
    with run.store.query(["transactions"], run.settings.threads) as connection:
        register_cutoffs(connection, [*plan.training, *plan.embargoed, plan.test])
        return connection.sql(statement).df()


def _available(drawn: pd.DataFrame) -> dict[str, Any]:
    """Of one population: rows and returns that there were, by split, and the rows drawn."""
    by_split = drawn.groupby("split")[["rows", "returns"]].first()
    found = {str(split): by_split.loc[split] for split in by_split.index}
    counts = drawn["split"].value_counts()
    return {
        str(split): {
            "rows": int(found[split]["rows"]) if split in found else 0,
            "returns": int(found[split]["returns"]) if split in found else 0,
            "drawn": int(counts.get(split, 0)),
        }
        for split in (Split.TRAIN, Split.EMBARGOED, Split.TEST)
    }
