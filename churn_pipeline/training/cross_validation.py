"""Fits over customer folds: the race between parameter sets, and the fold models of one set."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import wilcoxon
from sklearn.pipeline import Pipeline

from churn_pipeline.training.calibration import calibrated, fit_calibrator
from churn_pipeline.training.metrics import row_losses
from churn_pipeline.training.model_kinds import (
    fit_model,
    model_log_odds,
    new_model,
    preparation,
    staged_log_odds,
)
from churn_pipeline.training.preparation import FeaturePreparation
from churn_pipeline.training.row_caps import capped_rows

BLOCKS = 40  # customers are hashed into so many blocks per fold, whose losses are compared in pairs
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
    """What every fit of a kind shares. cap: rows of one fit; stages: numbers of trees that one fit answers for."""

    kind: str
    seed: int
    threads: int
    cap: int
    stages: tuple[int, ...] = ()
    device: str = "cpu"


@dataclass(frozen=True)
class Entrant:
    """One parameter set in the race. Arrays are n x n_stages, NaN where a fold was not run.

    log_odds, losses: of the training rows, from the fold model that never saw the customer, the losses after calibration within the fold;
    unseen: log-odds of the test rows from the same fold models. dropped_after: folds run before it left the race, None if it finished.
    """

    params: dict[str, Any]
    log_odds: NDArray[np.float64]
    losses: NDArray[np.float64]
    unseen: NDArray[np.float64]
    dropped_after: int | None = None


def fit_rows(rows: Rows, positions: NDArray[np.int64], plan: FitPlan) -> NDArray[np.int64]:
    """Which of the rows at `positions` a fit uses: its share of the cap, so that a fold model draws as thinly as the fit on all
    rows does."""
    cap = max(1, round(plan.cap * len(positions) / len(rows.y)))
    return positions[capped_rows(rows.keys.iloc[positions], cap, one_per_customer=plan.kind == "svm")]


def race(rows: Rows, params: list[dict[str, Any]], plan: FitPlan, others: pd.DataFrame, other_fold: NDArray[np.int8]) -> list[Entrant]:
    """Runs all parameter sets fold by fold; who is surely worse than the leader leaves, so that only the good pay for all folds.

    Surely: a one-sided Wilcoxon signed-rank test over blocks of customers held out so far (as Optuna's WilcoxonPruner does over steps,
    but with the sets side by side, so that each fold's preparation is made once). Deterministic: no clock decides.
    """
    width = max(1, len(plan.stages))
    entrants = [_entrant(p, len(rows.y), len(others), width) for p in params]
    folds = sorted(np.unique(rows.fold))
    block = _blocks(rows.keys["customer_id"])
    for done, fold in enumerate(folds, start=1):
        used = fit_rows(rows, np.flatnonzero(rows.fold != fold), plan)
        held_out, tested = np.flatnonzero(rows.fold == fold), np.flatnonzero(other_fold == fold)
        prepared: dict[str, tuple[NDArray[np.float32], ...]] = {}
        for entrant in (e for e in entrants if e.dropped_after is None):
            step = preparation(plan.kind, entrant.params)
            key = repr(sorted(step.get_params().items()))
            if key not in prepared:
                step.fit(rows.X.iloc[used])
                prepared[key] = tuple(step.transform(X) for X in (rows.X.iloc[used], rows.X.iloc[held_out], others.iloc[tested]))
            Z, Z_held_out, Z_tested = prepared[key]
            model = new_model(plan.kind, entrant.params, plan.seed, plan.threads, plan.device)
            model = fit_model(model, Z, rows.y[used], entrant.params["imbalance"], plan.seed)
            entrant.log_odds[held_out] = staged_log_odds(model, Z_held_out, plan.stages)
            entrant.losses[held_out] = _calibrated_losses(entrant.log_odds[held_out], rows.y[held_out])
            entrant.unseen[tested] = staged_log_odds(model, Z_tested, plan.stages) if len(tested) else 0.0
        if done < len(folds):
            entrants = _without_the_beaten(entrants, rows.fold <= fold, rows.fold, block, done)
    return entrants


def _entrant(params: dict[str, Any], rows: int, others: int, width: int) -> Entrant:
    own, losses, unseen = (np.full((n, width), np.nan) for n in (rows, rows, others))
    return Entrant(params, own, losses, unseen)


def _calibrated_losses(log_odds: NDArray[np.float64], y: NDArray[np.int8]) -> NDArray[np.float64]:
    """Row losses of each stage after Platt's two parameters are fitted to the fold itself, so that no set gains from its scale alone."""
    columns = [row_losses(y, calibrated(fit_calibrator("platt", column, y), column)) for column in log_odds.T]
    return np.column_stack(columns)


def _without_the_beaten(
    entrants: list[Entrant], seen: NDArray[np.bool_], fold: NDArray[np.int8], block: NDArray[np.int64], done: int
) -> list[Entrant]:
    """The same entrants; those beaten by the leader carry the number of folds they ran."""
    running = [e for e in entrants if e.dropped_after is None]
    groups = fold[seen].astype(np.int64) * BLOCKS + block[seen]
    means = {id(e): _best_stage(e.losses[seen]) for e in running}
    leader = min(running, key=lambda e: means[id(e)].mean())
    result = []
    for entrant in entrants:
        beaten = entrant.dropped_after is None and entrant is not leader and _surely_worse(means[id(entrant)] - means[id(leader)], groups)
        result.append(replace(entrant, dropped_after=done) if beaten else entrant)
    return result


def _surely_worse(difference: NDArray[np.float64], groups: NDArray[np.int64]) -> bool:
    """Whether the loss is higher in so many blocks that chance is no explanation."""
    counts = np.bincount(groups)
    blocks = np.bincount(groups, weights=difference)[counts > 0] / counts[counts > 0]
    if len(blocks) < 10 or np.allclose(blocks, 0):
        return False
    return bool(wilcoxon(blocks, alternative="greater").pvalue < DROP_BELOW)


def _best_stage(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    return losses[:, int(np.argmin(losses.mean(axis=0)))]


def _blocks(customers: pd.Series) -> NDArray[np.int64]:
    return (pd.util.hash_array(customers.to_numpy(dtype=object)) % BLOCKS).astype(np.int64)


def fit_pipeline(rows: Rows, positions: NDArray[np.int64], params: dict[str, Any], plan: FitPlan) -> Pipeline:
    """Preparation and model fitted on the rows at `positions`, capped."""
    used = fit_rows(rows, positions, plan)
    step: FeaturePreparation = preparation(plan.kind, params)
    Z = step.fit_transform(rows.X.iloc[used])
    model = new_model(plan.kind, params, plan.seed, plan.threads, plan.device)
    model = fit_model(model, Z, rows.y[used], params["imbalance"], plan.seed)
    return Pipeline([("prepare", step), ("model", model)])


def pipeline_log_odds(pipeline: Pipeline, X: pd.DataFrame) -> NDArray[np.float64]:
    """Log-odds of churning before calibration, n_rows."""
    if not len(X):
        return np.empty(0)
    return model_log_odds(pipeline["model"], pipeline["prepare"].transform(X))


def fold_log_odds(
    rows: Rows, params: dict[str, Any], plan: FitPlan, others: pd.DataFrame, other_fold: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log-odds from the fold models that never saw the customer: of the rows themselves (n_rows), and of `others`, which follow
    `other_fold`."""
    own, unseen = np.zeros(len(rows.y)), np.zeros(len(others))
    for fold in sorted(set(np.unique(rows.fold)) | set(np.unique(other_fold))):
        pipeline = fit_pipeline(rows, np.flatnonzero(rows.fold != fold), params, plan)
        held_out, held_out_others = rows.fold == fold, other_fold == fold
        own[held_out] = pipeline_log_odds(pipeline, rows.X[held_out])
        unseen[held_out_others] = pipeline_log_odds(pipeline, others[held_out_others])
    return own, unseen


def fit_log_odds(rows: Rows, params: dict[str, Any], plan: FitPlan, others: pd.DataFrame) -> NDArray[np.float64]:
    """Log-odds of `others` from a fit on all rows."""
    return pipeline_log_odds(fit_pipeline(rows, np.arange(len(rows.y)), params, plan), others)
