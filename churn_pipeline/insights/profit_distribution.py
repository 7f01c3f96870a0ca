"""How far a campaign's profit may be from its expectation: moments given the success rate, mixed over the success rate's own uncertainty.

Customers are independent given the success rate s. With a = p (v - d), b = (1 - p) r d, the profit of one customer has mean s a - b and
second moment s p ((v - d)^2 + sd(v)^2) + (1 - p) r d^2, so mean and variance of the sum are polynomials in s whose coefficients are sums
over the customers, taken once. s follows a Beta distribution; given s the sum is taken as normal.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr

Floats = npt.NDArray[np.float64]
INTERVAL = 0.8
_NODES = (np.arange(48) + 0.5) / 48


@dataclass(frozen=True)
class ProfitMoments:
    """Sums over the customers contacted, from which mean and variance of the profit follow for any success rate."""

    churners: float
    worth: float
    discount_if_saved: float
    discount_to_loyal: float
    second_if_saved: float
    second_if_loyal: float
    gain_squared: float
    gain_loyal: float
    loyal_squared: float


@dataclass(frozen=True)
class ProfitDistribution:
    """80 % interval of the profit (currency) and the probability that it is below zero."""

    low: float
    high: float
    probability_of_loss: float


def profit_moments(p: Floats, worth: Floats, worth_sd: Floats, discount: Floats, redemption_rate: float) -> ProfitMoments:
    """The sums over customers; p churn probability, worth of a save and its sd, discount when redeemed: float64 arrays (n,), currency."""
    gain = p * (worth - discount)
    stays = (1 - p) * redemption_rate
    loyal = stays * discount
    return ProfitMoments(
        churners=float(p.sum()),
        worth=float(p @ worth),
        discount_if_saved=float(p @ discount),
        discount_to_loyal=float(loyal.sum()),
        second_if_saved=float(p @ ((worth - discount) ** 2 + worth_sd**2)),
        second_if_loyal=float(loyal @ discount),
        gain_squared=float(gain @ gain),
        gain_loyal=float(gain @ loyal),
        loyal_squared=float(loyal @ loyal),
    )


def profit_distribution(moments: ProfitMoments, certain_cost: float, success_rate: float, evidence: float) -> ProfitDistribution:
    """The 80 % interval and the probability of a loss, for a success rate ~ Beta(rate x evidence, (1 - rate) x evidence)."""
    s = np.full(1, success_rate)
    if 0 < success_rate < 1:
        s = betaincinv(success_rate * evidence, (1 - success_rate) * evidence, _NODES)
    mean = s * (moments.worth - moments.discount_if_saved) - moments.discount_to_loyal - certain_cost
    means_squared = s**2 * moments.gain_squared - 2 * s * moments.gain_loyal + moments.loyal_squared
    variance = s * moments.second_if_saved + moments.second_if_loyal - means_squared
    sd = np.sqrt(np.maximum(variance, 0.0))
    tail = (1 - INTERVAL) / 2
    low, high = _quantiles(mean, sd, np.array([tail, 1 - tail]))
    return ProfitDistribution(float(low), float(high), float(_below(np.zeros(1), mean, sd)[0]))


def _below(values: Floats, mean: Floats, sd: Floats) -> Floats:
    """Probability that a mixture of normals is below each value; a component without spread is a step."""
    distance = values[:, None] - mean
    step = np.where(distance > 0, np.inf, -np.inf)
    probability: Floats = ndtr(np.divide(distance, sd, out=step, where=sd > 0)).mean(axis=1)
    return probability


def _quantiles(mean: Floats, sd: Floats, levels: Floats) -> Floats:
    """Quantiles of the mixture by bisection, to a 2^-32nd of its range."""
    low, high = np.full(len(levels), (mean - 8 * sd).min()), np.full(len(levels), (mean + 8 * sd).max())
    for _ in range(32):
        middle = (low + high) / 2
        below = _below(middle, mean, sd) < levels
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
