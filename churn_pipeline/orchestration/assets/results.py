"""What is written last: the results document that names all tables, and a DuckDB file over them for SQL and
BI tools."""

import dagster as dg

from churn_pipeline.orchestration.assets.advice import discount_use, graded_advice
from churn_pipeline.orchestration.assets.insights import (
    churn_drivers,
    churn_forecast,
    customer_uplift,
    early_warnings,
    recommendations,
    risk_segments,
    target_lists,
)
from churn_pipeline.orchestration.assets.ledger import data_profile
from churn_pipeline.orchestration.assets.scoring import decision_rules
from churn_pipeline.orchestration.metadata.recording import record_document
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.step_failure import failing_in_words


@dg.asset(
    partitions_def=SHOPS,
    group_name="results",
    deps=[
        data_profile,
        "champion_in_use",
        graded_advice,
        discount_use,
        customer_uplift,
        "test_predictions",
        decision_rules,
        risk_segments,
        churn_drivers,
        recommendations,
        target_lists,
        churn_forecast,
        early_warnings,
    ],
    kinds={"json", "duckdb"},
)
@failing_in_words
def results(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """results.json and warehouse.duckdb, replaced atomically once everything else of the run is in place."""
    from churn_pipeline.insights.results.shop_results import shop_results

    run = churn.run(context)
    document = shop_results(run, context.run.run_id)
    run.store.write_warehouse()
    return record_document(run.store, "results", document, summary=dg.MetadataValue.json(document["summary"]))


@dg.asset(
    partitions_def=SHOPS, group_name="results", deps=[results, "test_predictions"], kinds={"pdf", "html"}
)
@failing_in_words
def reports(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The executive report and the model report, as PDF and as HTML page; made anew where what they say has
    changed. The profile report belongs to data_profile."""
    from churn_pipeline.core.shop_store import REPORTS
    from churn_pipeline.reports.shop_reports import ReportKind, renew_report

    store = churn.run(context).store
    renewed = [kind for kind in (ReportKind.EXECUTIVE, ReportKind.MODEL) if renew_report(store, kind)]
    return dg.MaterializeResult(
        metadata={
            "renewed": dg.MetadataValue.json(renewed),
            "folder": dg.MetadataValue.path(str(store.place(REPORTS))),
        }
    )
