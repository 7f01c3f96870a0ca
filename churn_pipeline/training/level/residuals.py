"""How far predictions were off at every cutoff whose outcome is known: what a shop's level is learned from.

Each entrant's probabilities of customers that it never saw, shifted in log-odds until their mean is the churn
rate that was realised, say by how much the level was misjudged; the mean over the entrants belongs to the
shop, not to a model."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.training.evaluation.calibration import level_shift
from churn_pipeline.training.evaluation.metrics import logit, sigmoid

Probabilities = Mapping[str, NDArray[np.float64]]


def best_shift(p: NDArray[np.float64], y: NDArray[np.int8]) -> float:
    """The shift of log-odds at which the mean of probabilities p is the mean of the outcomes y, both n."""
    return level_shift(logit(p), float(y.mean()))


def level_residuals(entrants: Probabilities, rows: pd.DataFrame) -> pd.DataFrame:
    """cutoff, residual (log-odds), variance (log-odds squared), customers, churn_rate; one row a cutoff,
    oldest first.

    entrants: kind -> probabilities, before any level, of `rows` (cutoff, churned; a customer once a cutoff).
        The variance is that of a shift estimated from so many customers, one over the information
        sum p (1 - p) at the shifted probabilities."""
    y = rows["churned"].to_numpy(dtype=np.int8)
    found = []
    for cutoff in sorted(rows["cutoff"].unique()):
        at = np.flatnonzero(rows["cutoff"] == cutoff)
        shifts = [best_shift(p[at], y[at]) for p in entrants.values()]
        shifted = [sigmoid(logit(p[at]) + shift) for p, shift in zip(entrants.values(), shifts, strict=True)]
        variance = float(np.mean([1 / (p * (1 - p)).sum() for p in shifted]))
        found.append((pd.Timestamp(cutoff), float(np.mean(shifts)), variance, len(at), float(y[at].mean())))
    return pd.DataFrame(found, columns=["cutoff", "residual", "variance", "customers", "churn_rate"])
