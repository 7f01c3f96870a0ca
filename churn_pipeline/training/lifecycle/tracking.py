"""Writes trainings and backtests to MLflow: a parent run each, with a nested run per model or per cutoff."""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT, MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NOTE
from numpy.typing import NDArray

from churn_pipeline.core.enums import Split
from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.directory import shop_store
from churn_pipeline.training.evaluation.comparison import Comparison
from churn_pipeline.training.evaluation.curves import model_curves
from churn_pipeline.training.evaluation.measures_over_time import measures_by, outcomes_picture
from churn_pipeline.training.lifecycle.descriptions import kind_in_words, run_in_words
from churn_pipeline.training.lifecycle.model_card import model_card
from churn_pipeline.training.lifecycle.provenance import code_version
from churn_pipeline.training.lifecycle.registry import registry_client, shop_experiment, version_run
from churn_pipeline.training.search.reuse import REUSED

TRIAL_LOSS = "trial_loss"  # by trial number: the cross-validated log loss of each parameter set
PIPELINE_RUN = "dagster_run_url"
"""Tag of a training: address of the pipeline's run that made it."""
EXPLANATION = "explanation"  # folder of a run's artifacts


def log_comparison(
    settings: Settings,
    shop: str,
    comparison: Comparison,
    snapshots: pd.DataFrame,
    tags: Mapping[str, str],
    promotion: Mapping[str, Any] | None = None,
) -> str:
    """Logs the comparison and returns the parent run's id.

    The parent has the choice, the decision about promotion, the features, the snapshots as dataset input
    (with their hash) and the model card, which is also its description; each nested run its parameters,
    cross-validated means and deviations, test measures, the search's trials and one picture of its curves.
    tags: of the parent, such as the pipeline's run."""
    client, experiment = registry_client(settings), shop_experiment(settings, shop)
    document, decision = comparison.document, dict(promotion or {})
    digest, card = snapshots_digest(snapshots), model_card(shop, document)
    told = {"promoted": str(decision["promote"]), "promotion": decision["reason"]} if decision else {}
    note = run_in_words(card, tags.get(PIPELINE_RUN))
    parent_tags = {**tags, **told, "snapshots_sha": digest, MLFLOW_RUN_NOTE: note}
    longest = max(map(_seconds_now, document["model_performance"]))
    began = int(1000 * (time.time() - longest))
    name = f"{shop} {document['test_cutoff']}"
    parent = str(client.create_run(experiment, start_time=began, run_name=name, tags=parent_tags).info.run_id)
    champion = next(m for m in document["model_performance"] if m["is_champion"])
    shared = {
        name: document[name]
        for name in ("champion", "training_cutoffs", "training_rows", "test_cutoff", "test_customers")
    }
    _log(client, parent, shared | {"features": len(document["features"])}, dict(_numbers(champion)))
    dataset = _dataset(snapshots, digest, shop_store(settings, shop).address("training_snapshots"))
    client.log_inputs(parent, [dataset])
    y = comparison.test_predictions["churned"].to_numpy()
    features = {"features": document["features"], "left_out": document["dropped_features"]}
    files = {
        "comparison.json": document,
        "features.json": features,
        "promotion.json": decision,
        "model_card.md": card,
    }
    _log_files(client, parent, files, "champion", y, comparison.test_predictions["p_champion"].to_numpy())
    for entry in [*document["model_performance"], *document["baselines"]]:
        _log_kind(client, experiment, parent, entry, comparison, snapshots, dataset)
    client.set_terminated(parent)
    return parent


def _log_kind(
    client: MlflowClient,
    experiment: str,
    parent: str,
    entry: Mapping[str, Any],
    comparison: Comparison,
    snapshots: pd.DataFrame,
    dataset: DatasetInput,
) -> None:
    """A nested run of one kind: as long as its training took, with its dataset, measures by trial, cutoff and
    fold, and pictures."""
    kind, now = entry["model"], int(time.time() * 1000)
    note = {MLFLOW_PARENT_RUN_ID: parent, MLFLOW_RUN_NOTE: kind_in_words(entry)}
    if former := entry.get("training", {}).get(REUSED):
        note[REUSED] = str(former)
    began = now - int(1000 * _seconds_now(entry))
    run = str(client.create_run(experiment, start_time=began, run_name=kind, tags=note).info.run_id)
    trials = entry.get("trials", [])
    steps = {TRIAL_LOSS: [trial["loss"] for trial in trials]}
    by_cutoff = None
    if kind in comparison.calibrated:
        train = snapshots[snapshots["split"] == Split.TRAIN]
        y, p = train["churned"].to_numpy(), comparison.calibrated[kind].out_of_fold
        by_cutoff = measures_by(train["cutoff"], y, p)
        by_fold = measures_by(train["fold"], y, p)
        for part, name in ((by_cutoff, "cutoff"), (by_fold, "fold")):
            steps |= {f"{name}_{measure}": part[measure].tolist() for measure in part}
    _log(client, run, entry.get("params", {}), dict(_numbers(entry)), steps)
    client.log_inputs(run, [dataset])
    test_y = comparison.test_predictions["churned"].to_numpy()
    test_p = comparison.test_predictions[f"p_{kind}"].to_numpy()
    _log_files(client, run, {"trials.json": trials} if trials else {}, kind, test_y, test_p)
    picture = outcomes_picture(f"{kind}", test_y, test_p, float(entry["threshold"]), by_cutoff)
    log_pictures(client, run, {"confusion_and_rates": picture})
    client.set_terminated(run, end_time=now)


def _seconds_now(entry: Mapping[str, Any]) -> float:
    """How long a kind was trained in this run: not at all where it was taken over."""
    return 0.0 if REUSED in entry.get("training", {}) else float(entry.get("seconds", 0))


def log_pictures(client: MlflowClient, run_id: str, pictures: Mapping[str, bytes], folder: str = "") -> None:
    """PNG pictures by name as artifacts of a run."""
    with tempfile.TemporaryDirectory() as directory:
        for name, content in pictures.items():
            (Path(directory) / f"{name}.png").write_bytes(content)
        client.log_artifacts(run_id, directory, folder or None)


def log_explanation(settings: Settings, shop: str, version: str, pictures: Mapping[str, bytes]) -> None:
    """The pictures of a version's explanation beside the training that it came from; those that are there
    already stay."""
    client, run_id = registry_client(settings), version_run(settings, shop, version)
    there = {artifact.path for artifact in client.list_artifacts(run_id, EXPLANATION)}
    new = {name: p for name, p in pictures.items() if f"{EXPLANATION}/{name}.png" not in there}
    log_pictures(client, run_id, new, EXPLANATION)


def log_backtest(settings: Settings, shop: str, document: Mapping[str, Any]) -> str:
    """Logs a backtest (see backtest_report.backtest_document): the champion's means in the parent, a nested
    run per cutoff with every model's measures; returns the parent run's id."""
    client, experiment = registry_client(settings), shop_experiment(settings, shop)
    cutoffs, summary = document["cutoffs"], document["summary"]
    parent = str(
        client.create_run(experiment, run_name=f"{shop} backtest", tags={"kind": "backtest"}).info.run_id
    )
    means = {
        f"{name}_{moment}": v
        for name, moments in summary["models"]["champion"].items()
        for moment, v in moments.items()
    }
    params = {
        "horizon": document["horizon"],
        "effort": document["effort"],
        "cutoffs": ", ".join(c["cutoff"] for c in cutoffs),
    }
    _log(client, parent, params, _finite(means))
    _log_files(client, parent, {"backtest.json": document})
    for entry in cutoffs:
        name = f"backtest {entry['cutoff']}"
        run = str(
            client.create_run(experiment, run_name=name, tags={MLFLOW_PARENT_RUN_ID: parent}).info.run_id
        )
        measures = {
            f"{m['model']}_{k}": m[k]
            for m in entry["models"]
            for k in ("roc_auc", "average_precision", "log_loss", "ece")
        }
        _log(
            client,
            run,
            {"champion": entry["champion"], "training_rows": entry["training_rows"]},
            _finite(measures),
        )
        client.set_terminated(run)
    client.set_terminated(parent)
    return parent


def run_link(settings: Settings, shop: str, run_id: str) -> str:
    """Address of a run in MLflow's user interface."""
    return f"{settings.mlflow_url.rstrip('/')}/#/experiments/{shop_experiment(settings, shop)}/runs/{run_id}"


def pipeline_tags(settings: Settings, dagster_run_id: str) -> dict[str, str]:
    """Tags of an MLflow run that lead to the pipeline's run which made it, and to the code that it ran."""
    code = {name: str(value) for name, value in code_version().items() if isinstance(value, str)}
    return {
        "dagster_run_id": dagster_run_id,
        PIPELINE_RUN: f"{settings.dashboard_url.rstrip('/')}/runs/{dagster_run_id}",
        **code,
    }


def snapshots_digest(snapshots: pd.DataFrame) -> str:
    """Hash of the snapshots' content, whatever the order of their rows."""
    hashes = pd.util.hash_pandas_object(snapshots, index=False).to_numpy()
    return f"{int(np.bitwise_xor.reduce(hashes)):016x}-{len(snapshots)}"


def _dataset(snapshots: pd.DataFrame, digest: str, address: str) -> DatasetInput:
    """The snapshots as MLflow's dataset input: source, digest, columns and counts, without their content."""
    columns = {
        "mlflow_colspec": [
            {"type": str(kind), "name": name, "required": True} for name, kind in snapshots.dtypes.items()
        ]
    }
    profile = {
        "num_rows": len(snapshots),
        "num_elements": int(snapshots.size),
        "cutoffs": int(snapshots["cutoff"].nunique()),
    }
    source = json.dumps({"uri": address})
    entity = Dataset(
        "training_snapshots", digest, "local", source, schema=json.dumps(columns), profile=json.dumps(profile)
    )
    return DatasetInput(entity, tags=[InputTag(MLFLOW_DATASET_CONTEXT, "training")])


def _numbers(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Every measure of a model as a flat name and number."""
    for name, value in entry.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield name if name == "seconds" else f"test_{name}", float(value)
    for name, moments in entry.get("cross_validation", {}).items():
        for moment, value in moments.items():
            if value is not None:
                yield f"cv_{name}_{moment}", float(value)
    for name, ends in entry.get("intervals", {}).items():
        for end, value in zip(("low", "high"), ends, strict=True):
            if value is not None:
                yield f"test_{name}_{end}", float(value)


def _finite(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None and np.isfinite(value)}


def _log(
    client: MlflowClient,
    run_id: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    series: Mapping[str, Sequence[float]] | None = None,
) -> None:
    """Parameters and metrics in one request. series: metrics that have a value for each step."""
    now = int(time.time() * 1000)
    stepped = [
        Metric(name, value, now, step)
        for name, values in (series or {}).items()
        for step, value in enumerate(values)
        if np.isfinite(value)
    ]
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, now, 0) for name, value in metrics.items()] + stepped,
        params=[Param(name, str(value)) for name, value in params.items()],
        tags=[RunTag("library", "churn_pipeline")],
    )


def _log_files(
    client: MlflowClient,
    run_id: str,
    files: Mapping[str, Any],
    title: str = "",
    y: NDArray[np.int8] | None = None,
    p: NDArray[np.float64] | None = None,
) -> None:
    """Files by name (a text as it is, everything else as JSON) and, given outcomes and probabilities,
    curves.png; uploaded at once."""
    with tempfile.TemporaryDirectory() as directory:
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content, indent=2, default=str)
            (Path(directory) / name).write_text(text, encoding="utf-8")
        if y is not None and p is not None and 0 < y.mean() < 1:
            (Path(directory) / "curves.png").write_bytes(model_curves(title, y, p))
        client.log_artifacts(run_id, directory)
