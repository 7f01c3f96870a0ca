"""Point-in-time features: labelled snapshots to learn from, and every eligible customer at data end."""

from collections.abc import Iterator

import dagster as dg

from churn_pipeline.orchestration.assets.ledger import churn_definition, transactions
from churn_pipeline.orchestration.metadata.recording import record_table
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.step_failure import failing_in_words

GROUP = "features"


@dg.multi_asset(
    name="training_snapshots",
    partitions_def=SHOPS,
    specs=[
        dg.AssetSpec(
            "training_snapshots",
            description="Features and label of every eligible customer at rolling cutoffs, "
            "folds by customer; "
            "the last "
            "mature cutoff is the embargoed test.",
            deps=[transactions, churn_definition],
            group_name=GROUP,
            kinds={"duckdb", "sql"},
        ),
        dg.AssetSpec(
            "embargoed_snapshots",
            description="The same at the mature cutoffs whose outcomes overlap the test; "
            "only the champion's last refit reads them.",
            deps=[transactions, churn_definition],
            group_name=GROUP,
            kinds={"duckdb", "sql"},
        ),
        dg.AssetSpec(
            "level_snapshots",
            description="The same at sparse cutoffs older than the training's, a month or more apart: what "
            "last year's season did to the churn rate. Nothing is fitted on them.",
            deps=[transactions, churn_definition],
            group_name=GROUP,
            kinds={"duckdb", "sql"},
        ),
    ],
)
@failing_in_words
def training_snapshots(
    context: dg.AssetExecutionContext, churn: ChurnSettings
) -> Iterator[dg.MaterializeResult]:
    """All tables of labelled snapshots, from one pass over the ledger."""
    from churn_pipeline.churn_definition.treated_labels import DOCUMENT
    from churn_pipeline.training.data.embargo import build_training_tables

    run = churn.run(context)
    tables = build_training_tables(run)
    if tables.campaigns.touched or run.store.has_document(DOCUMENT):
        run.store.write_document(DOCUMENT, tables.campaigns.facts())
    yield record_table(context, run.store, "training_snapshots", tables.training, **tables.facts)
    yield record_table(context, run.store, "embargoed_snapshots", tables.embargoed)
    yield record_table(context, run.store, "level_snapshots", tables.level)


@dg.asset(
    partitions_def=SHOPS, group_name=GROUP, deps=[transactions, churn_definition], kinds={"duckdb", "sql"}
)
@failing_in_words
def return_snapshots(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Features of lapsed and new customers at rolling cutoffs, drawn up to a cap, and whether they ordered
    within the horizon."""
    from churn_pipeline.training.returns.return_rows import build_return_rows

    run = churn.run(context)
    rows = build_return_rows(run)
    run.store.write_document("return_snapshots", {"available": rows.available})
    available = dg.MetadataValue.json(rows.available)
    return record_table(context, run.store, "return_snapshots", rows.snapshots, available=available)


@dg.asset(
    partitions_def=SHOPS, group_name=GROUP, deps=[transactions, churn_definition], kinds={"duckdb", "sql"}
)
@failing_in_words
def return_features(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The same features of every lapsed and new customer as of data end."""
    from churn_pipeline.training.returns.return_rows import build_return_features

    run = churn.run(context)
    return record_table(context, run.store, "return_features", build_return_features(run))


@dg.asset(
    partitions_def=SHOPS, group_name=GROUP, deps=[transactions, churn_definition], kinds={"duckdb", "sql"}
)
@failing_in_words
def customer_features(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The same features of every eligible customer as of data end."""
    from churn_pipeline.training.data.embargo import build_customer_features

    run = churn.run(context)
    return record_table(context, run.store, "customer_features", build_customer_features(run))
