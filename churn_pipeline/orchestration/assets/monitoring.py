"""Whether the scores came true, and whether the customers of today still look like those that the champion learned from."""

import dagster as dg

from churn_pipeline.orchestration.assets.ledger import shop_horizon
from churn_pipeline.orchestration.assets.scoring import customer_scores, feature_importance
from churn_pipeline.orchestration.assets.snapshots import training_snapshots
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.recording import plot, record_table, write_versioned
from churn_pipeline.orchestration.resources import ChurnSettings

GROUP = "monitoring"


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[customer_scores], kinds={"duckdb", "parquet"})
def graded_predictions(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Every score ever given with what happened once its horizon has passed; per scoring in the table graded_scorings."""
    from churn_pipeline.monitoring.degradation import degraded_grades
    from churn_pipeline.monitoring.grading import KNOWN, graded_predictions, graded_scorings
    from churn_pipeline.monitoring.plots import grades_plot

    folder, settings = churn.folder(context), churn.load()
    graded = graded_predictions(folder, settings.threads)
    scorings = graded_scorings(graded)
    write_versioned(context, folder, "graded_scorings", scorings)
    known = scorings[scorings["outcome"] == KNOWN]
    return record_table(
        context,
        folder,
        "graded_predictions",
        graded,
        scorings=len(scorings),
        scorings_graded=len(known),
        findings=dg.MetadataValue.json([f.sentence for f in degraded_grades(scorings, settings.limits)]),
        grades=plot(grades_plot(scorings)),
    )


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[customer_scores, feature_importance, training_snapshots], kinds={"parquet"})
def feature_drift(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Today's customers against those of training, the same season a year ago taken into account; scores and churn rates over time."""
    from churn_pipeline.monitoring.drift_report import drift_report
    from churn_pipeline.storage import write_json

    folder = churn.folder(context)
    report = drift_report(folder, churn.shop(context), shop_horizon(churn, context), churn.load())
    write_json(folder / "feature_drift.json", report.document)
    return record_table(
        context,
        folder,
        "feature_drift",
        report.features,
        drifted_importance=report.document["drifted_importance"],
        drifted_features=report.document["drifted_features"],
        findings=dg.MetadataValue.json([f.sentence for f in report.findings]),
    )
