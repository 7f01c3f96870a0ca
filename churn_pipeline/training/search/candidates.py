"""One tuned candidate per kind of model: its parameters, its predictions for customers it never saw, and its
predictions at the test."""

import time
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from joblib import cpu_count
from numpy.typing import NDArray

from churn_pipeline.core.enums import Split
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import feature_columns
from churn_pipeline.training.data.feature_selection import (
    FeatureSelection,
    select_features,
    steady_features,
    strongest_features,
)
from churn_pipeline.training.evaluation.calibration import calibrated, fit_calibrator, platt_line
from churn_pipeline.training.evaluation.metrics import (
    all_metrics,
    best_f1_threshold,
    customer_mean,
    row_losses,
)
from churn_pipeline.training.models.device import training_device
from churn_pipeline.training.models.model_kinds import STAGED_KINDS
from churn_pipeline.training.search.race import Entrant, FitPlan, Rows, fit_rows, race
from churn_pipeline.training.search.search_spaces import (
    SURVIVORS,
    SearchSpace,
    load_search_space,
    propose,
    propose_more,
)


@dataclass(frozen=True)
class BlendMember:
    """One member's recipe in a blend. scale: what made an SVM's margins log-odds; line: slope and intercept
    that bring the member's log-odds to the blend's scale. BG/NBD has no parameters; its feature holds its
    churn probability."""

    kind: str
    params: dict[str, Any]
    features: list[str]
    scale: tuple[float, float]
    line: tuple[float, float]

    def recipe(self) -> dict[str, Any]:
        """What has to be the same for the member to be the same, whatever rows it was trained on."""
        return {"kind": self.kind, "params": self.params, "features": self.features}


@dataclass(frozen=True)
class Candidate:
    """A tuned kind of model. Log-odds are before calibration, aligned with the rows of the snapshots.

    out_of_fold: log-odds of the training rows, each from the fold model that never saw the customer.
    test: log-odds of the test rows, from a fit on all training rows.
    test_unseen: log-odds of the test rows, from the fold models.
    level: log-odds of the level snapshots' rows, from the fold models too; empty where there are none.
    dropped: feature that was left out -> why.
    scale: slope and offset that made an SVM's margins log-odds.
    cv: metric -> mean and sd over folds.
    trials: every parameter set with its loss and when it left the race.
    facts: what the results say about the training.
    members: of a blend.
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
    members: list[BlendMember] = field(default_factory=list)
    level: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


def train_candidate(
    kind: str,
    snapshots: pd.DataFrame,
    settings: Settings,
    effort: str,
    threads: int = 0,
    level_snapshots: pd.DataFrame | None = None,
    selected: FeatureSelection | None = None,
) -> Candidate:
    """Selects features, races parameter sets over five folds of customers and predicts the test.

    snapshots: the table training_snapshots; the label of its test rows is not read. level_snapshots: rows of
        older cutoffs, which are predicted only. effort: quick, standard or thorough. selected:
        `usable_features` of the snapshots, where they are known already: they are the same for every kind.
        The result depends on the data and the seed alone, not on time or threads."""
    started = time.perf_counter()
    is_train = (snapshots["split"] == Split.TRAIN).to_numpy()
    train, test = snapshots[is_train], snapshots[~is_train]
    space = load_search_space(kind, settings.search_spaces)
    usable = steady_features(train, selected or usable_features(snapshots), space.steady)
    rows = training_rows(train, usable.kept)
    plan = fit_plan(kind, space, len(rows.y), settings, threads)
    minority = float(min(rows.y.mean(), 1 - rows.y.mean()))
    proposals = propose(
        plan_params(space, kind, plan), effort, minority, settings.seed, min(plan.cap, len(rows.y))
    )
    others = predicted_rows(test, level_snapshots)
    entrants = race(
        rows,
        list(proposals.params),
        plan,
        others[usable.kept],
        others["fold"].to_numpy(),
        SURVIVORS[effort],
        partial(propose_more, proposals) if proposals.later else None,
    )
    losses = [_final_loss(e, rows) for e in entrants]
    best = _winner(entrants, losses, rows)
    winner, stage = entrants[best], losses[best][1]
    selection = _chosen_features(rows, usable, plan)
    slope, offset = platt_line(winner.log_odds[:, stage], rows.y) if kind == "svm" else (1.0, 0.0)
    out_of_fold = slope * winner.log_odds[:, stage] + offset
    unseen = slope * winner.unseen[:, stage] + offset
    return Candidate(
        kind=kind,
        params=_with_stage(winner.params, plan, stage),
        features=selection.kept,
        dropped=selection.dropped,
        out_of_fold=out_of_fold,
        test=slope * winner.full[: len(test), stage] + offset,
        test_unseen=unseen[: len(test)],
        scale=(slope, offset),
        cv=cross_validated_metrics(rows.y, rows.fold, out_of_fold),
        seconds=time.perf_counter() - started,
        trials=_reported_trials(entrants, losses),
        facts=_facts(plan, len(rows.y), effort, settings),
        level=unseen[len(test) :],
    )


def usable_features(snapshots: pd.DataFrame) -> FeatureSelection:
    """The features of the table training_snapshots that every kind may use (see `select_features`)."""
    train = snapshots[(snapshots["split"] == Split.TRAIN).to_numpy()]
    return select_features(train, feature_columns(list(snapshots.columns)))


def predicted_rows(test: pd.DataFrame, level_snapshots: pd.DataFrame | None) -> pd.DataFrame:
    """What the fits of a candidate predict: the test rows, then those of the level snapshots."""
    return test if level_snapshots is None else pd.concat([test, level_snapshots], ignore_index=True)


def _facts(plan: FitPlan, rows: int, effort: str, settings: Settings) -> dict[str, Any]:
    """What the results say about a training; of XGBoost also the device and, where CUDA was asked for in
    vain, why it is not that."""
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
    return FitPlan(
        kind,
        settings.seed,
        threads or settings.threads or cpu_count(),
        cap,
        space.stages,
        device,
        space.strongest,
    )


def plan_params(space: SearchSpace, kind: str, plan: FitPlan) -> SearchSpace:
    """The search space with the SVM's landmarks set where the rows are too many for the exact machine."""
    if kind != "svm" or plan.cap <= space.rows:
        return space
    on_landmarks = [{**p, "components": space.landmarks} for p in space.known_good]
    return space.model_copy(
        update={"known_good": on_landmarks, "space": {**space.space, "components": [space.landmarks]}}
    )


def cross_validated_metrics(
    y: NDArray[np.int8], fold: NDArray[np.int8], log_odds: NDArray[np.float64]
) -> dict[str, dict[str, float]]:
    """metric -> mean and sd over folds; each fold is calibrated (Platt) and gets its threshold from the other
    folds."""
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
    """Position of the lowest loss; a balanced set has to win by more than one standard error, since balancing
    distorts probabilities."""
    order = np.argsort([loss for loss, _ in losses], kind="stable")
    best = int(order[0])
    plain = [
        int(i)
        for i in order
        if entrants[i].params["imbalance"] == "none" and entrants[i].dropped_after is None
    ]
    if entrants[best].params["imbalance"] == "none" or not plain:
        return best
    gain = entrants[plain[0]].losses[:, losses[plain[0]][1]] - entrants[best].losses[:, losses[best][1]]
    mean, error = customer_mean(gain, rows.keys["customer_id"])
    return best if mean > error else plain[0]


def _final_loss(entrant: Entrant, rows: Rows) -> tuple[float, int]:
    """Log loss after cross-fitted calibration and the stage that has it; infinite for those who left the
    race."""
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
    return (
        {**params, "n_estimators": plan.stages[stage]}
        if plan.kind in STAGED_KINDS and plan.stages
        else params
    )


def _reported_trials(entrants: list[Entrant], losses: list[tuple[float, int]]) -> list[dict[str, Any]]:
    """How each parameter set ended, in the order in which they were proposed."""
    report = []
    for entrant, (loss, _) in zip(entrants, losses, strict=True):
        left = entrant.dropped_after is not None
        seen = float(np.nanmin(np.nanmean(entrant.losses, axis=0)))
        report.append(
            {
                "params": entrant.params,
                "loss": seen if left else loss,
                "folds": entrant.dropped_after or 0,
                "left_the_race": left,
            }
        )
    return report


def save_candidate(store: ShopStore, candidate: Candidate, run_id: str = "", basis: str = "") -> None:
    """Writes candidates/<kind>: log-odds as vectors, everything else as a document. A blend is made of
    saved ones, not saved. basis: see reuse.candidate_basis."""
    vectors = {
        "out_of_fold": candidate.out_of_fold,
        "test": candidate.test,
        "test_unseen": candidate.test_unseen,
        "level": candidate.level,
    }
    document = {k: v for k, v in asdict(candidate).items() if k not in (*vectors, "members")}
    store.write_vectors(
        f"candidates/{candidate.kind}", {**document, "run_id": run_id, "basis": basis}, vectors
    )


def load_candidate(store: ShopStore, kind: str) -> Candidate:
    """The candidate as saved; NotFound when it was not trained yet."""
    document, vectors = store.vectors(f"candidates/{kind}")
    fields: dict[str, Any] = {k: v for k, v in document.items() if k not in ("run_id", "basis")} | vectors
    return Candidate(**{**fields, "scale": tuple(fields["scale"])})
