"""A candidate per kind of model from one factory, two baselines, their comparison and the champion."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from churn_pipeline.orchestration.assets.snapshots import customer_features, training_snapshots
from churn_pipeline.orchestration.metadata.recording import plot, record_document, record_table, table_result
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.step_failure import failing_in_words

GROUP = "models"
CHARTED = ("roc_auc", "average_precision", "log_loss", "f1", "ece", "churn_rate")
SHOWN = ("method", "reason", "training_rows")
DESCRIPTIONS = {
    "logistic_regression": "Logistic regression on quantile-normal features, with or without cubic splines.",
    "random_forest": "Random forest.",
    "xgboost": "Gradient boosted trees, XGBoost.",
    "lightgbm": "Gradient boosted trees, LightGBM.",
    "svm": "Support vector machine with an RBF kernel.",
    "decision_tree": "One pruned decision tree; trained where the shop asks for it.",
    "neural_network": "A small neural network; trained where the shop asks for it.",
}


def _candidate(kind: str) -> dg.AssetsDefinition:
    """The asset that tunes one kind of model and keeps its out-of-fold and test predictions."""

    @dg.asset(
        name=kind,
        description=DESCRIPTIONS[kind],
        partitions_def=SHOPS,
        group_name=GROUP,
        deps=["training_snapshots", "level_snapshots"],
        kinds={"scikitlearn"},
    )
    @failing_in_words
    def candidate(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
        from churn_pipeline.training.search.reuse import REUSED, find_candidate

        run = churn.run(context)
        models = run.config.models
        if kind not in models:
            return dg.MaterializeResult(
                metadata={"not_trained": f"not among the shop's models: {', '.join(models)}"}
            )
        trained = find_candidate(run, kind, context.run.run_id)
        if REUSED in trained.facts:
            context.log.info(f"{kind} is taken over from run {trained.facts[REUSED]}: nothing has changed.")
        return dg.MaterializeResult(
            metadata={
                "parameters": dg.MetadataValue.json(trained.params),
                "cross_validation": dg.MetadataValue.json(trained.cv),
                "seconds": trained.seconds,
                "training": dg.MetadataValue.json(trained.facts),
                "features": dg.MetadataValue.json({"kept": trained.features, "left_out": trained.dropped}),
            }
        )

    return candidate


candidates = [_candidate(kind) for kind in DESCRIPTIONS]


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=["training_snapshots"], kinds={"python"})
@failing_in_words
def baselines(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The hiatus rule (recency alone) and BG/NBD: what a model has to beat."""
    from churn_pipeline.training.data.embargo import training_snapshots
    from churn_pipeline.training.search.baselines import save_baselines, train_baselines

    run = churn.run(context)
    save_baselines(
        run.store,
        train_baselines(training_snapshots(run), run.settings),
        context.run.run_id,
    )
    return dg.MaterializeResult()


@dg.asset(
    partitions_def=SHOPS,
    group_name=GROUP,
    deps=["training_snapshots", "level_snapshots", baselines, *candidates],
    kinds={"mlflow"},
)
@failing_in_words
def model_comparison(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Calibrated candidates on one test, with intervals; the choice of the champion, and whether machine
    learning is worth it here."""
    from churn_pipeline.training.data.embargo import training_snapshots
    from churn_pipeline.training.evaluation.curves import model_curves
    from churn_pipeline.training.lifecycle.champion_choice import judge_saved
    from churn_pipeline.training.lifecycle.tracking import log_comparison, pipeline_tags, run_link

    run = churn.run(context)
    settings, shop = run.settings, run.config
    snapshots = training_snapshots(run)
    judged = judge_saved(run, snapshots)
    comparison, promotion = judged.shown, judged.promotion.to_document()
    run_id = log_comparison(
        settings, shop.name, judged.chosen, snapshots, pipeline_tags(settings, context.run.run_id), promotion
    )
    run.store.write_document(
        "model_comparison", comparison.document | {"promotion": promotion, "mlflow_run_id": run_id}
    )
    tested = comparison.test_predictions
    return record_table(
        context,
        run.store,
        "model_comparison",
        tested,
        champion=comparison.champion,
        promotion=judged.promotion.reason,
        performance=dg.MetadataValue.json(comparison.document["model_performance"]),
        verdict=str(comparison.document["verdict"].get("sentence")),
        curves=plot(
            model_curves(
                f"{comparison.champion}, test", tested["churned"].to_numpy(), tested["p_champion"].to_numpy()
            )
        ),
        **_charted(comparison.document, comparison.champion),
        mlflow_run=dg.MetadataValue.url(run_link(settings, shop.name, run_id)),
    )


def _charted(document: dict[str, Any], champion: str) -> dict[str, float]:
    """The champion's figures on the test as single numbers: Dagster draws how they went from training to
    training."""
    figures = next(entry for entry in document["model_performance"] if entry["model"] == champion)
    return {name: round(float(figures[name]), 4) for name in CHARTED if figures.get(name) is not None}


@dg.multi_asset(
    name="return_models",
    partitions_def=SHOPS,
    specs=[
        dg.AssetSpec(
            "return_models",
            description="The chance of an order within the horizon for the lapsed and the new: a model each, "
            "or BG/NBD where there is too little to learn from.",
            deps=["return_snapshots", model_comparison],
            group_name=GROUP,
            kinds={"scikitlearn", "mlflow"},
        ),
        dg.AssetSpec(
            "return_predictions",
            description="What they, BG/NBD and the hiatus rule said of the lapsed and the new at the last "
            "mature cutoff.",
            deps=["return_snapshots"],
            group_name=GROUP,
            kinds={"parquet"},
        ),
    ],
)
@failing_in_words
def return_models(context: dg.AssetExecutionContext, churn: ChurnSettings) -> Iterator[dg.MaterializeResult]:
    """Trained and tested on return_snapshots; kept in the comparison's MLflow run, registered with the
    champion."""
    from churn_pipeline.training.lifecycle.return_models import store_return_models
    from churn_pipeline.training.returns.return_training import train_returns

    run = churn.run(context)
    available = run.store.document("return_snapshots")["available"]
    trained = train_returns(run.store.read("return_snapshots"), available, run.settings)
    stored = store_return_models(run, trained)
    shown = {f"{status}_{name}": told[name] for status, told in trained.populations.items() for name in SHOWN}
    test = {status: told["test"] for status, told in trained.populations.items()}
    yield record_document(
        run.store,
        "return_models",
        stored,
        asset="return_models",
        **shown,
        test=dg.MetadataValue.json(test),
    )
    yield record_table(context, run.store, "return_predictions", trained.predictions)


@dg.asset(
    partitions_def=SHOPS,
    group_name=GROUP,
    deps=[model_comparison, customer_features, training_snapshots, return_models],
    kinds={"mlflow"},
)
@failing_in_words
def champion(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The chosen recipe refitted on everything mature, registered: as `champion`, or as `challenger` where
    the standing one is better."""
    from churn_pipeline.training.lifecycle.champion_choice import refit_and_register
    from churn_pipeline.training.lifecycle.tracking import run_link

    run = churn.run(context)
    document = refit_and_register(run)
    return dg.MaterializeResult(
        metadata={
            "model_version": document["version"],
            "kind": document["kind"],
            "decision": document["reason"],
            "mlflow_run": dg.MetadataValue.url(
                run_link(run.settings, context.partition_key, document["mlflow_run_id"])
            ),
        }
    )


@dg.multi_asset(
    name="champion_in_use",
    partitions_def=SHOPS,
    specs=[
        dg.AssetSpec(
            "champion_in_use",
            description="The version that the registry has as champion now (after a rollback another "
            "than the "
            "training's) and its figures.",
            deps=[champion, model_comparison, customer_features],
            group_name=GROUP,
            kinds={"mlflow", "json"},
        ),
        dg.AssetSpec(
            "test_predictions",
            description="What every model, and as champion the recipe in use, "
            "said of each customer at the test cutoff.",
            deps=[champion, model_comparison, "training_snapshots"],
            group_name=GROUP,
            kinds={"parquet"},
        ),
    ],
)
@failing_in_words
def champion_in_use(
    context: dg.AssetExecutionContext, churn: ChurnSettings
) -> Iterator[dg.MaterializeResult]:
    """champion.json, comparison_in_use.json and the test's predictions describe whoever scores; renewed where
    they do not yet."""
    from churn_pipeline.scoring.eligibility import require_champion
    from churn_pipeline.training.lifecycle.champion_in_use import champion_in_use
    from churn_pipeline.training.lifecycle.level_in_use import shop_level_document
    from churn_pipeline.training.lifecycle.level_version import follow_outcomes

    run = churn.run(context)
    require_champion(run)
    if renewed := follow_outcomes(run):
        context.log.info(f"Outcomes have matured: version {renewed} is the champion with its level renewed.")
    in_use = champion_in_use(run)
    if in_use.predictions is not None:
        tested = record_table(context, run.store, "test_predictions", in_use.predictions)
    else:
        stored = run.store.stored("test_predictions")
        assert stored is not None
        tested = table_result("test_predictions", stored, unchanged_since_run=stored.version.run_id)
    if in_use.comparison is not None:
        run.store.write_document("comparison_in_use", in_use.comparison)
    document = in_use.document
    level = shop_level_document(run)
    run.store.write_document("level", level)
    shown = {"level": level["sentence"]}
    shown |= {"model_version": document["version"], "kind": document["kind"], "reason": document["reason"]}
    yield tested
    yield record_document(run.store, "champion", document, asset="champion_in_use", **shown)
