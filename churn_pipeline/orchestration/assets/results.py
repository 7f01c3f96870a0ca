"""What is written last: the results document that names all tables, and a DuckDB file over them for SQL and BI tools."""

import dagster as dg

from churn_pipeline.orchestration.assets.insights import churn_drivers, churn_forecast, early_warnings, recommendations, risk_segments
from churn_pipeline.orchestration.assets.ledger import data_profile
from churn_pipeline.orchestration.assets.scoring import decision_rules
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.recording import record_document
from churn_pipeline.orchestration.resources import ChurnSettings


@dg.asset(
    partitions_def=SHOPS,
    group_name="results",
    deps=[data_profile, decision_rules, risk_segments, churn_drivers, recommendations, churn_forecast, early_warnings],
    kinds={"json", "duckdb"},
)
def results(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """results.json and warehouse.duckdb, replaced atomically once everything else of the run is in place."""
    from churn_pipeline.insights.shop_results import shop_results
    from churn_pipeline.storage import write_warehouse

    folder = churn.folder(context)
    document = shop_results(folder, churn.shop(context), context.run.run_id)
    write_warehouse(folder)
    return record_document(folder, "results", document, summary=dg.MetadataValue.json(document["summary"]))
