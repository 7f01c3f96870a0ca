"""Shapley values of one fitted model on prepared columns, by the kernel made for its kind, in log-odds."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from lightgbm import LGBMClassifier
from scipy.special import logit
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from xgboost import XGBClassifier

from churn_pipeline.explain.shapley.flat_trees import FlatTrees, flatten_trees
from churn_pipeline.explain.shapley.rbf_shapley import RbfExpansion, rbf_contributions
from churn_pipeline.explain.shapley.tree_arrays import forest_trees, lightgbm_trees, xgboost_trees
from churn_pipeline.explain.shapley.tree_shapley import tree_contributions
from churn_pipeline.training.models.kernel_machine import KernelMachine
from churn_pipeline.training.models.model_kinds import FOREST_EDGE


@dataclass(frozen=True)
class Contributions:
    """values: float64 (n, features); base + values.sum(axis=1) is a model's output in log-odds."""

    values: np.ndarray
    base: float

    @property
    def output(self) -> np.ndarray:
        """Base and contributions added up, (n,)."""
        return self.base + self.values.sum(axis=1)


def model_contributions(
    model: Any, Z: np.ndarray, reference: np.ndarray, sources: np.ndarray, features: int
) -> Contributions:
    """Contributions of the features to the model's log-odds.

    Z: prepared rows (n, columns); reference: prepared background rows; sources: int (columns,), the feature
        that each column was made of. Contributions of a feature's columns count as one. Linear models and
        kernel machines compare with the reference; trees carry their own, the training rows counted in their
        nodes. Raises TypeError for a model without an exact kernel."""
    if isinstance(model, LogisticRegression):
        return _linear(model, Z, reference, sources, features)
    if isinstance(model, XGBClassifier | LGBMClassifier | RandomForestClassifier):
        flat, intercept = _flat_trees(model, tuple(sources.tolist()))
        found = Contributions(tree_contributions(flat, Z, features), flat.base + intercept)
        return (
            probability_to_log_odds(found, FOREST_EDGE)
            if isinstance(model, RandomForestClassifier)
            else found
        )
    if isinstance(model, KernelMachine):
        return _kernel_machine(model, Z, reference, sources, features)
    if isinstance(model, MLPClassifier):
        return _network(model, Z, reference, sources, features)
    raise TypeError(f"there is no exact explanation for {type(model).__name__}")


def _linear(
    model: LogisticRegression, Z: np.ndarray, reference: np.ndarray, sources: np.ndarray, features: int
) -> Contributions:
    """coefficient * (value - mean of the reference): the Shapley values of an additive model, whatever the
    features' dependence."""
    centre = reference.astype(np.float64).mean(axis=0)
    coefficients = np.asarray(model.coef_[0], np.float64)
    values = (Z.astype(np.float64) - centre) * coefficients
    return Contributions(
        _by_feature(values, sources, features), float(model.intercept_[0] + centre @ coefficients)
    )


@lru_cache(maxsize=4)
def _flat_trees(model: Any, sources: tuple[int, ...]) -> tuple[FlatTrees, float]:
    """A fitted model's trees as flat arrays, and what its output adds to them; kept, since a what-if asks
    about few rows at a time."""
    if isinstance(model, XGBClassifier):
        return flatten_trees(xgboost_trees(model.get_booster()), np.array(sources)), _xgboost_intercept(model)
    trees = lightgbm_trees(model.booster_) if isinstance(model, LGBMClassifier) else forest_trees(model)
    return flatten_trees(trees, np.array(sources)), 0.0


def _xgboost_intercept(model: XGBClassifier) -> float:
    """Log-odds of the base score, to which the trees add."""
    configuration = json.loads(model.get_booster().save_config())
    return float(logit(float(configuration["learner"]["learner_model_param"]["base_score"].strip("[]"))))


def _kernel_machine(
    model: KernelMachine, Z: np.ndarray, reference: np.ndarray, sources: np.ndarray, features: int
) -> Contributions:
    expansion = RbfExpansion(
        centres=np.asarray(model.support_vectors_, np.float64),
        coefficients=model.slope_ * np.asarray(model.dual_coef_, np.float64),
        gamma=model.gamma_,
        intercept=model.slope_ * model.intercept_ + model.offset_,
    )
    present, players = np.unique(sources, return_inverse=True)
    found, base = rbf_contributions(expansion, Z, reference, players)
    values = np.zeros((len(Z), features))
    values[:, present] = found
    return Contributions(values, base)


def _network(
    model: MLPClassifier, Z: np.ndarray, reference: np.ndarray, sources: np.ndarray, features: int
) -> Contributions:
    """Aumann-Shapley values of one hidden layer of tanh units, against the mean of the reference.

    They integrate the gradient along the line from the reference to the row (Aumann & Shapley 1974; as
    integrated gradients Sundararajan, Taly & Yan 2017). A unit sees a linear combination u of the columns, so
    its integral is closed: (tanh u - tanh u0) / (u - u0) times weight times distance, whose limit at u = u0
    is 1 - tanh(u)^2."""
    centre = reference.astype(np.float64).mean(axis=0)
    weights, output = np.asarray(model.coefs_[0], np.float64), np.asarray(model.coefs_[1][:, 0], np.float64)
    u, u0 = Z.astype(np.float64) @ weights + model.intercepts_[0], centre @ weights + model.intercepts_[0]
    near = np.abs(u - u0) < 1e-6
    slope = np.where(near, 1 - np.tanh(u) ** 2, (np.tanh(u) - np.tanh(u0)) / np.where(near, 1.0, u - u0))
    values = (Z - centre) * ((slope * output) @ weights.T)
    return Contributions(
        _by_feature(values, sources, features), float(np.tanh(u0) @ output + model.intercepts_[1][0])
    )


def _by_feature(contributions: np.ndarray, sources: np.ndarray, features: int) -> np.ndarray:
    values = np.zeros((len(contributions), features))
    np.add.at(values.T, sources, contributions.T)
    return values


def probability_to_log_odds(given: Contributions, edge: float) -> Contributions:
    """Contributions to a probability p, carried to its log-odds; probabilities are kept in [edge, 1 - edge],
    as the model keeps them.

    Per row all contributions are multiplied by (logit p - logit p0) / (p - p0), p0 the base: the slope of the
    secant, whose limit at p = p0 is 1 / (p * (1 - p)). They keep their signs, their order and their shares,
    and add up to logit p - logit p0. The factor is positive and the same for a row's features, so nothing but
    the unit changes."""
    p, p0 = np.clip(given.output, edge, 1 - edge), float(np.clip(given.base, edge, 1 - edge))
    moved = given.output - given.base
    near = np.abs(moved) < 1e-9
    slope = np.where(near, 1 / (p * (1 - p)), (logit(p) - logit(p0)) / np.where(near, 1.0, moved))
    return Contributions(given.values * slope[:, None], float(logit(p0)))


def bounded(given: Contributions, limit: float) -> Contributions:
    """Contributions to an output that is kept in [-limit, limit]: rows beyond are scaled down to it, the
    others stay as they are."""
    base = float(np.clip(given.base, -limit, limit))
    output, wanted = given.output, np.clip(given.output, -limit, limit)
    beyond = output != wanted
    shrink = np.where(beyond, (wanted - base) / np.where(beyond, output - given.base, 1.0), 1.0)
    return Contributions(given.values * shrink[:, None], base)
