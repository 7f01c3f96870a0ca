"""Fits over customer folds: the race between parameter sets, and the fold models of one set."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import wilcoxon
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from churn_pipeline.training.data.feature_selection import strongest_features
from churn_pipeline.training.data.preparation import FeaturePreparation
from churn_pipeline.training.data.row_caps import capped_rows
from churn_pipeline.training.evaluation.calibration import calibrated, fit_calibrator
from churn_pipeline.training.evaluation.metrics import customer_mean, row_losses
from churn_pipeline.training.models.model_kinds import (
    fit_model,
    new_model,
    preparation,
    staged_log_odds,
)

BLOCKS = 40  # customers are hashed into so many blocks per fold, whose losses are compared in pairs
OPENING_FOLDS = 2  # folds that every parameter set runs
LOOK_AHEAD = 1  # stages that boosting goes on after the one that was best in the opening folds
ALL_ROWS = -1  # a fold that no customer is in: the fit without it is the fit on all rows
# Fits of these let go of Python's lock and gain little or nothing from a second thread of their own
# (LightGBM, two threads: 1.5 times as
# fast as one; two fits side by side: 2 times), so folds run side by side, one thread each.
SINGLE_THREADED = ("logistic_regression", "xgboost", "lightgbm")
DROP_BELOW = 0.01  # p of the one-sided Wilcoxon test below which a parameter set leaves the race


@dataclass(frozen=True)
class Rows:
    """Training rows: X (n_rows x n_features), y (0 or 1), fold (0..k-1), keys (customer_id, cutoff)."""

    X: pd.DataFrame
    y: NDArray[np.int8]
    fold: NDArray[np.int8]
    keys: pd.DataFrame


@dataclass(frozen=True)
class FitPlan:
    """What every fit of a kind shares. cap: rows of one fit; stages: numbers of trees that one fit answers
    for; strongest: features that each fold model chooses for itself, 0 for all."""

    kind: str
    seed: int
    threads: int
    cap: int
    stages: tuple[int, ...] = ()
    device: str = "cpu"
    strongest: int = 0


@dataclass(frozen=True)
class Entrant:
    """One parameter set in the race. Its arrays are n x n_stages, NaN where a fold was not run, and are
    filled fold by fold.

    params: of the model and its preparation.
    log_odds: of the training rows, from the fold model that never saw the customer.
    losses: of the same rows, after calibration within the fold.
    unseen: log-odds of the test rows from the same fold models.
    full: log-odds of the test rows from the fit on all rows.
    dropped_after: folds run before it left the race, None if it finished.
    fitted_stages: how many stages the fits after the opening folds went through.
    """

    params: dict[str, Any]
    log_odds: NDArray[np.float64]
    losses: NDArray[np.float64]
    unseen: NDArray[np.float64]
    full: NDArray[np.float64]
    dropped_after: int | None = None
    fitted_stages: int = 1


def fit_rows(rows: Rows, positions: NDArray[np.int64], plan: FitPlan) -> NDArray[np.int64]:
    """Which of the rows at `positions` a fit uses: its share of the cap, so that a fold model draws as thinly
    as the fit on all rows."""
    cap = max(1, round(plan.cap * len(positions) / len(rows.y)))
    return positions[capped_rows(rows.keys.iloc[positions], cap, one_per_customer=plan.kind == "svm")]


def race(
    rows: Rows,
    params: list[dict[str, Any]],
    plan: FitPlan,
    others: pd.DataFrame,
    other_fold: NDArray[np.int8],
    keep: int = 1,
    more: Callable[[list[float]], list[dict[str, Any]]] | None = None,
) -> list[Entrant]:
    """Runs all parameter sets on the first two folds, then those that `more` proposes from their losses
    there; the best `keep` that are not surely worse than the leader go on to the other folds and to a fit on
    all rows, which predicts `others`. Boosting stops early there: one stage after the one that was best so
    far.

    Surely: a one-sided Wilcoxon signed-rank test over blocks of customers held out so far (as Optuna's
        WilcoxonPruner does over steps, but with the sets side by side, so that each fold's preparation is
        made once). A balanced set goes on only where it beats the plain ones by more than a standard error.
        Deterministic: no clock decides, and no sum depends on the number of threads."""
    width = max(1, len(plan.stages))
    entrants = [_entrant(p, len(rows.y), len(others), width) for p in params]
    folds = [int(fold) for fold in np.union1d(rows.fold, other_fold)]
    opening, closing = folds[:OPENING_FOLDS], folds[OPENING_FOLDS:]
    _fit_folds(opening, entrants, rows, plan, others, other_fold)
    if more is not None:
        added = [
            _entrant(p, len(rows.y), len(others), width) for p in more([_seen_loss(e) for e in entrants])
        ]
        _fit_folds(opening, added, rows, plan, others, other_fold)
        entrants += added
    entrants = _after_opening(entrants, rows, np.isin(rows.fold, opening), keep)
    _fit_folds(
        [ALL_ROWS, *closing], [e for e in entrants if e.dropped_after is None], rows, plan, others, other_fold
    )
    return entrants


def _fit_folds(
    folds: list[int],
    entrants: list[Entrant],
    rows: Rows,
    plan: FitPlan,
    others: pd.DataFrame,
    other_fold: NDArray[np.int8],
) -> None:
    """Fits every entrant without each of `folds` and fills its arrays; the folds side by side where the
    library lets go of Python."""

    def fit(fold: int) -> None:
        _fit_fold(fold, entrants, rows, plan, others, other_fold)

    if _side_by_side(plan, entrants):
        with threadpool_limits(1), ThreadPoolExecutor(plan.threads) as pool:
            list(pool.map(fit, folds))
    else:
        for fold in folds:
            fit(fold)


def _side_by_side(plan: FitPlan, entrants: list[Entrant]) -> bool:
    """Whether folds gain from a thread each; of kernel machines those on landmarks, as the exact one has
    threads of its own."""
    on_landmarks = plan.kind == "svm" and all(e.params.get("components") for e in entrants)
    return plan.device == "cpu" and (plan.kind in SINGLE_THREADED or on_landmarks)


def _fit_fold(
    fold: int,
    entrants: list[Entrant],
    rows: Rows,
    plan: FitPlan,
    others: pd.DataFrame,
    other_fold: NDArray[np.int8],
) -> None:
    used = fit_rows(rows, np.flatnonzero(rows.fold != fold), plan)
    held_out = np.flatnonzero(rows.fold == fold)
    tested = np.arange(len(others)) if fold == ALL_ROWS else np.flatnonzero(other_fold == fold)
    columns, _ = strongest_features(rows.X.iloc[used], rows.y[used], plan.strongest, plan.seed)
    X, tested_X = rows.X[columns], others[columns]
    prepared: dict[str, tuple[NDArray[np.float32], ...]] = {}
    landmarks: dict[str, dict[int, NDArray[np.float32]]] = {}  # as prepared rows, the same for many entrants
    for entrant in entrants:
        step = preparation(plan.kind, entrant.params)
        key = repr(sorted(step.get_params().items()))
        if key not in prepared:
            step.fit(X.iloc[used])
            prepared[key] = tuple(
                step.transform(part) for part in (X.iloc[used], X.iloc[held_out], tested_X.iloc[tested])
            )
        Z, Z_held_out, Z_tested = prepared[key]
        width = entrant.fitted_stages
        stages = plan.stages[:width]
        params = {**entrant.params, "n_estimators": stages[-1]} if stages else entrant.params
        model = _fitted(Z, rows.y[used], params, plan, landmarks.setdefault(key, {}))
        if len(held_out):
            log_odds = staged_log_odds(model, Z_held_out, stages)
            entrant.log_odds[held_out, :width] = log_odds
            entrant.losses[held_out, :width] = _calibrated_losses(log_odds, rows.y[held_out])
        if len(tested):
            of_the_test = entrant.full if fold == ALL_ROWS else entrant.unseen
            of_the_test[tested, :width] = staged_log_odds(model, Z_tested, stages)


def _fitted(
    Z: NDArray[np.float32],
    y: NDArray[np.int8],
    params: dict[str, Any],
    plan: FitPlan,
    shared: dict[int, NDArray[np.float32]] | None = None,
) -> BaseEstimator:
    model = new_model(
        plan.kind, params, plan.seed, 1 if plan.kind in SINGLE_THREADED else plan.threads, plan.device
    )
    fitted = fit_model(model, Z, y, params["imbalance"], plan.seed, shared)
    # Predictions and explanations run on the processor, wherever the model was trained.
    return fitted.set_params(device="cpu") if plan.device != "cpu" else fitted


def _entrant(params: dict[str, Any], rows: int, others: int, width: int) -> Entrant:
    own, losses, unseen, full = (np.full((n, width), np.nan) for n in (rows, rows, others, others))
    return Entrant(params, own, losses, unseen, full, fitted_stages=width)


def _seen_loss(entrant: Entrant) -> float:
    """Mean loss over the folds run so far, at the best stage."""
    run = ~np.isnan(entrant.losses[:, 0])
    return float(entrant.losses[run].mean(axis=0).min())


def _calibrated_losses(log_odds: NDArray[np.float64], y: NDArray[np.int8]) -> NDArray[np.float64]:
    """Row losses of each stage after Platt's two parameters are fitted to the fold itself, so that no set
    gains from its scale alone."""
    columns = [row_losses(y, calibrated(fit_calibrator("platt", column, y), column)) for column in log_odds.T]
    return np.column_stack(columns)


def _after_opening(entrants: list[Entrant], rows: Rows, seen: NDArray[np.bool_], keep: int) -> list[Entrant]:
    """The same entrants; those that do not go on carry the number of folds they ran."""
    groups = rows.fold[seen].astype(np.int64) * BLOCKS + _blocks(rows.keys["customer_id"][seen])
    best = [int(np.argmin(e.losses[seen].mean(axis=0))) for e in entrants]
    losses = [e.losses[seen, stage] for e, stage in zip(entrants, best, strict=True)]
    order = sorted(range(len(entrants)), key=lambda i: losses[i].mean())
    plain = [i for i in order if entrants[i].params["imbalance"] == "none"] or order
    going = {i for i in plain[:keep] if not _surely_worse(losses[i] - losses[plain[0]], groups)}
    for i in order:
        gain, error = customer_mean(losses[plain[0]] - losses[i], rows.keys["customer_id"][seen])
        if i not in plain and gain > error:
            going.add(i)
            break
    ran = len(np.unique(rows.fold[seen]))
    return [
        replace(e, fitted_stages=min(best[i] + 1 + LOOK_AHEAD, e.fitted_stages))
        if i in going
        else replace(e, dropped_after=ran)
        for i, e in enumerate(entrants)
    ]


def _surely_worse(difference: NDArray[np.float64], groups: NDArray[np.int64]) -> bool:
    """Whether the loss is higher in so many blocks that chance is no explanation."""
    counts = np.bincount(groups)
    blocks = np.bincount(groups, weights=difference)[counts > 0] / counts[counts > 0]
    if len(blocks) < 10 or np.allclose(blocks, 0):
        return False
    return bool(wilcoxon(blocks, alternative="greater").pvalue < DROP_BELOW)


def _blocks(customers: pd.Series) -> NDArray[np.int64]:
    return (pd.util.hash_array(customers.to_numpy(dtype=object)) % BLOCKS).astype(np.int64)


def fit_pipeline(rows: Rows, positions: NDArray[np.int64], params: dict[str, Any], plan: FitPlan) -> Pipeline:
    """Preparation and model fitted on the rows at `positions`, capped."""
    used = fit_rows(rows, positions, plan)
    step: FeaturePreparation = preparation(plan.kind, params)
    Z = step.fit_transform(rows.X.iloc[used])
    return Pipeline([("prepare", step), ("model", _fitted(Z, rows.y[used], params, plan))])
