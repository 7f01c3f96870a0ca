"""A shop's models: the comparison of its saved candidates, and the champion refitted and registered."""

from pathlib import Path
from typing import Any

import pandas as pd

from churn_pipeline.settings import Settings
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import read_json, read_table
from churn_pipeline.training.baselines import load_baselines
from churn_pipeline.training.candidates import MODEL_KINDS, load_candidate
from churn_pipeline.training.champion import refit_champion
from churn_pipeline.training.comparison import Comparison, compare_models
from churn_pipeline.training.registry import champion_version, register_champion


def compare_saved(folder: Path, snapshots: pd.DataFrame, config: ShopConfig, settings: Settings, horizon: int) -> Comparison:
    """The comparison of the candidates and baselines saved in the shop's folder; the same each time."""
    candidates = [load_candidate(folder, kind) for kind in MODEL_KINDS]
    return compare_models(candidates, load_baselines(folder), snapshots, config, settings, horizon)


def refit_and_register(folder: Path, config: ShopConfig, settings: Settings, horizon: int) -> dict[str, Any]:
    """Refits the chosen recipe on everything mature and makes it champion; returns what is shown of it, JSON values."""
    snapshots, features = read_table(folder, "training_snapshots"), read_table(folder, "customer_features")
    comparison = compare_saved(folder, snapshots, config, settings, horizon)
    model = refit_champion(comparison, snapshots, read_table(folder, "embargoed_snapshots"), features, config, settings)
    former = champion_version(settings, config.name)
    run_id = str(read_json(folder / "model_comparison.json")["mlflow_run_id"])
    reason = f"retrained at test cutoff {comparison.document['test_cutoff']}" if former else "first model of the shop"
    version = register_champion(settings, config.name, model, run_id, snapshots, reason)
    return {
        "version": version,
        "replaced": former,
        "reason": reason,
        "kind": model.kind,
        "params": model.params,
        "features": model.features,
        "threshold": model.threshold,
        "mlflow_run_id": run_id,
        **model.metadata,
    }
