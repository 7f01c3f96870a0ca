"""How far a campaign's profit may be from its expectation: each customer's luck, and what is not known of all
customers at once.

Given the success rate s, the customers are independent. With a = p (v - d), b = (1 - p) r d, the profit of
one customer has mean s a - b and second moment s p ((v - d)^2 + sd(v)^2) + (1 - p) r d^2, so mean and
variance of the sum are polynomials in s whose coefficients are sums over the customers, taken once. What
nobody's luck evens out is drawn: s (Beta), where between its two ends the worth of a save lies (anywhere, as
likely), a factor that all values share, and a shift that the log-odds of all churn probabilities share (to
first order: p moves by p (1 - p) times the shift). Luck is taken at the expected worth; given the draw the
sum is taken as normal."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr, ndtri

Floats = npt.NDArray[np.float64]
INTERVAL = 0.8
DRAWS, GENERATOR = 257, 106


@dataclass(frozen=True)
class ProfitMoments:
    """Sums over the customers contacted, from which mean and variance of the profit follow for any draw.

    worth_half: p times half the distance between the two ends of a save's worth; tilt_*: how the sums move
        with the log-odds of all p."""

    churners: float
    worth: float
    discount_if_saved: float
    discount_to_loyal: float
    second_if_saved: float
    second_if_loyal: float
    gain_squared: float
    gain_loyal: float
    loyal_squared: float
    worth_half: float
    tilt_worth: float
    tilt_half: float
    tilt_discount: float
    tilt_loyal: float


@dataclass(frozen=True)
class CommonErrors:
    """Errors that all customers share: standard deviations of the log of the value and of the log-odds of the
    churn probability."""

    value: float = 0.0
    level: float = 0.0


@dataclass(frozen=True)
class Draws:
    """What may be true, evenly spread: quantile of the success rate, of the response's bend (0-1), end (-1
    low, 1 high), value, level."""

    success: Floats
    bend: Floats
    end: Floats
    value: Floats
    level: Floats


@dataclass(frozen=True)
class ProfitDistribution:
    """80 % interval of the profit (currency) and the probability that it is below zero."""

    low: float
    high: float
    probability_of_loss: float


def evenly_spread_draws() -> Draws:
    """A Korobov lattice: point k is the fractional part of k (1, g, g^2, ...) / DRAWS, here shifted by half a
    step off the edges.

    Korobov, "The approximate computation of multiple integrals" (1959). Each margin is spread perfectly
    evenly; with this generator no two of the five are correlated by more than .07, squares and products by
    .32."""
    steps = np.array([pow(GENERATOR, power, DRAWS) for power in range(5)])
    success, bend, end, value, level = ((np.arange(DRAWS) * steps[:, None]) % DRAWS + 0.5) / DRAWS
    return Draws(success, bend, 2 * end - 1, ndtri(value), ndtri(level))


STANDARD_DRAWS = evenly_spread_draws()


def profit_moments(
    p: Floats, worth: Floats, worth_half: Floats, worth_sd: Floats, discount: Floats, redemption_rate: float
) -> ProfitMoments:
    """The sums over customers; p churn probability, worth of a save, half the distance of its ends, its sd,
    discount: (n,), currency."""
    gain = p * (worth - discount)
    stays = (1 - p) * redemption_rate
    loyal = stays * discount
    tilt = p * (1 - p)
    tilt_discount = float(tilt @ discount)
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
        worth_half=float(p @ worth_half),
        tilt_worth=float(tilt @ worth),
        tilt_half=float(tilt @ worth_half),
        tilt_discount=tilt_discount,
        tilt_loyal=redemption_rate * tilt_discount,
    )


def mean_profit(moments: ProfitMoments, certain_cost: float, success: Floats, errors: CommonErrors) -> Floats:
    """Expected profit (shape (draws,), currency) in each of the standard draws, where the success rate is
    `success` (shape (draws,))."""
    draws = STANDARD_DRAWS
    value = np.exp(errors.value * draws.value - errors.value**2 / 2)
    gained = value * (moments.worth + draws.end * moments.worth_half) - moments.discount_if_saved
    tilted = value * (moments.tilt_worth + draws.end * moments.tilt_half) - moments.tilt_discount
    moved: Floats = errors.level * draws.level * (success * tilted + moments.tilt_loyal)
    return success * gained - moments.discount_to_loyal - certain_cost + moved


def success_draws(success_rate: float, evidence: float) -> Floats:
    """The success rate in each of the standard draws: quantiles of Beta(rate x evidence, (1 - rate) x
    evidence)."""
    return (
        np.full(DRAWS, success_rate) if not 0 < success_rate < 1 else _beta_quantiles(success_rate, evidence)
    )


@lru_cache(maxsize=256)
def _beta_quantiles(success_rate: float, evidence: float) -> Floats:
    found: Floats = betaincinv(success_rate * evidence, (1 - success_rate) * evidence, STANDARD_DRAWS.success)
    return found


def profit_distribution(
    moments: ProfitMoments, certain_cost: float, success_rate: float, evidence: float, errors: CommonErrors
) -> ProfitDistribution:
    """The 80 % interval and the probability of a loss, for a success rate ~ Beta(rate x evidence, (1 - rate)
    x evidence)."""
    s = success_draws(success_rate, evidence)
    mean = mean_profit(moments, certain_cost, s, errors)
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
