"""Rates of the contacted and of those left alone, and their difference.

The lot was drawn within strata, so each stratum's rates are compared and weighted by its customers. The
interval is Newcombe's (1998, method 10): Wilson's limits of each rate, squared and added (Zou & Donner 2008
for weighted sums). With one stratum it is exactly his."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from churn_pipeline.campaigns.assignment.lots import Floats

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Estimate:
    """treated and control: weighted means; difference: treated less control, with its interval."""

    treated: float
    control: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class StratumCounts:
    """Customers (n) and those with the outcome (x) of each stratum, treated and control: shape (strata,)."""

    n_treated: Counts
    x_treated: Counts
    n_control: Counts
    x_control: Counts

    @property
    def weight(self) -> Floats:
        """Each stratum's share of all customers."""
        size = self.n_treated + self.n_control
        return np.asarray(size / size.sum(), dtype=np.float64)

    def of_the_others(self) -> "StratumCounts":
        """The same with those counted who did not have the outcome."""
        return StratumCounts(
            self.n_treated, self.n_treated - self.x_treated, self.n_control, self.n_control - self.x_control
        )


def wilson(x: Counts, n: Counts, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Limits of the rates x / n (Wilson 1927); n above 0."""
    z = float(norm.ppf(0.5 + confidence / 2))
    p = x / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return np.asarray(centre - half), np.asarray(centre + half)


def rate_difference(counts: StratumCounts, confidence: float = 0.95) -> Estimate:
    """The weighted difference of rates; every stratum holds treated and control customers."""
    weight = counts.weight
    p1, p0 = counts.x_treated / counts.n_treated, counts.x_control / counts.n_control
    low1, high1 = wilson(counts.x_treated, counts.n_treated, confidence)
    low0, high0 = wilson(counts.x_control, counts.n_control, confidence)
    treated, control = float(weight @ p1), float(weight @ p0)
    down = np.sqrt(weight**2 @ ((p1 - low1) ** 2 + (high0 - p0) ** 2))
    up = np.sqrt(weight**2 @ ((high1 - p1) ** 2 + (p0 - low0) ** 2))
    difference = treated - control
    return Estimate(treated, control, difference, difference - float(down), difference + float(up))


def share_saved(counts: StratumCounts, confidence: float = 0.95) -> Estimate | None:
    """1 - rate of the treated / rate of the control group, where x counts those who churned: the share of
    would-be churners whom the campaign kept; negative where more of them left.

    The interval is that of the logarithm of the ratio (Katz 1978) of the weighted rates; None where a group
    has no churner."""
    weight = counts.weight
    p1, p0 = counts.x_treated / counts.n_treated, counts.x_control / counts.n_control
    treated, control = float(weight @ p1), float(weight @ p0)
    if treated <= 0 or control <= 0:
        return None
    variance1 = float(weight**2 @ (p1 * (1 - p1) / counts.n_treated))
    variance0 = float(weight**2 @ (p0 * (1 - p0) / counts.n_control))
    spread = float(np.sqrt(variance1 / treated**2 + variance0 / control**2))
    z, ratio = float(norm.ppf(0.5 + confidence / 2)), treated / control
    return Estimate(
        treated,
        control,
        1 - ratio,
        1 - ratio * float(np.exp(z * spread)),
        1 - ratio * float(np.exp(-z * spread)),
    )
