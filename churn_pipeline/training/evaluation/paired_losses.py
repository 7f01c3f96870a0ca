"""Losses of several entrants on the same rows, compared in pairs, and freed of what is not theirs: the level
of a cutoff.

The churn rate moves from cutoff to cutoff, and with it every entrant's loss in much the same way. Which
entrant orders and spreads the customers better is told by each one's loss at its best intercept for that
cutoff."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.training.evaluation.calibration import level_shift
from churn_pipeline.training.evaluation.metrics import customer_mean, row_losses, sigmoid


@dataclass(frozen=True)
class PairedDifference:
    """An entrant's loss less another's: mean over rows (nats), its standard error by customer, share of
    origins at which it is below 0."""

    mean: float
    error: float
    origins_ahead: float

    @property
    def clearly_lower(self) -> bool:
        """Whether it is lower by more than one standard error, with the same sign at most origins."""
        return self.mean < -self.error and self.origins_ahead > 0.5


def level_free_losses(
    log_odds: NDArray[np.float64], y: NDArray[np.int8], cutoffs: pd.Series
) -> NDArray[np.float64]:
    """Log loss of each row with the intercept of each cutoff's rows at its best, nats, n. The best intercept
    makes the mean probability the churn rate of the cutoff."""
    losses = np.empty(len(y))
    for positions in pd.Series(np.arange(len(y))).groupby(cutoffs.to_numpy()).indices.values():
        own, churned = log_odds[positions], y[positions]
        losses[positions] = row_losses(churned, sigmoid(own + level_shift(own, float(churned.mean()))))
    return losses


def paired_difference(
    losses: NDArray[np.float64], others: NDArray[np.float64], customers: pd.Series, cutoffs: pd.Series
) -> PairedDifference:
    """The difference of two entrants' losses on the same rows, n each."""
    difference = losses - others
    mean, error = customer_mean(difference, customers)
    by_origin = pd.Series(difference).groupby(cutoffs.to_numpy()).mean()
    return PairedDifference(mean, error, float((by_origin < 0).mean()))
