"""The kinds of models: how each is built from parameters, fitted on prepared rows, and read on the scale of
log-odds."""

import warnings
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from xgboost import DMatrix, XGBClassifier

from churn_pipeline.training.data.preparation import FeaturePreparation
from churn_pipeline.training.models.kernel_machine import KernelMachine, landmarks_of

STAGED_KINDS = ("xgboost", "lightgbm")  # one fit answers for every smaller number of trees
LARGEST_LOG_ODDS = 12.0
# a forest's shares are kept this far from 0 and 1: with so few rows in a leaf, certainty is an artefact
FOREST_EDGE = 1e-3
FEW_ROWS = 4_000  # up to so many a forest predicts in one thread

Params = Mapping[str, Any]


def preparation(kind: str, params: Params) -> FeaturePreparation:
    """The preparation that a model of this kind and parameters learns from."""
    if kind == "logistic_regression":
        return FeaturePreparation("quantile_normal", knots=int(params["knots"]))
    if kind in ("svm", "neural_network"):
        return FeaturePreparation("quantile_normal")
    return FeaturePreparation("none", keep_nulls=kind in STAGED_KINDS)


def new_model(kind: str, params: Params, seed: int, threads: int, device: str = "cpu") -> BaseEstimator:
    """An unfitted model. `device`: 'cpu' or 'cuda', which only XGBoost heeds."""
    own = {name: value for name, value in params.items() if name not in ("knots", "imbalance")}
    if kind == "logistic_regression":
        return _new_logistic_regression(own, seed)
    if kind == "random_forest":
        return RandomForestClassifier(**own, random_state=seed, n_jobs=threads)
    if kind == "xgboost":
        return XGBClassifier(
            **own, tree_method="hist", device=device, random_state=seed, n_jobs=threads, verbosity=0
        )
    if kind == "lightgbm":
        return LGBMClassifier(
            **own, random_state=seed, n_jobs=threads, deterministic=True, force_row_wise=True, verbosity=-1
        )
    if kind == "svm":
        return KernelMachine(**own, seed=seed)
    if (
        kind == "decision_tree"
    ):  # a forest of one tree grown on all rows: the same tree, read and explained as forests are
        return RandomForestClassifier(
            **own, n_estimators=1, bootstrap=False, max_features=None, random_state=seed, n_jobs=1
        )
    if kind == "neural_network":
        hidden = (int(own.pop("hidden")),)
        return MLPClassifier(hidden, activation="tanh", **own, random_state=seed)
    raise ValueError(f"unknown kind of model: {kind}")


def fit_model(
    model: BaseEstimator,
    Z: NDArray[np.float32],
    y: NDArray[np.int8],
    imbalance: str,
    seed: int,
    shared: dict[int, NDArray[np.float32]] | None = None,
) -> BaseEstimator:
    """The model fitted on prepared rows. imbalance: 'none', 'weights' (classes weigh the same),
    'undersampling' (of the frequent class as many, drawn by lot, as there are of the rare one) or 'smote'
    (Chawla et al. 2002). shared: landmarks of Z by their number, for and from other kernel machines that are
    fitted on the same rows."""
    if imbalance == "undersampling":
        Z, y = _undersampled(Z, y, seed)
    if imbalance == "smote":
        Z, y = _oversampled(Z, y, seed)
    weights = None
    if imbalance == "weights":
        share = float(y.mean())
        weights = np.where(y == 1, 0.5 / share, 0.5 / (1 - share))
    if isinstance(model, RandomForestClassifier) and model.n_estimators > 1:
        from churn_pipeline.training.models.accelerated import fit_forest  # only fitting needs it

        return fit_forest(model, Z, y, weights)
    if isinstance(model, KernelMachine) and shared is not None and imbalance in ("none", "weights"):
        if 0 < model.components < len(Z) and model.components not in shared:
            shared[model.components] = landmarks_of(Z, model.components, seed)
        return model.fit(Z, y, sample_weight=weights, landmarks=shared.get(model.components))
    if isinstance(model, MLPClassifier):
        with (
            warnings.catch_warnings()
        ):  # few passes over the rows are meant: they are part of its regularisation
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(Z, y, sample_weight=weights)
    return model.fit(Z, y, sample_weight=weights)


def staged_log_odds(
    model: BaseEstimator, Z: NDArray[np.float32], stages: tuple[int, ...]
) -> NDArray[np.float64]:
    """Log-odds after each number of trees in `stages` (ascending), n_rows x n_stages; one column for models
    without stages."""
    if not stages or not isinstance(model, LGBMClassifier | XGBClassifier):
        return model_log_odds(model, Z)[:, None]
    if isinstance(model, XGBClassifier):
        data = DMatrix(Z, nthread=model.n_jobs)
        booster = model.get_booster()
        columns = [booster.predict(data, output_margin=True, iteration_range=(0, n)) for n in stages]
        return _bounded(np.column_stack(columns))
    parts = [
        model.predict(
            Z, raw_score=True, start_iteration=start, num_iteration=stop - start, validate_features=False
        )
        for start, stop in pairwise((0, *stages))
    ]
    return _bounded(np.cumsum(np.column_stack(parts), axis=1))


def model_log_odds(model: BaseEstimator, Z: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log-odds of churning before calibration, n_rows: the one scale that all kinds are calibrated, compared
    and explained on."""
    if isinstance(model, LGBMClassifier):
        raw = model.predict(Z, raw_score=True, validate_features=False)
    elif isinstance(model, XGBClassifier):
        raw = model.predict(Z, output_margin=True)
    elif isinstance(model, RandomForestClassifier):
        share = np.clip(_churning_share(model, Z), FOREST_EDGE, 1 - FOREST_EDGE)
        raw = np.log(share / (1 - share))
    elif isinstance(model, MLPClassifier):
        hidden = np.tanh(Z.astype(np.float64) @ model.coefs_[0] + model.intercepts_[0])
        raw = (hidden @ model.coefs_[1] + model.intercepts_[1])[:, 0]
    else:
        raw = model.decision_function(Z)
    return _bounded(np.asarray(raw, dtype=np.float64))


def pipeline_log_odds(pipeline: Pipeline, X: pd.DataFrame) -> NDArray[np.float64]:
    """Log-odds of churning before calibration, n_rows."""
    if not len(X):
        return np.empty(0)
    return model_log_odds(pipeline["model"], pipeline["prepare"].transform(X))


def _churning_share(forest: RandomForestClassifier, Z: NDArray[np.float32]) -> NDArray[np.float64]:
    """The forest's probability of churning, n_rows. Few rows, such as a what-if's, go through its trees one
    after the other: starting threads for each call would take longer."""
    if len(Z) > FEW_ROWS:
        return np.asarray(forest.predict_proba(Z)[:, 1])
    rows = np.ascontiguousarray(Z, dtype=np.float32)
    return np.mean([tree.tree_.predict(rows)[:, 1] for tree in forest.estimators_], axis=0)


def _new_logistic_regression(own: dict[str, Any], seed: int) -> LogisticRegression:
    """Ridge by Newton's method, lasso by coordinate descent."""
    lasso = own.pop("penalty", "l2") == "l1"
    if lasso:
        return LogisticRegression(
            C=own["C"], l1_ratio=1.0, solver="liblinear", max_iter=200, random_state=seed
        )
    return LogisticRegression(C=own["C"], solver="newton-cholesky", max_iter=50)


def _bounded(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(np.asarray(log_odds, dtype=np.float64), -LARGEST_LOG_ODDS, LARGEST_LOG_ODDS)


def _undersampled(
    Z: NDArray[np.float32], y: NDArray[np.int8], seed: int
) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    few, many = sorted((np.flatnonzero(y == 0), np.flatnonzero(y == 1)), key=len)
    if not len(few):
        return Z, y
    drawn = np.random.default_rng(seed).choice(many, len(few), replace=False)
    kept = np.sort(np.concatenate([few, drawn]))
    return Z[kept], y[kept]


def _oversampled(
    Z: NDArray[np.float32], y: NDArray[np.int8], seed: int
) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    from imblearn.over_sampling import SMOTE

    minority = int(min(y.sum(), len(y) - y.sum()))
    if minority < 2:
        return Z, y
    return SMOTE(random_state=seed, k_neighbors=min(5, minority - 1)).fit_resample(np.nan_to_num(Z), y)
