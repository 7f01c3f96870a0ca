"""Partial dependence: the mean churn probability when one feature has the same value for everyone (Friedman
2001)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability

GRID_POINTS = 20
ROWS = 300


@dataclass(frozen=True)
class PartialDependence:
    """grid: values of the feature (g,); mean: mean probability at each (g,); individual: every row's curve
    (rows, g)."""

    feature: str
    grid: np.ndarray
    mean: np.ndarray
    individual: np.ndarray


def partial_dependence(model: ChurnModel, features: pd.DataFrame, name: str) -> PartialDependence:
    """Curves of feature `name` over at most ROWS evenly spaced rows, at up to GRID_POINTS quantiles of its
    values.

    The other features keep each row's values, so far from the data the curves answer questions that no
    customer asks. KeyError when the model has no such feature; ValueError when it has no values."""
    rows = features[list(model.features)].iloc[:: max(1, -(-len(features) // ROWS))].reset_index(drop=True)
    known = rows[name].dropna().to_numpy(float)
    if not len(known):
        raise ValueError(f"feature {name} has no values")
    grid = np.unique(np.quantile(known, np.linspace(0.02, 0.98, GRID_POINTS)))
    repeated = rows.loc[rows.index.repeat(len(grid))].assign(**{name: np.tile(grid, len(rows))})
    individual = churn_probability(model, repeated).reshape(len(rows), len(grid))
    return PartialDependence(name, grid, individual.mean(axis=0), individual)
