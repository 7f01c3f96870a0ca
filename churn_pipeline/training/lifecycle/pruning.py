"""What MLflow may forget of a shop: old trainings and model versions that nothing refers to any more."""

import os
import subprocess
import sys
from dataclasses import dataclass

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType
from mlflow.entities.model_registry import ModelVersion
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.training.lifecycle.registry import TRAINED_TAG, experiment_name, registry_client

PAGE = 1000


@dataclass(frozen=True)
class Outdated:
    """Of one shop: versions of its registered model, runs (each training with its nested runs) and stored
    models to delete."""

    versions: list[str]
    runs: list[str]
    models: list[str]


def outdated(
    settings: Settings, shop: str, versions_kept: int, trainings_kept: int, named_runs: set[str]
) -> Outdated:
    """What lies beyond the newest `versions_kept` versions and `trainings_kept` trainings.

    Never among it: versions with an alias (champion, challenger), the training of any version that stays, the
    runs in `named_runs`."""
    client, name = registry_client(settings), experiment_name(shop)
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return Outdated([], [], [])
    versions = sorted(
        client.search_model_versions(f"name='{name}'"), key=lambda v: int(v.version), reverse=True
    )
    aliased = set(client.get_registered_model(name).aliases.values()) if versions else set()
    trained = [v for v in versions if TRAINED_TAG not in v.tags]
    # A level that was renewed again is of no use: who brings a version back gets its level renewed anew.
    old = [v for v in versions if TRAINED_TAG in v.tags] + trained[versions_kept:]
    old = [v for v in old if str(v.version) not in {str(a) for a in aliased}]
    runs = _all_runs(client, experiment.experiment_id)
    needed_runs = {v.run_id for v in versions if v not in old} | named_runs
    trainings = [run for run in runs if MLFLOW_PARENT_RUN_ID not in run.data.tags]
    gone = {run.info.run_id for run in trainings[trainings_kept:]} - needed_runs
    nested = [run.info.run_id for run in runs if run.data.tags.get(MLFLOW_PARENT_RUN_ID) in gone]
    models = {_model_of(v) for v in old} | {
        m.model_id for m in client.search_logged_models([experiment.experiment_id]) if m.source_run_id in gone
    }
    return Outdated(
        [str(v.version) for v in old], [*sorted(gone), *sorted(nested)], sorted(m for m in models if m)
    )


def delete_outdated(settings: Settings, shop: str, gone: Outdated) -> None:
    """Deletes the versions, then the runs and models with their files, for good (`mlflow gc`)."""
    client, name = registry_client(settings), experiment_name(shop)
    for version in gone.versions:
        client.delete_model_version(name, version)
    for run in gone.runs:
        client.delete_run(run)
    for model in gone.models:
        client.delete_logged_model(model)
    if gone.runs or gone.models:
        _collect_garbage(settings, gone)


def _all_runs(client: MlflowClient, experiment: str) -> list[Run]:
    """Every run of an experiment, newest first."""
    runs: list[Run] = []
    token = None
    while True:
        page = client.search_runs(
            [experiment], "", ViewType.ACTIVE_ONLY, PAGE, ["attributes.start_time DESC"], token
        )
        runs += page
        token = page.token
        if not token:
            return runs


def _model_of(version: ModelVersion) -> str:
    """Id of the stored model that a version points to."""
    source = str(version.source)
    return source.removeprefix("models:/") if source.startswith("models:/m-") else ""


def _collect_garbage(settings: Settings, gone: Outdated, experiment: str | None = None) -> None:
    """MLflow's own command for it, since its interface for Python only marks things as deleted."""
    chosen = [*(["--run-ids", ",".join(gone.runs)] if gone.runs else [])]
    chosen += ["--logged-model-ids", ",".join(gone.models)] if gone.models else []
    chosen += ["--experiment-ids", experiment] if experiment is not None else []
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "gc",
        "--backend-store-uri",
        settings.mlflow_tracking_uri,
        *chosen,
    ]
    done = subprocess.run(
        command,
        env=os.environ | {"MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ChurnError(
            f"mlflow gc could not delete old runs: "
            f"{done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no reason given'}"
        )


def delete_shop_models(settings: Settings, shop: str) -> int:
    """Deletes everything that MLflow keeps of a shop, with its files, for good; how many runs, versions and
    models it were."""
    from churn_pipeline.training.lifecycle.registry import forget_shop_models

    client, name = registry_client(settings), experiment_name(shop)
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return 0
    versions = client.search_model_versions(f"name='{name}'")
    everything = Outdated(
        [],
        [run.info.run_id for run in _all_runs(client, experiment.experiment_id)],
        [m.model_id for m in client.search_logged_models([experiment.experiment_id])],
    )
    for run in everything.runs:
        client.delete_run(run)
    for model in everything.models:
        client.delete_logged_model(model)
    if everything.runs or everything.models:
        _collect_garbage(settings, everything)
    forget_shop_models(settings, shop)
    _collect_garbage(settings, Outdated([], [], []), experiment=experiment.experiment_id)
    return len(everything.runs) + len(everything.models) + len(versions)
