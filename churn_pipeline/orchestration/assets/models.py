"""Five candidates from one factory, two baselines, their comparison and the champion."""

import dagster as dg

from churn_pipeline.orchestration.assets.snapshots import training_snapshots
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings

GROUP = "models"
DESCRIPTIONS = {
    "logistic_regression": "Logistic regression on quantile-normal features, with or without cubic splines.",
    "random_forest": "Random forest.",
    "xgboost": "Gradient boosted trees, XGBoost.",
    "lightgbm": "Gradient boosted trees, LightGBM.",
    "svm": "Support vector machine with an RBF kernel.",
}


def _candidate(kind: str) -> dg.AssetsDefinition:
    """The asset that tunes one kind of model and keeps its out-of-fold and test predictions."""

    @dg.asset(
        name=kind, description=DESCRIPTIONS[kind], partitions_def=SHOPS, group_name=GROUP, deps=[training_snapshots], kinds={"scikitlearn"}
    )
    def candidate(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
        from churn_pipeline.storage import read_table
        from churn_pipeline.training.candidates import save_candidate, train_candidate

        folder, settings = churn.folder(context), churn.load()
        trained = train_candidate(kind, read_table(folder, "training_snapshots"), settings, churn.shop(context).effort, settings.threads)
        save_candidate(folder, trained)
        return dg.MaterializeResult(
            metadata={"parameters": dg.MetadataValue.json(trained.params), "cross_validation": dg.MetadataValue.json(trained.cv)}
        )

    return candidate


candidates = [_candidate(kind) for kind in DESCRIPTIONS]
