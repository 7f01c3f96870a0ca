"""One tuned candidate per kind of model: its parameters, its predictions for customers it never saw, and its predictions at the test."""

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
import pyarrow.parquet as pq
from joblib import cpu_count
from numpy.typing import NDArray
from pyarrow import Table

from churn_pipeline.errors import ChurnError, NotFound
from churn_pipeline.schemas import feature_columns
from churn_pipeline.settings import Settings
from churn_pipeline.storage import naming_damaged, read_json, replacing, write_json
from churn_pipeline.training.calibration import calibrated, fit_calibrator, platt_line
from churn_pipeline.training.cross_validation import Entrant, FitPlan, Rows, fit_rows, race
from churn_pipeline.training.device import training_device
from churn_pipeline.training.feature_selection import FeatureSelection, select_features, steady_features, strongest_features
from churn_pipeline.training.metrics import all_metrics, best_f1_threshold, customer_mean, row_losses
from churn_pipeline.training.model_kinds import STAGED_KINDS
from churn_pipeline.training.search_spaces import SURVIVORS, Proposals, SearchSpace, load_search_space, propose


@dataclass(frozen=True)
class Candidate:
    """A tuned kind of model. Log-odds are before calibration, aligned with the rows of the snapshots.

    out_of_fold: of the training rows, each from the fold model that never saw the customer; test: of the test rows, from a fit on all
    training rows; test_unseen: of the test rows, from the fold models. scale: slope and offset that made an SVM's margins log-odds.
    cv: metric -> mean and sd over folds. trials: every parameter set with its loss and when it left the race.
    """

    kind: str
    params: dict[str, Any]
    features: list[str]
    dropped: dict[str, str]
    out_of_fold: NDArray[np.float64]
    test: NDArray[np.float64]
    test_unseen: NDArray[np.float64]
    scale: tuple[float, float]
    cv: dict[str, dict[str, float]]
    seconds: float
    trials: list[dict[str, Any]]
    facts: dict[str, Any] = field(default_factory=dict)


def train_candidate(kind: str, snapshots: pd.DataFrame, settings: Settings, effort: str, threads: int = 0) -> Candidate:
    """Selects features, races parameter sets over five folds of customers and predicts the test.

    snapshots: the table training_snapshots; the label of its test rows is not read. effort: quick, standard or thorough. The
    result depends on the
    data and the seed alone, not on time or threads.
    """
    started = time.perf_counter()
    is_train = (snapshots["split"] == "train").to_numpy()
    train, test = snapshots[is_train], snapshots[~is_train]
    space = load_search_space(kind, settings.search_spaces)
    selection = steady_features(train, select_features(train, feature_columns(list(snapshots.columns))), space.steady)
    rows = training_rows(train, selection.kept)
    plan = fit_plan(kind, space, len(rows.y), settings, threads)
    minority = float(min(rows.y.mean(), 1 - rows.y.mean()))
    proposals = propose(plan_params(space, kind, plan), effort, minority, settings.seed, min(plan.cap, len(rows.y)))
    entrants = race(rows, proposals.params, plan, test[selection.kept], test["fold"].to_numpy(), SURVIVORS[effort])
    losses = [_final_loss(e, rows) for e in entrants]
    best = _winner(entrants, losses, rows)
    selection = _chosen_features(rows, selection, plan)
    stage = losses[best][1]
    params = _with_stage(entrants[best].params, plan, stage)
    out_of_fold, unseen, full = (a[:, stage] for a in (entrants[best].log_odds, entrants[best].unseen, entrants[best].full))
    scale = platt_line(out_of_fold, rows.y) if kind == "svm" else (1.0, 0.0)
    out_of_fold, full, unseen = (scale[0] * v + scale[1] for v in (out_of_fold, full, unseen))
    return Candidate(
        kind=kind,
        params=params,
        features=selection.kept,
        dropped=selection.dropped,
        out_of_fold=out_of_fold,
        test=full,
        test_unseen=unseen,
        scale=scale,
        cv=cross_validated_metrics(rows.y, rows.fold, out_of_fold),
        seconds=time.perf_counter() - started,
        trials=_told(proposals, entrants, losses),
        facts=_facts(plan, len(rows.y), effort, settings),
    )


def _facts(plan: FitPlan, rows: int, effort: str, settings: Settings) -> dict[str, Any]:
    """What the results say about a training; of XGBoost also the device and, where CUDA was asked for in vain, why it is not that."""
    facts = {"training_rows": rows, "rows_of_a_fit": min(plan.cap, rows), "effort": effort}
    if plan.kind == "xgboost":
        note = training_device(settings).note
        facts |= {"device": plan.device, **({"device_note": note} if note else {})}
    return facts


def _chosen_features(rows: Rows, selection: FeatureSelection, plan: FitPlan) -> FeatureSelection:
    """The features of the fit on all rows, which are the recipe's."""
    used = fit_rows(rows, np.arange(len(rows.y)), plan)
    kept, gone = strongest_features(rows.X.iloc[used], rows.y[used], plan.strongest, plan.seed)
    return FeatureSelection(kept, selection.dropped | gone)


def training_rows(frame: pd.DataFrame, features: list[str]) -> Rows:
    """Rows to train on from a snapshots frame (customer_id, cutoff, fold, churned, features)."""
    return Rows(
        X=frame[features].astype(np.float64).reset_index(drop=True),
        y=frame["churned"].to_numpy(dtype=np.int8),
        fold=frame["fold"].to_numpy(dtype=np.int8),
        keys=frame[["customer_id", "cutoff"]].reset_index(drop=True),
    )


def fit_plan(kind: str, space: SearchSpace, rows: int, settings: Settings, threads: int) -> FitPlan:
    """Row cap, stages and device of a kind's fits; the SVM takes more rows when it uses landmarks."""
    cap = space.landmark_rows if kind == "svm" and rows > space.rows else space.rows
    device = training_device(settings).name if kind == "xgboost" else "cpu"
    return FitPlan(kind, settings.seed, threads or settings.threads or cpu_count(), cap, space.stages, device, space.strongest)


def plan_params(space: SearchSpace, kind: str, plan: FitPlan) -> SearchSpace:
    """The search space with the SVM's landmarks set where the rows are too many for the exact machine."""
    if kind != "svm" or plan.cap <= space.rows:
        return space
    known = [{**p, "components": space.landmarks} for p in space.known_good]
    return space.model_copy(update={"known_good": known, "space": {**space.space, "components": [space.landmarks]}})


def cross_validated_metrics(y: NDArray[np.int8], fold: NDArray[np.int8], log_odds: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    """metric -> mean and sd over folds; each fold is calibrated (Platt) and gets its threshold from the other folds."""
    per_fold = []
    for k in np.unique(fold):
        own = fold == k
        calibrator = fit_calibrator("platt", log_odds[~own], y[~own])
        threshold = best_f1_threshold(y[~own], calibrated(calibrator, log_odds[~own]))
        per_fold.append(all_metrics(y[own], calibrated(calibrator, log_odds[own]), threshold))
    frame = pd.DataFrame(per_fold).replace([np.inf, -np.inf], np.nan)
    return {
        str(name): {"mean": float(column.mean()), "sd": float(column.std(ddof=1))}
        for name, column in frame.items()
        if column.notna().sum() > 1
    }


def _winner(entrants: list[Entrant], losses: list[tuple[float, int]], rows: Rows) -> int:
    """Position of the lowest loss; a balanced set has to win by more than one standard error, since balancing distorts probabilities."""
    order = np.argsort([loss for loss, _ in losses], kind="stable")
    best = int(order[0])
    plain = [int(i) for i in order if entrants[i].params["imbalance"] == "none" and entrants[i].dropped_after is None]
    if entrants[best].params["imbalance"] == "none" or not plain:
        return best
    gain = entrants[plain[0]].losses[:, losses[plain[0]][1]] - entrants[best].losses[:, losses[best][1]]
    mean, error = customer_mean(gain, rows.keys["customer_id"])
    return best if mean > error else plain[0]


def _final_loss(entrant: Entrant, rows: Rows) -> tuple[float, int]:
    """Log loss after cross-fitted calibration and the stage that has it; infinite for those who left the race."""
    if entrant.dropped_after is not None:
        return float("inf"), 0
    losses = [_cross_fitted_loss(entrant.log_odds[:, s], rows) for s in range(entrant.fitted_stages)]
    return min(losses), int(np.argmin(losses))


def _cross_fitted_loss(log_odds: NDArray[np.float64], rows: Rows) -> float:
    total = 0.0
    for k in np.unique(rows.fold):
        own = rows.fold == k
        p = calibrated(fit_calibrator("platt", log_odds[~own], rows.y[~own]), log_odds[own])
        total += float(row_losses(rows.y[own], p).sum())
    return total / len(rows.y)


def _with_stage(params: dict[str, Any], plan: FitPlan, stage: int) -> dict[str, Any]:
    return {**params, "n_estimators": plan.stages[stage]} if plan.kind in STAGED_KINDS and plan.stages else params


def _told(proposals: Proposals, entrants: list[Entrant], losses: list[tuple[float, int]]) -> list[dict[str, Any]]:
    """Tells Optuna how each trial ended, and the same as plain rows."""
    report = []
    for trial, entrant, (loss, _) in zip(proposals.trials, entrants, losses, strict=True):
        left = entrant.dropped_after is not None
        seen = float(np.nanmin(np.nanmean(entrant.losses, axis=0)))
        proposals.study.tell(trial, None if left else loss, optuna.trial.TrialState.PRUNED if left else None)
        report.append(
            {"params": entrant.params, "loss": seen if left else loss, "folds": entrant.dropped_after or 0, "left_the_race": left}
        )
    return report


def save_candidate(folder: Path, candidate: Candidate, run_id: str = "") -> None:
    """Writes <folder>/candidates/<kind>.parquet (log-odds) and .json (everything else)."""
    vectors = {"out_of_fold": candidate.out_of_fold, "test": candidate.test, "test_unseen": candidate.test_unseen}
    document = {k: v for k, v in asdict(candidate).items() if k not in vectors}
    write_vectors(folder / "candidates" / candidate.kind, {**document, "run_id": run_id}, vectors)


def load_candidate(folder: Path, kind: str) -> Candidate:
    """The candidate as saved; NotFound when it was not trained yet."""
    document, vectors = read_vectors(folder / "candidates" / kind)
    fields: dict[str, Any] = {k: v for k, v in document.items() if k != "run_id"} | vectors
    return Candidate(**{**fields, "scale": tuple(fields["scale"])})


def write_vectors(path: Path, document: dict[str, Any], vectors: dict[str, NDArray[np.float64]]) -> None:
    """Vectors of different lengths as one long Parquet table, and a JSON document beside it."""
    long = pd.concat([pd.DataFrame({"vector": name, "log_odds": v}) for name, v in vectors.items()], ignore_index=True)
    with replacing(path.with_suffix(".parquet")) as part:
        pq.write_table(Table.from_pandas(long, preserve_index=False), part, write_page_checksum=True)
    write_json(path.with_suffix(".json"), document)


def read_vectors(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """What `write_vectors` wrote."""
    if not path.with_suffix(".parquet").exists():
        raise NotFound(
            f"{path.name} of shop {path.parent.parent.name!r} is not trained yet; run: churn run FILE --shop {path.parent.parent.name}"
        )
    with naming_damaged(path.with_suffix(".parquet"), path.parent.parent.name):
        long = pq.read_table(path.with_suffix(".parquet"), page_checksum_verification=True).to_pandas()
    document = read_json(path.with_suffix(".json"))
    if not isinstance(document, dict):
        raise ChurnError(f"{path.with_suffix('.json')} is damaged; run the shop again to renew it")
    return document, {str(name): part["log_odds"].to_numpy() for name, part in long.groupby("vector", sort=False)}
