"""Which feature each column inside a model's pipeline was made of.

A pipeline may turn one feature into several columns (an imputed value and its missing-indicator, the pieces of a spline). Reasons speak of
features, so a kernel needs to know which columns belong together. The pipeline itself is asked, by changing one feature at a time and
looking at which columns move: this holds for any transformer and cannot go wrong over the names of columns.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

PROBE_ROWS = 64


def dense(columns: Any) -> np.ndarray:
    """What a transformer returned, as a float64 array (n, columns)."""
    return np.asarray(columns.toarray() if sparse.issparse(columns) else columns, dtype=np.float64)


def owners_of_columns(transformer: Any, rows: pd.DataFrame) -> np.ndarray:
    """For every column that `transformer` makes, the position of the feature it depends on.

    transformer: fitted, with `transform`. rows: features (n, features), whose range is probed together with missing values.
    A column that moves with no feature is constant; it is given to the first feature, whose contribution it leaves at zero.
    Raises ValueError where a column mixes several features, since no contribution of one feature could then be told apart.
    """
    probe = _probe_values(rows)
    still = dense(transformer.transform(probe.iloc[[0] * len(probe)].reset_index(drop=True)))
    moved = np.zeros((probe.shape[1], still.shape[1]), dtype=bool)
    stacked = pd.concat([_only_this_moves(probe, position) for position in range(probe.shape[1])], ignore_index=True)
    columns = dense(transformer.transform(stacked)).reshape(probe.shape[1], len(probe), -1)
    for position in range(probe.shape[1]):
        moved[position] = (columns[position] != still[0]).any(axis=0)
    if (moved.sum(axis=0) > 1).any():
        mixed = int(np.argmax(moved.sum(axis=0) > 1))
        names = [str(rows.columns[i]) for i in np.flatnonzero(moved[:, mixed])]
        raise ValueError(f"column {mixed} of the model's pipeline mixes the features {names}, so they cannot be explained apart")
    return moved.argmax(axis=0)


def _probe_values(rows: pd.DataFrame) -> pd.DataFrame:
    """Quantiles of each feature from its least to its greatest value, the first row all medians and the last all missing."""
    values = rows.astype(float).replace([np.inf, -np.inf], np.nan)
    grid = values.quantile(np.linspace(0, 1, PROBE_ROWS))
    middle = values.median().fillna(0.0)
    missing = pd.DataFrame(np.nan, index=[0], columns=values.columns)
    return pd.concat([middle.to_frame().T, grid.fillna(middle), missing], ignore_index=True)


def _only_this_moves(probe: pd.DataFrame, position: int) -> pd.DataFrame:
    moving = probe.iloc[[0] * len(probe)].reset_index(drop=True)
    moving.isetitem(position, probe.iloc[:, position])
    return moving
