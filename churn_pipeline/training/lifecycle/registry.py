"""MLflow: where experiments are kept, and which version of a shop's model is champion.

Experiment and registered model are both named churn_<shop>. A version is an MLflow model for whoever works
with MLflow's own tools (training/registered/), around the files that churn_model saved, which are all that
the product loads of it. Their hash is a tag of the version, so a file changed in the artifact store is
refused."""

import json
import os
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NOTE

from churn_pipeline.core.errors import ChurnError, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.level.model_level import at_date
from churn_pipeline.training.level.renewed_level import residuals_since
from churn_pipeline.training.lifecycle.descriptions import (
    decision_in_words,
    experiment_in_words,
    model_in_words,
    version_in_words,
)
from churn_pipeline.training.models.churn_model import (
    DOCUMENT_FILE,
    ChurnModel,
    file_sha256,
    load_model,
)
from churn_pipeline.training.registered.logged_model import log_model

CHAMPION = "champion"
CHALLENGER = "challenger"
HASH_TAG = "model_sha256"
AUDIT_TAG = "mlflow.churn.decisions"
"""For programs; MLflow's pages hide what begins like this. People read the descriptions."""
FORMER_AUDIT_TAG = "promotion"
AUDIT_ENTRIES = 100
DECISION_TAG = "decision"
TRAINED_TAG = "trained_version"
"""Of a version whose level alone was renewed (level_version.py): the version that was trained."""
EARLIER = "earlier_versions"
"""In such a model's metadata: the versions of the same training before it, oldest first."""
# which pages MLflow's interface opens with; without it, those for language models
EXPERIMENT_KIND = "mlflow.experimentKind"


def init_mlflow(settings: Settings) -> None:
    """Creates MLflow's database and artifact folder. Once per installation and before anything else: two
    first users at a time would race."""
    if settings.mlflow_tracking_uri.startswith("sqlite:///"):
        file = Path(settings.mlflow_tracking_uri.removeprefix("sqlite:///"))
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and not _holds_runs(file):
            # of a first start that was cut off, perhaps amid a migration, which cannot be taken up again
            file.replace(file.with_suffix(".cut-off"))
    registry_client(settings).search_experiments(max_results=1)


def _holds_runs(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone() is None:
            return False
        return connection.execute("SELECT 1 FROM runs LIMIT 1").fetchone() is not None


def registry_client(settings: Settings) -> MlflowClient:
    """A client of the installation's tracking server and registry."""
    return MlflowClient(tracking_uri=settings.mlflow_tracking_uri, registry_uri=settings.mlflow_tracking_uri)


def experiment_name(shop: str) -> str:
    """Name of a shop's experiment and registered model."""
    return f"churn_{shop}"


def shop_experiment(settings: Settings, shop: str) -> str:
    """Id of the shop's experiment, created where needed."""
    client, name = registry_client(settings), experiment_name(shop)
    experiment = client.get_experiment_by_name(name)
    if experiment is not None and experiment.lifecycle_stage == "active":
        return str(experiment.experiment_id)
    if experiment is not None:
        client.restore_experiment(experiment.experiment_id)
        return str(experiment.experiment_id)
    location = f"{settings.mlflow_artifact_root.rstrip('/')}/{name}"
    return str(
        client.create_experiment(
            name,
            artifact_location=location,
            tags={
                EXPERIMENT_KIND: "custom_model_development",
                MLFLOW_RUN_NOTE: experiment_in_words(shop),
            },
        )
    )


def register_model(
    settings: Settings,
    shop: str,
    model: ChurnModel,
    run_id: str,
    columns: list[str],
    tags: Mapping[str, str] | None = None,
) -> str:
    """Stores the model with the run `run_id` and registers it as a new version, without an alias yet; returns
    the version.

    columns: of customer_features, for the signature. tags: of the version, beside its hash and kind."""
    name = experiment_name(shop)
    mlflow.set_tracking_uri(settings.mlflow_tracking_uri)
    mlflow.set_registry_uri(settings.mlflow_tracking_uri)
    client = registry_client(settings)
    run = client.get_run(run_id).info
    info, digest = log_model(model, run_id, columns)
    if run.end_time is not None:  # logging a model opens the run again
        client.set_terminated(run_id, run.status, run.end_time)
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    created = client.create_model_version(
        name,
        source=info.model_uri,
        run_id=run_id,
        model_id=info.model_id,
        tags={**(tags or {}), HASH_TAG: digest, "kind": model.kind},
    )
    return str(created.version)


def promote(
    settings: Settings, shop: str, version: str, reason: str, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Makes a version champion, also an older one (rollback), and notes who replaced whom, when and why;
    returns the note.

    more: further JSON values of the note, such as the cutoff and the figures of both. NotFound for an unknown
        version."""
    client, name = registry_client(settings), experiment_name(shop)
    _require_version(client, shop, version)
    former = champion_version(settings, shop)
    client.set_registered_model_alias(name, CHAMPION, version)
    if alias_version(settings, shop, CHALLENGER) is not None:
        client.delete_registered_model_alias(name, CHALLENGER)
    return _note(
        settings,
        shop,
        {"event": "promoted", "version": version, "replaced": former, "reason": reason, **(more or {})},
    )


def keep_champion(
    settings: Settings, shop: str, challenger: str, reason: str, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Makes a version challenger beside the standing champion, and notes why it did not replace it; returns
    the note."""
    registry_client(settings).set_registered_model_alias(experiment_name(shop), CHALLENGER, challenger)
    former = champion_version(settings, shop)
    return _note(
        settings,
        shop,
        {"event": "kept", "version": former, "challenger": challenger, "reason": reason, **(more or {})},
    )


def _note(settings: Settings, shop: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Adds an entry to the audit trail, a tag of the registered model, and to the tags of the version that it
    is about."""
    client, name = registry_client(settings), experiment_name(shop)
    entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **entry}
    trail = [*audit_trail(settings, shop), entry][-AUDIT_ENTRIES:]
    client.set_registered_model_tag(name, AUDIT_TAG, json.dumps(trail))
    if FORMER_AUDIT_TAG in client.get_registered_model(name).tags:
        client.delete_registered_model_tag(name, FORMER_AUDIT_TAG)
    client.update_registered_model(name, model_in_words(shop, trail))
    version = entry.get("challenger", entry["version"])
    client.set_model_version_tag(name, version, DECISION_TAG, decision_in_words(entry))
    client.update_model_version(name, version, version_in_words(entry))
    return entry


def alias_version(settings: Settings, shop: str, alias: str) -> str | None:
    """Version that an alias of the shop's model points to; None where there is none."""
    try:
        return str(registry_client(settings).get_model_version_by_alias(experiment_name(shop), alias).version)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        return None


def champion_version(settings: Settings, shop: str) -> str | None:
    """Version of the shop's champion; None where it has none."""
    return alias_version(settings, shop, CHAMPION)


def trained_version(settings: Settings, shop: str, version: str) -> str:
    """The version that was trained, of one whose level alone was renewed; of another the version itself."""
    found = _require_version(registry_client(settings), shop, version)
    return str(found.tags.get(TRAINED_TAG, version))


def audit_trail(settings: Settings, shop: str) -> list[dict[str, Any]]:
    """Every decision about the shop's champion, oldest first, at most the newest hundred.

    at (UTC), event (promoted or kept), version of the champion from then on, replaced or challenger, reason,
    and where a training
    decided: cutoff, new and old with kind and figures at that cutoff.
    """
    try:
        model = registry_client(settings).get_registered_model(experiment_name(shop))
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return []
    return list(json.loads(model.tags.get(AUDIT_TAG) or model.tags.get(FORMER_AUDIT_TAG, "[]")))


def load_champion(settings: Settings, shop: str) -> tuple[ChurnModel, str]:
    """The champion and its version. NotFound where the shop has none, ChurnError where its files are not
    those that were registered."""
    version = champion_version(settings, shop)
    if version is None:
        raise NotFound(f"Shop {shop!r} has no trained model yet; run: churn run FILE --shop {shop}")
    return load_version(settings, shop, version), version


def current_champion(run: ShopRun) -> tuple[ChurnModel, str]:
    """`load_champion` for the run's shop, at the shop's level on the date that is scored (customer_features'
    as_of). Its files are loaded once a run; another version that became champion meanwhile is loaded anew."""
    model, version = registered_champion(run)
    features = run.store.version("customer_features")
    if features is None:
        return model, version
    since = residuals_since(run.store, version)
    key = ("champion_at_date", version, features, len(since))
    return run.once(key, lambda: at_date(model, scoring_date(run), since)), version


def registered_champion(run: ShopRun) -> tuple[ChurnModel, str]:
    """`current_champion` as it was registered, before the level of any date."""
    version = champion_version(run.settings, run.shop)
    return run.once(("champion", version), lambda: load_champion(run.settings, run.shop))


def scoring_date(run: ShopRun) -> pd.Timestamp:
    """The date as of which the shop's customers are scored; NotFound before their features were made."""
    return pd.Timestamp(run.store.read("customer_features", ["as_of"])["as_of"].max())


def load_version(settings: Settings, shop: str, version: str) -> ChurnModel:
    """A registered version of the shop's model; errors as in `load_champion`."""
    name = experiment_name(shop)
    registered = _require_version(registry_client(settings), shop, version)
    mlflow.set_tracking_uri(settings.mlflow_tracking_uri)
    mlflow.set_registry_uri(settings.mlflow_tracking_uri)
    with tempfile.TemporaryDirectory() as directory:
        root = Path(mlflow.artifacts.download_artifacts(f"models:/{name}/{version}", dst_path=directory))
        documents = sorted(root.rglob(DOCUMENT_FILE))
        if not documents or file_sha256(documents[0]) != registered.tags.get(HASH_TAG):
            raise ChurnError(
                f"version {version} of {name} is not the model that was registered: "
                f"its files were changed; train the shop again"
            )
        return load_model(documents[0].parent)


def model_versions(settings: Settings, shop: str) -> list[ModelVersion]:
    """All registered versions of the shop's model, oldest first; empty where there are none."""
    found = registry_client(settings).search_model_versions(f"name = '{experiment_name(shop)}'")
    return sorted(found, key=lambda v: int(v.version))


def version_run(settings: Settings, shop: str, version: str) -> str:
    """Id of the MLflow run that a version came from. NotFound for an unknown version."""
    return str(_require_version(registry_client(settings), shop, version).run_id)


def _require_version(client: MlflowClient, shop: str, version: str) -> ModelVersion:
    """The version as the registry knows it. NotFound where it does not."""
    if version.isdecimal():
        try:
            return client.get_model_version(experiment_name(shop), version)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
    raise NotFound(
        f"Shop {shop!r} has no model version {version!r}; see its versions with: churn models --shop {shop}"
    )


def forget_shop_models(settings: Settings, shop: str) -> None:
    """Deletes the shop's experiment, runs and registered model."""
    client, name = registry_client(settings), experiment_name(shop)
    experiment = client.get_experiment_by_name(name)
    if experiment is not None and experiment.lifecycle_stage == "active":
        client.delete_experiment(experiment.experiment_id)
    try:
        client.delete_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
