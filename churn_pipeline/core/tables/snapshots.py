"""Customers at cutoffs: features and labels. Which features, the catalogue of the features package says."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import AS_OF, CHURNED, CUSTOMER, CUTOFF, FOLD, column, table

TRAINING_SNAPSHOTS = table(
    "training_snapshots",
    "one eligible customer at one mature cutoff",
    CUSTOMER,
    CUTOFF,
    column("split", pa.string(), "train, or test: the last mature cutoff", nullable=False),
    FOLD,
    CHURNED,
    open=True,
)

EMBARGOED_SNAPSHOTS = table(
    "embargoed_snapshots",
    "one eligible customer at a mature cutoff between T - H and T: outcomes overlap the test, "
    "so only the champion's final refit reads it",
    CUSTOMER,
    CUTOFF,
    FOLD,
    CHURNED,
    open=True,
)

LEVEL_SNAPSHOTS = table(
    "level_snapshots",
    "one eligible customer at a sparse cutoff older than the training's, scored by the fold model that never "
    "saw the customer, to learn what the season does; never fitted on",
    CUSTOMER,
    CUTOFF,
    FOLD,
    CHURNED,
    open=True,
)

CUSTOMER_FEATURES = table(
    "customer_features", "one eligible customer at data end", CUSTOMER, AS_OF, open=True
)

SNAPSHOT_KEYS = ("customer_id", "cutoff", "split", "fold", "churned", "as_of", "status", "returned")


def feature_columns(columns: list[str]) -> list[str]:
    """The feature columns among a snapshot's columns: everything that is not a key, split or label."""
    return [c for c in columns if c not in SNAPSHOT_KEYS]
