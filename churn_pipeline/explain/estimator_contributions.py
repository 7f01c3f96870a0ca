"""Shapley values of one fitted estimator or pipeline, on the scale that is its own."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from scipy.special import logit
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from xgboost import DMatrix, XGBClassifier

from churn_pipeline.explain.derived_columns import dense, owners_of_columns
from churn_pipeline.explain.flat_trees import flatten_forest
from churn_pipeline.explain.rbf_shapley import RbfExpansion, rbf_contributions
from churn_pipeline.explain.tree_shapley import forest_contributions
from churn_pipeline.training.kernel_machine import KernelMachine

BACKGROUND_ROWS = 1_000


class Scale(StrEnum):
    """What an estimator's contributions are measured in."""

    LOG_ODDS = "log_odds"
    PROBABILITY = "probability"


@dataclass(frozen=True)
class RawContributions:
    """values: float64 (n, features); base + values.sum(axis=1) is the estimator's output on `scale`."""

    values: np.ndarray
    base: float
    scale: Scale

    @property
    def output(self) -> np.ndarray:
        """Base and contributions added up, (n,)."""
        return self.base + self.values.sum(axis=1)


def estimator_contributions(estimator: Any, X: pd.DataFrame, background: pd.DataFrame) -> RawContributions:
    """Contributions of the features X (n, features) to the output of a fitted classifier, by the kernel made for its kind.

    Linear models and RBF machines compare with `background` (rows of the same columns); trees carry their own, the training rows
    counted in their nodes (path-dependent TreeSHAP). Raises TypeError for an estimator without an exact kernel.
    """
    reference = background if len(background) <= BACKGROUND_ROWS else background.sample(BACKGROUND_ROWS, random_state=0)
    steps, final = _split(estimator)
    if steps is None:
        columns, reference_columns, owners = dense(X), dense(reference), np.arange(X.shape[1])
    else:
        columns, reference_columns = dense(steps.transform(X)), dense(steps.transform(reference))
        owners = owners_of_columns(steps, pd.concat([reference, X]))
    if isinstance(final, LogisticRegression):
        raw = _linear(final, columns, reference_columns)
    elif isinstance(final, XGBClassifier):
        raw = _xgboost(final, columns)
    elif isinstance(final, LGBMClassifier):
        raw = _lightgbm(final, columns)
    elif isinstance(final, RandomForestClassifier | ExtraTreesClassifier):
        return _forest(final, columns, owners, X.shape[1])
    elif isinstance(final, KernelMachine):
        return _rbf(final, columns, reference_columns, owners, X.shape[1])
    else:
        raise TypeError(f"there is no exact explanation for {type(final).__name__}")
    return RawContributions(_summed_by_feature(raw.values, owners, X.shape[1]), raw.base, raw.scale)


def _split(estimator: Any) -> tuple[Any | None, Any]:
    """The transforming steps of a pipeline (None where there are none) and the classifier at its end."""
    if not isinstance(estimator, Pipeline):
        return None, estimator
    steps = estimator[:-1]
    return (steps if len(steps.steps) else None), estimator.steps[-1][1]


def _linear(model: LogisticRegression, columns: np.ndarray, reference: np.ndarray) -> RawContributions:
    """coefficient * (value - mean of the reference): the Shapley values of an additive model, whatever the features' dependence."""
    centre = reference.mean(axis=0)
    coefficients = np.asarray(model.coef_[0], float)
    return RawContributions((columns - centre) * coefficients, float(model.intercept_[0] + centre @ coefficients), Scale.LOG_ODDS)


def _xgboost(model: XGBClassifier, columns: np.ndarray) -> RawContributions:
    """XGBoost's own path-dependent TreeSHAP, float32, over the trees up to the best iteration."""
    best = getattr(model, "best_iteration", None) if model.early_stopping_rounds else None
    rounds = (0, best + 1) if best is not None else (0, 0)
    booster = model.get_booster()
    data = DMatrix(columns, feature_names=booster.feature_names, feature_types=booster.feature_types)
    found = booster.predict(data, pred_contribs=True, iteration_range=rounds).astype(float)
    return RawContributions(found[:, :-1], float(found[0, -1]), Scale.LOG_ODDS)


def _lightgbm(model: LGBMClassifier, columns: np.ndarray) -> RawContributions:
    """LightGBM's own path-dependent TreeSHAP, float64, over the trees up to the best iteration."""
    found = np.asarray(model.booster_.predict(columns, pred_contrib=True, num_iteration=model.best_iteration_ or -1))
    return RawContributions(found[:, :-1], float(found[0, -1]), Scale.LOG_ODDS)


def _forest(model: Any, columns: np.ndarray, owners: np.ndarray, features: int) -> RawContributions:
    trees = flatten_forest(model, owners)
    return RawContributions(forest_contributions(trees, columns, features), trees.base, Scale.PROBABILITY)


def _rbf(machine: KernelMachine, columns: np.ndarray, reference: np.ndarray, owners: np.ndarray, features: int) -> RawContributions:
    intercept = machine.slope_ * machine.intercept_ + machine.offset_
    expansion = RbfExpansion(dense(machine.support_vectors_), machine.slope_ * machine.dual_coef_, machine.gamma_, intercept)
    present, players = np.unique(owners, return_inverse=True)  # features that the pipeline dropped play no part
    found, base = rbf_contributions(expansion, columns, reference, players)
    values = np.zeros((len(columns), features))
    values[:, present] = found
    return RawContributions(values, base, Scale.LOG_ODDS)


def _summed_by_feature(contributions: np.ndarray, owners: np.ndarray, features: int) -> np.ndarray:
    values = np.zeros((len(contributions), features))
    np.add.at(values.T, owners, contributions.T)
    return values


def on_log_odds(raw: RawContributions, clip: float) -> RawContributions:
    """Contributions to a probability p, carried to its log-odds.

    Per row all contributions are multiplied by (logit p - logit p0) / (p - p0), p0 the base: the slope of the secant, whose limit at
    p = p0 is 1 / (p * (1 - p)). They keep their signs, their order and their shares, and add up to logit p - logit p0. The factor is
    positive and the same for a row's features, so nothing but the unit changes. clip: probabilities are kept in [clip, 1 - clip].
    """
    p, p0 = np.clip(raw.output, clip, 1 - clip), float(np.clip(raw.base, clip, 1 - clip))
    moved = raw.output - raw.base
    near = np.abs(moved) < 1e-9
    slope = np.where(near, 1 / (p * (1 - p)), (logit(p) - logit(p0)) / np.where(near, 1.0, moved))
    return RawContributions(raw.values * slope[:, None], float(logit(p0)), Scale.LOG_ODDS)

