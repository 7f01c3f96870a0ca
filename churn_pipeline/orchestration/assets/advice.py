"""The receipts of the advice, and what came of it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from churn_pipeline.orchestration.assets.insights import campaign_results, target_lists
from churn_pipeline.orchestration.metadata.recording import record_table
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.step_failure import failing_in_words

GROUP = "insights"


@dg.multi_asset(
    name="graded_advice",
    partitions_def=SHOPS,
    specs=[
        dg.AssetSpec(
            "advice_ledger",
            description="A receipt for every list ever given, and for lists as long that were not.",
            deps=[target_lists, "customer_scores"],
            group_name=GROUP,
            kinds={"parquet"},
        ),
        dg.AssetSpec(
            "graded_advice",
            description="What each list met once its horizon had passed, and what the lists not given would "
            "have met.",
            deps=[target_lists, campaign_results],
            group_name=GROUP,
            kinds={"parquet"},
        ),
    ],
)
@failing_in_words
def graded_advice(context: dg.AssetExecutionContext, churn: ChurnSettings) -> Iterator[dg.MaterializeResult]:
    """Keeps the receipts of this run's lists and grades those whose outcome is known."""
    from churn_pipeline.campaigns.advice.graded_advice import graded_advice
    from churn_pipeline.campaigns.advice.receipts import with_advice

    run = churn.run(context)
    ledger = with_advice(run, context.run.run_id, datetime.now(UTC).replace(tzinfo=None))
    graded = graded_advice(run.store, ledger, run.config.currency, run.settings.threads)
    yield record_table(context, run.store, "advice_ledger", ledger)
    yield record_table(
        context,
        run.store,
        "graded_advice",
        graded,
        findings=dg.MetadataValue.json(graded["sentence"].tolist()),
    )


@dg.asset(
    partitions_def=SHOPS,
    group_name=GROUP,
    deps=["transactions", "customer_scores", "test_predictions", campaign_results],
    kinds={"parquet"},
)
@failing_in_words
def discount_use(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """What discounts did: handed to whom, at the price of which later orders, who buys only on offer, how
    deep they had to be."""
    from churn_pipeline.campaigns.discounts.discount_report import shop_discounts

    run = churn.run(context)
    table, document = shop_discounts(run)
    run.store.write_document("discounts", document.model_dump())
    return record_table(
        context, run.store, "discount_use", table, findings=dg.MetadataValue.json(document.sentences)
    )
