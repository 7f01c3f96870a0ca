"""What MLflow may forget of a shop: old trainings and model versions that nothing refers to any more."""

import os
import subprocess
import sys
from dataclasses import dataclass

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType
from mlflow.entities.model_registry import ModelVersion
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from churn_pipeline.errors import ChurnError
from churn_pipeline.settings import Settings
from churn_pipeline.training.registry import experiment_name, registry_client

PAGE = 1000


@dataclass(frozen=True)
class Outdated:
    """Of one shop: versions of its registered model, runs (each training with its nested runs) and stored models to delete."""

    versions: list[str]
    runs: list[str]
    models: list[str]


def outdated(settings: Settings, shop: str, versions_kept: int, trainings_kept: int, named_runs: set[str]) -> Outdated:
    """What lies beyond the newest `versions_kept` versions and `trainings_kept` trainings.

    Never among it: versions with an alias (champion, challenger), the training of any version that stays, the runs in `named_runs`.
    """
    client, name = registry_client(settings), experiment_name(shop)
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return Outdated([], [], [])
    versions = sorted(client.search_model_versions(f"name='{name}'"), key=lambda v: int(v.version), reverse=True)
    aliased = set(client.get_registered_model(name).aliases.values()) if versions else set()
    old = [v for v in versions[versions_kept:] if str(v.version) not in {str(a) for a in aliased}]
    runs = _all_runs(client, experiment.experiment_id)
    kept = {v.run_id for v in versions if v not in old} | named_runs
    trainings = [run for run in runs if MLFLOW_PARENT_RUN_ID not in run.data.tags]
    gone = {run.info.run_id for run in trainings[trainings_kept:]} - kept
    nested = [run.info.run_id for run in runs if run.data.tags.get(MLFLOW_PARENT_RUN_ID) in gone]
    models = {_model_of(v) for v in old} | {
        m.model_id for m in client.search_logged_models([experiment.experiment_id]) if m.source_run_id in gone
    }
    return Outdated([str(v.version) for v in old], [*sorted(gone), *sorted(nested)], sorted(m for m in models if m))


def delete_outdated(settings: Settings, shop: str, found: Outdated) -> None:
    """Deletes the versions, then the runs and models with their files, for good (`mlflow gc`)."""
    client, name = registry_client(settings), experiment_name(shop)
    for version in found.versions:
        client.delete_model_version(name, version)
    for run in found.runs:
        client.delete_run(run)
    for model in found.models:
        client.delete_logged_model(model)
    if found.runs or found.models:
        _collect_garbage(settings, found)


def _all_runs(client: MlflowClient, experiment: str) -> list[Run]:
    """Every run of an experiment, newest first."""
    runs: list[Run] = []
    token = None
    while True:
        page = client.search_runs([experiment], "", ViewType.ACTIVE_ONLY, PAGE, ["attributes.start_time DESC"], token)
        runs += page
        token = page.token
        if not token:
            return runs


def _model_of(version: ModelVersion) -> str:
    """Id of the stored model that a version points to."""
    source = str(version.source)
    return source.removeprefix("models:/") if source.startswith("models:/m-") else ""


def _collect_garbage(settings: Settings, found: Outdated) -> None:
    """MLflow's own command for it, since its interface for Python only marks things as deleted."""
    chosen = [*(["--run-ids", ",".join(found.runs)] if found.runs else [])]
    chosen += ["--logged-model-ids", ",".join(found.models)] if found.models else []
    command = [sys.executable, "-m", "mlflow", "gc", "--backend-store-uri", settings.mlflow_tracking_uri, *chosen]
    done = subprocess.run(
        command, env=os.environ | {"MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ChurnError(
            f"mlflow gc could not delete old runs: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no reason given'}"
        )
