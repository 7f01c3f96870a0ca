"""Writes a comparison to MLflow: a parent run per training, a nested run per model."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from churn_pipeline.settings import Settings
from churn_pipeline.training.comparison import Comparison
from churn_pipeline.training.curves import model_curves
from churn_pipeline.training.model_card import model_card
from churn_pipeline.training.registry import registry_client, shop_experiment


def log_comparison(settings: Settings, shop: str, comparison: Comparison, snapshots: pd.DataFrame, tags: Mapping[str, str]) -> str:
    """Logs the comparison and returns the parent run's id.

    The parent has the choice, the features, the hash of the snapshots and the model card; each nested run its parameters,
    cross-validated means
    and deviations, test measures, the search's trials and one picture of its curves. tags: of the parent, such as the pipeline's run id.
    """
    client, experiment = registry_client(settings), shop_experiment(settings, shop)
    document = comparison.document
    digest = snapshots_digest(snapshots)
    parent = client.create_run(experiment, run_name=f"{shop} {document['test_cutoff']}", tags={**tags, "snapshots_sha": digest})
    parent_id = str(parent.info.run_id)
    champion = next(m for m in document["model_performance"] if m["is_champion"])
    shared = {"champion": comparison.champion, "training_cutoffs": document["training_cutoffs"], "features": len(document["features"])}
    _log(client, parent_id, shared, dict(_numbers(champion)))
    client.log_dict(parent_id, document, "comparison.json")
    client.log_text(parent_id, model_card(shop, document), "model_card.md")
    y = comparison.test_predictions["churned"].to_numpy()
    for entry in [*document["model_performance"], *document["baselines"]]:
        run = client.create_run(experiment, run_name=entry["model"], tags={MLFLOW_PARENT_RUN_ID: parent_id})
        run_id = str(run.info.run_id)
        _log(client, run_id, entry.get("params", {}), dict(_numbers(entry)))
        if "trials" in entry:
            client.log_dict(run_id, entry["trials"], "trials.json")
        p = comparison.test_predictions[f"p_{entry['model']}"].to_numpy()
        if 0 < y.mean() < 1:
            client.log_figure(run_id, model_curves(entry["model"], y, p), "curves.png")
        client.set_terminated(run_id)
    client.set_terminated(parent_id)
    return parent_id


def run_link(settings: Settings, shop: str, run_id: str, base: str = "http://localhost:5000") -> str:
    """Address of a run in MLflow's user interface at `base`."""
    return f"{base}/#/experiments/{shop_experiment(settings, shop)}/runs/{run_id}"


def snapshots_digest(snapshots: pd.DataFrame) -> str:
    """Hash of the snapshots' content, whatever the order of their rows."""
    hashes = pd.util.hash_pandas_object(snapshots, index=False).to_numpy()
    return f"{int(np.bitwise_xor.reduce(hashes)):016x}-{len(snapshots)}"


def _numbers(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Every measure of a model as a flat name and number."""
    for name, value in entry.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield name if name == "seconds" else f"test_{name}", float(value)
    for name, moments in entry.get("cross_validation", {}).items():
        for moment, value in moments.items():
            if value is not None:
                yield f"cv_{name}_{moment}", float(value)


def _log(client: MlflowClient, run_id: str, params: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
    now = int(time.time() * 1000)
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, now, 0) for name, value in metrics.items()],
        params=[Param(name, str(value)) for name, value in params.items()],
        tags=[RunTag("library", "churn_pipeline")],
    )
