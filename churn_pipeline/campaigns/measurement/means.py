"""Money and orders per customer, treated against control, with what was known before taken out.

CUPED (Deng, Xu, Kohavi & Walker 2013): the part of the outcome that covariates from before the assignment
explain differs between the groups by the luck of the lot alone, so it is taken out; the estimate stays
unbiased and its interval gets narrower."""

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from churn_pipeline.campaigns.assignment.lots import Floats
from churn_pipeline.campaigns.measurement.rates import Estimate


def without_known(y: Floats, known: Floats, cell: npt.NDArray[np.intp]) -> Floats:
    """The outcome less what the covariates explain of it: y - (x - mean x) theta, shape (customers,).

    known: (customers, covariates), from before the assignment; cell: which stratum and arm each customer is
        in; theta is the least squares one within cells, the same for all."""
    if known.shape[1] == 0:
        return y
    inner = known - _cell_means(known, cell)[cell]
    theta = np.linalg.lstsq(inner, y - _cell_means(y[:, None], cell)[cell, 0], rcond=None)[0]
    return np.asarray(y - (known - known.mean(axis=0)) @ theta)


def mean_difference(
    y: Floats, is_treated: npt.NDArray[np.bool_], stratum: npt.NDArray[np.intp], confidence: float = 0.95
) -> Estimate | None:
    """The stratum-weighted difference of means with Welch's interval; stratum: 0, 1, ..., each with treated
    and control customers. None where an arm has no stratum of two customers: then nothing says how far
    chance reaches.

    A stratum with a single customer in an arm takes the arm's mean variance within strata; an arm whose
    customers are all alike, such as a few controls without any order, takes the other arm's."""
    cell = 2 * stratum + is_treated
    n = np.bincount(cell, minlength=2 * (stratum.max() + 1)).astype(np.float64)
    mean = _cell_means(y[:, None], cell)[:, 0]
    squares = np.bincount(cell, (y - mean[cell]) ** 2, minlength=len(n))
    spread = squares / np.maximum(n - 1, 1)
    freedoms = [(n[arm::2] - 1).sum() for arm in (0, 1)]  # the cells of an arm are every second one
    if min(freedoms) < 1:
        return None
    pooled = [squares[arm::2].sum() / freedoms[arm] for arm in (0, 1)]
    for arm in (0, 1):
        spread[arm::2] = np.where(n[arm::2] < 2, pooled[arm], spread[arm::2])
        if pooled[arm] == 0:
            spread[arm::2] = pooled[1 - arm]
    weight = (n[0::2] + n[1::2]) / n.sum()
    each = np.repeat(weight, 2) ** 2 * spread / n
    variance = each.sum()
    freedom = variance**2 / (each**2 / np.maximum(n - 1, 1)).sum() if variance > 0 else 1.0
    half = float(student.ppf(0.5 + confidence / 2, max(freedom, 1.0)) * np.sqrt(variance))
    control, treated = float(weight @ mean[0::2]), float(weight @ mean[1::2])
    difference = treated - control
    return Estimate(treated, control, difference, difference - half, difference + half)


def _cell_means(values: Floats, cell: npt.NDArray[np.intp]) -> Floats:
    """Means by cell, shape (cells, columns); 0 for an empty cell."""
    n = np.bincount(cell)
    sums = np.column_stack([np.bincount(cell, column, minlength=len(n)) for column in values.T])
    return np.asarray(sums / np.maximum(n, 1)[:, None])
