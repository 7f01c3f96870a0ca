"""Point-in-time features: labelled snapshots to learn from, and every eligible customer at data end."""

import dagster as dg

from churn_pipeline.orchestration.assets.ledger import churn_definition, shop_horizon, transactions
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.recording import record_table, write_versioned
from churn_pipeline.orchestration.resources import ChurnSettings

GROUP = "features"


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[transactions, churn_definition], kinds={"duckdb", "sql"})
def training_snapshots(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Features and label of every eligible customer at rolling cutoffs, folds by customer; the last mature cutoff is the embargoed test."""
    from churn_pipeline.training.snapshots import build_training_tables

    folder, settings = churn.folder(context), churn.load()
    tables = build_training_tables(folder, shop_horizon(churn, context), churn.shop(context).min_orders, settings)
    write_versioned(context, folder, "embargoed_snapshots", tables.embargoed)
    return record_table(context, folder, "training_snapshots", tables.training, **tables.facts)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[transactions, churn_definition], kinds={"duckdb", "sql"})
def customer_features(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The same features of every eligible customer as of data end."""
    from churn_pipeline.training.snapshots import build_customer_features

    folder = churn.folder(context)
    frame = build_customer_features(folder, shop_horizon(churn, context), churn.shop(context).min_orders, churn.load())
    return record_table(context, folder, "customer_features", frame)
