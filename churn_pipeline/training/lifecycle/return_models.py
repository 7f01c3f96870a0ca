"""Where a shop's return models are kept: with the version of the champion that was registered beside them, so
that both are promoted and rolled back together.

A training keeps them as artifacts of its MLflow run, each as saved by churn_model; registering a version tags
it with the hash of every document. Loading them runs no pickle and refuses files that are not those that were
registered."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Metric

from churn_pipeline.core.enums import WITHOUT_SCORE, Status
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.store import read_json
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.lifecycle.registry import (
    champion_version,
    experiment_name,
    registry_client,
    version_run,
)
from churn_pipeline.training.models.churn_model import (
    DOCUMENT_FILE,
    ChurnModel,
    file_sha256,
    load_model,
    save_model,
)
from churn_pipeline.training.returns.return_model import BG_NBD, ReturnTraining

ARTIFACTS = "return_models"
HASHES_TAG = "mlflow.churn.return_models_sha256"
"""For programs; MLflow's pages hide what begins like this."""
FORMER_HASHES_TAG = "return_models_sha256"
POPULATIONS_FILE = "populations.json"
NO_MODELS = (
    "the champion was registered without return models: BG/NBD answers until the shop is trained again"
)


@dataclass(frozen=True)
class ReturnModels:
    """version: of the champion that they belong to; models: status -> model, where there is one; populations:
    status -> method, reason, rows and test figures, JSON values."""

    version: str | None
    models: Mapping[Status, ChurnModel]
    populations: Mapping[str, dict[str, Any]] = field(default_factory=dict)


def store_return_models(run: ShopRun, trained: ReturnTraining) -> dict[str, Any]:
    """Stores the models and their figures in the MLflow run of the shop's newest model comparison; returns
    return_models.json, which knows them by their hashes."""
    run_id = str(run.store.document("model_comparison")["mlflow_run_id"])
    client = registry_client(run.settings)
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for status, model in trained.models.items():
            save_model(model, root / status)
        (root / POPULATIONS_FILE).write_text(json.dumps(trained.populations), encoding="utf-8")
        client.log_artifacts(run_id, directory, ARTIFACTS)
        hashes = _hashes(root)
    client.log_batch(run_id, metrics=_metrics(trained.populations))
    return {"populations": trained.populations, "mlflow_run_id": run_id, "sha256": hashes}


def register_return_models(run: ShopRun, version: str) -> None:
    """Makes the models of the newest training those of a registered version. ChurnError where they are of
    another training than the version."""
    stored = run.store.document(ARTIFACTS)
    if stored["mlflow_run_id"] != version_run(run.settings, run.shop, version):
        raise ChurnError(
            f"The return models of shop {run.shop!r} are not of the training that version {version} is of; "
            f"train the shop again."
        )
    registry_client(run.settings).set_model_version_tag(
        experiment_name(run.shop), version, HASHES_TAG, json.dumps(stored["sha256"])
    )


def current_return_models(run: ShopRun) -> ReturnModels:
    """Those of the champion in use, loaded once a run; without any where its version has none. ChurnError
    where their files are not those that were registered."""
    version = champion_version(run.settings, run.shop)
    return run.once(("return_models", version), lambda: _loaded(run, version))


def _loaded(run: ShopRun, version: str | None) -> ReturnModels:
    client, name = registry_client(run.settings), experiment_name(run.shop)
    tags = client.get_model_version(name, version).tags if version is not None else {}
    registered = tags.get(HASHES_TAG) or tags.get(FORMER_HASHES_TAG)
    if registered is None:
        return ReturnModels(
            version, {}, {str(s): {"method": BG_NBD, "reason": NO_MODELS} for s in WITHOUT_SCORE}
        )
    hashes = json.loads(registered)
    with tempfile.TemporaryDirectory() as directory:
        root = Path(
            mlflow.artifacts.download_artifacts(
                run_id=version_run(run.settings, run.shop, str(version)),
                artifact_path=ARTIFACTS,
                dst_path=directory,
                tracking_uri=run.settings.mlflow_tracking_uri,
            )
        )
        if _hashes(root) != hashes:
            raise ChurnError(
                f"the return models of version {version} of {name} are not those that were registered: "
                f"their files were changed; train the shop again"
            )
        models = {s: load_model(root / s) for s in WITHOUT_SCORE if f"{s}/{DOCUMENT_FILE}" in hashes}
        return ReturnModels(version, models, read_json(root / POPULATIONS_FILE))


def _hashes(root: Path) -> dict[str, str]:
    """Every document below `root` -> its SHA-256; a model's names that of its estimator."""
    return {str(p.relative_to(root)): file_sha256(p) for p in sorted(root.rglob("*.json"))}


def _metrics(populations: Mapping[str, Mapping[str, Any]]) -> list[Metric]:
    """return_<status>_<forecast>_<measure> of every figure that there is."""
    return [
        Metric(f"return_{status}_{forecast}_{measure}", value, 0, 0)
        for status, told in populations.items()
        for forecast, figures in told["test"].items()
        for measure, value in figures.items()
        if value is not None
    ]
