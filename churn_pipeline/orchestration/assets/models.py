"""A candidate per kind of model from one factory, two baselines, their comparison and the champion."""

from typing import Any

import dagster as dg

from churn_pipeline.orchestration.assets.ledger import shop_horizon
from churn_pipeline.orchestration.assets.snapshots import customer_features, training_snapshots
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.recording import drawing, record_document, record_table
from churn_pipeline.orchestration.resources import ChurnSettings

GROUP = "models"
CHARTED = ("roc_auc", "average_precision", "log_loss", "f1", "ece", "churn_rate")
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
        name=kind, description=DESCRIPTIONS[kind], partitions_def=SHOPS, group_name=GROUP, deps=[training_snapshots], kinds={"scikitlearn"}
    )
    def candidate(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
        from churn_pipeline.storage import read_table
        from churn_pipeline.training.candidates import save_candidate, train_candidate

        folder, settings, shop = churn.folder(context), churn.load(), churn.shop(context)
        if kind not in shop.models:
            return dg.MaterializeResult(metadata={"not_trained": f"not among the shop's models: {', '.join(shop.models)}"})
        trained = train_candidate(kind, read_table(folder, "training_snapshots"), settings, shop.effort, settings.threads)
        save_candidate(folder, trained)
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


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[training_snapshots], kinds={"python"})
def baselines(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The hiatus rule (recency alone) and BG/NBD: what a model has to beat."""
    from churn_pipeline.storage import read_table
    from churn_pipeline.training.baselines import save_baselines, train_baselines

    folder = churn.folder(context)
    trained = train_baselines(read_table(folder, "training_snapshots"), churn.load())
    save_baselines(folder, trained, context.run.run_id)
    return dg.MaterializeResult()


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[training_snapshots, baselines, *candidates], kinds={"mlflow"})
def model_comparison(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Calibrated candidates on one test, with intervals; the choice of the champion, and whether machine learning is worth it here."""
    from churn_pipeline.storage import read_table, write_json
    from churn_pipeline.training.curves import model_curves
    from churn_pipeline.training.shop_models import judge_saved
    from churn_pipeline.training.tracking import log_comparison, pipeline_tags, run_link

    folder, settings, shop = churn.folder(context), churn.load(), churn.shop(context)
    snapshots = read_table(folder, "training_snapshots")
    judged = judge_saved(folder, snapshots, shop, settings, shop_horizon(churn, context))
    comparison, promotion = judged.shown, judged.promotion.to_document()
    run_id = log_comparison(settings, shop.name, judged.chosen, snapshots, pipeline_tags(settings, context.run.run_id), promotion)
    write_json(folder / "model_comparison.json", comparison.document | {"promotion": promotion, "mlflow_run_id": run_id})
    tested = comparison.test_predictions
    return record_table(
        context,
        folder,
        "test_predictions",
        tested,
        champion=comparison.champion,
        promotion=judged.promotion.reason,
        performance=dg.MetadataValue.json(comparison.document["model_performance"]),
        verdict=str(comparison.document["verdict"].get("sentence")),
        curves=drawing(model_curves(f"{comparison.champion}, test", tested["churned"].to_numpy(), tested["p_champion"].to_numpy())),
        **_charted(comparison.document, comparison.champion),
        mlflow_run=dg.MetadataValue.url(run_link(settings, shop.name, run_id)),
    )


def _charted(document: dict[str, Any], champion: str) -> dict[str, float]:
    """The champion's figures on the test as single numbers: Dagster draws how they went from training to training."""
    figures = next(entry for entry in document["model_performance"] if entry["model"] == champion)
    return {name: round(float(figures[name]), 4) for name in CHARTED if figures.get(name) is not None}


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[model_comparison, customer_features], kinds={"mlflow"})
def champion(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The chosen recipe refitted on everything mature, registered: as `champion`, or as `challenger` where the standing one is better."""
    from churn_pipeline.training.shop_models import refit_and_register
    from churn_pipeline.training.tracking import run_link

    folder, settings = churn.folder(context), churn.load()
    document = refit_and_register(folder, churn.shop(context), settings, shop_horizon(churn, context))
    return record_document(
        folder,
        "champion",
        document,
        model_version=document["version"],
        kind=document["kind"],
        decision=document["reason"],
        mlflow_run=dg.MetadataValue.url(run_link(settings, context.partition_key, document["mlflow_run_id"])),
    )
