"""Which features matter to the champion over all customers: by Shapley values, by the model's own account,
and by shuffling."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from churn_pipeline.core.tables import FEATURE_IMPORTANCE
from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.features.catalogue import feature
from churn_pipeline.training.evaluation.metrics import row_losses
from churn_pipeline.training.models.blended_model import BG_NBD, BlendedModel
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability

SHUFFLES = 3
SHUFFLED_ROWS = 2_000


def feature_importance(
    model: ChurnModel, explanation: Explanation, features: pd.DataFrame, permutation: np.ndarray
) -> pd.DataFrame:
    """The table feature_importance, most important feature first.

    features: the explained rows' feature values; permutation: see permutation_importance. direction is
        Spearman's rank correlation of value and contribution: above 0, more of the feature raises churn."""
    names = list(explanation.values.columns)
    size = explanation.values.abs().mean().to_numpy()
    table = pd.DataFrame(
        {
            "feature": names,
            "factor": [feature(name).factor for name in names],
            "importance": size / size.sum() if size.sum() > 0 else np.full(len(names), 1 / len(names)),
            "mean_abs_shap": size,
            "direction": [_direction(features[name], explanation.values[name]) for name in names],
            "builtin": builtin_importance(model),
            "permutation": permutation,
        }
    )
    order = np.lexsort((table["feature"], -table["importance"]))
    return table.iloc[order].reset_index(drop=True)[FEATURE_IMPORTANCE.schema.names]


def _direction(values: pd.Series, contributions: pd.Series) -> float:
    has_value = values.notna().to_numpy()
    if values[has_value].nunique() < 2 or contributions[has_value].nunique() < 2:
        return float("nan")
    return float(values[has_value].astype(float).rank().corr(contributions[has_value].rank()))


def builtin_importance(model: ChurnModel) -> np.ndarray:
    """The model's own importance per feature, summing to 1, float64 (features,).

    Gain or impurity of trees, |coefficients| of a linear model; nulls where the kind has none (an SVM). A
    blend's is the mean of the members that have one, BG/NBD's being all on its feature."""
    blend = model.estimator
    if not isinstance(blend, BlendedModel):
        return _pipeline_importance(blend, len(model.features))
    shares = pd.DataFrame(0.0, index=list(blend.lines), columns=model.features)
    for kind in blend.lines:
        names = blend.features[kind]
        shares.loc[kind, names] = (
            [1.0] if kind == BG_NBD else _pipeline_importance(blend.pipelines[kind], len(names))
        )
    return shares.dropna().mean().to_numpy(float)


def _pipeline_importance(pipeline: Pipeline, features: int) -> np.ndarray:
    columns = _column_importance(pipeline[-1])
    if columns is None:
        return np.full(features, np.nan)
    importance = np.bincount(pipeline[0].sources_, weights=columns, minlength=features)
    return importance / importance.sum() if importance.sum() > 0 else np.full(features, 1 / features)


def _column_importance(fitted: Any) -> np.ndarray | None:
    if hasattr(fitted, "booster_"):
        return np.asarray(fitted.booster_.feature_importance(importance_type="gain"), float)
    if hasattr(fitted, "feature_importances_"):
        return np.asarray(fitted.feature_importances_, float)
    return np.abs(np.asarray(fitted.coef_[0], float)) if hasattr(fitted, "coef_") else None


def signed_coefficients(model: ChurnModel) -> pd.DataFrame | None:
    """Coefficients of a logistic regression, one row per prepared column: feature, column (its number among
    the feature's), coefficient.

    Above 0: raises the log-odds of churning. None for other kinds.
    """
    if isinstance(model.estimator, BlendedModel) or not hasattr(model.estimator[-1], "coef_"):
        return None
    preparation, fitted = model.estimator[0], model.estimator[-1]
    table = pd.DataFrame(
        {
            "feature": np.array(model.features)[preparation.sources_],
            "coefficient": np.asarray(fitted.coef_[0], float),
        }
    )
    table.insert(1, "column", table.groupby("feature").cumcount())
    return table


def shuffles_of(model: ChurnModel) -> int:
    """How often each feature is shuffled: once for a blend, each of whose members has to predict the rows."""
    return 1 if isinstance(model.estimator, BlendedModel) else SHUFFLES


def permutation_importance(model: ChurnModel, test: pd.DataFrame, seed: int) -> np.ndarray:
    """Mean rise of the log loss on the test when a feature is shuffled, float64 (features,); nulls without
    test rows.

    At most SHUFFLED_ROWS rows, shuffled `shuffles_of` times. A rise near 0 means that other features tell the
    same, or that the feature tells nothing."""
    names = list(model.features)
    if test.empty:
        return np.full(len(names), np.nan)
    rng = np.random.default_rng(seed)
    rows = test.iloc[np.sort(rng.permutation(len(test))[:SHUFFLED_ROWS])]
    X, y = rows[names].reset_index(drop=True), rows["churned"].to_numpy()
    intact = float(row_losses(y, churn_probability(model, X)).mean())
    shuffles = shuffles_of(model)
    shuffled = [rng.permutation(len(X)) for _ in range(shuffles)]
    rises = np.empty(len(names))
    for position, name in enumerate(names):
        changed = pd.concat(
            [X.assign(**{name: X[name].to_numpy()[order]}) for order in shuffled], ignore_index=True
        )
        rises[position] = (
            float(row_losses(np.tile(y, shuffles), churn_probability(model, changed)).mean()) - intact
        )
    return rises
