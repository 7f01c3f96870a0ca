"""Whether the scores came true, and whether the customers of today still look like those that the champion
learned from."""

from collections.abc import Iterator

import dagster as dg

from churn_pipeline.orchestration.assets.scoring import feature_importance
from churn_pipeline.orchestration.metadata.recording import plot, record_table
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.step_failure import failing_in_words

GROUP = "monitoring"


@dg.multi_asset(
    name="graded_predictions",
    partitions_def=SHOPS,
    specs=[
        dg.AssetSpec(
            "graded_predictions",
            description="Every score ever given with what happened once its horizon has passed.",
            deps=["score_history"],
            group_name=GROUP,
            kinds={"duckdb", "parquet"},
        ),
        dg.AssetSpec(
            "graded_scorings",
            description="Each scoring's figures against what happened: ranking, calibration, "
            "churn rates by tier, "
            "value.",
            deps=["score_history"],
            group_name=GROUP,
            kinds={"parquet"},
        ),
        dg.AssetSpec(
            "graded_returns",
            description="The same of the return probabilities, by status.",
            deps=["score_history"],
            group_name=GROUP,
            kinds={"parquet"},
        ),
    ],
)
@failing_in_words
def graded_predictions(
    context: dg.AssetExecutionContext, churn: ChurnSettings
) -> Iterator[dg.MaterializeResult]:
    """The grades of every score, and of every scoring."""
    from churn_pipeline.churn_definition.treated_labels import campaign_treatments
    from churn_pipeline.monitoring.drift.drift_plots import grades_plot
    from churn_pipeline.monitoring.grades.degradation import degraded_grades
    from churn_pipeline.monitoring.grades.graded_returns import graded_returns
    from churn_pipeline.monitoring.grades.grading import (
        KNOWN,
        graded_predictions,
        graded_scorings,
        labels_changed,
    )

    run = churn.run(context)
    store, settings = run.store, run.settings
    graded = graded_predictions(store, settings.threads)
    treatments = campaign_treatments(store)
    scorings = graded_scorings(graded, treatments)
    known = scorings[scorings["outcome"] == KNOWN]
    changed = labels_changed(store, graded)
    if changed:
        context.log.warning(
            f"{changed:,} outcomes are other ones than when they were last graded: "
            f"the ledger was corrected since."
        )
    yield record_table(context, store, "graded_predictions", graded, labels_changed=changed)
    yield record_table(
        context,
        store,
        "graded_scorings",
        scorings,
        scorings_graded=len(known),
        findings=dg.MetadataValue.json([f.sentence for f in degraded_grades(scorings, settings.limits)]),
        grades=plot(grades_plot(scorings)),
    )
    yield record_table(context, run.store, "graded_returns", graded_returns(graded, treatments))


@dg.asset(
    partitions_def=SHOPS,
    group_name=GROUP,
    deps=["customer_scores", feature_importance, "training_snapshots", "test_predictions"],
    kinds={"parquet"},
)
@failing_in_words
def feature_drift(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Today's customers against those of training, the same season a year ago taken into account; scores and
    churn rates over time."""
    from churn_pipeline.monitoring.drift.drift_report import drift_report

    run = churn.run(context)
    report = drift_report(run)
    run.store.write_document("feature_drift", report.document)
    return record_table(
        context,
        run.store,
        "feature_drift",
        report.features,
        drifted_importance=report.document["drifted_importance"],
        drifted_features=report.document["drifted_features"],
        findings=dg.MetadataValue.json([f.sentence for f in report.findings]),
    )
