"""How well a ranking finds those whom contacting changes: the Qini curve (Radcliffe 2007), on customers whom
the ranking has not seen.

At each length of list the curve is what contacting the list gains over leaving it alone, per customer of the
whole experiment. A customer's part in it is weighed by 1 / the chance of the arm that the lot gave (Horvitz &
Thompson 1952). The coefficient is the area between the curve and the straight line to its end, which is what
a list in any order gains; customers of equal rank share their gain evenly."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Statistic = Callable[[Floats | None], float]
"""Of rows that count as often as the weights say; None: once each."""
DRAWS = 1000


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its bootstrap interval."""

    value: float
    low: float
    high: float


def gains(outcome: Floats, expected: Floats, is_treated: npt.NDArray[np.bool_], chance: Floats) -> Floats:
    """What contacting each customer changed, right on average: shape (customers,), unit of the outcome.

    expected: what was expected of each before the lot, whichever way it falls; taking it off leaves the mean
        as it is and the noise smaller."""
    surprise = outcome - expected
    return np.asarray(np.where(is_treated, surprise / chance, -surprise / (1 - chance)))


def qini_curve(ranking: Floats, gain: Floats, weight: Floats | None = None) -> tuple[Floats, Floats]:
    """Share of the customers contacted, highest ranking first, and the gain per customer of all, from (0, 0)
    on; a point after each set of equal ranking. weight: how often each customer counts."""
    return _curve(_places(ranking), gain, weight)


def qini(ranking: Floats, gain: Floats, weight: Floats | None = None) -> float:
    """Area between the curve and the line to its end, in units of the outcome; 0: no better than any
    order."""
    return _area(_places(ranking), gain, weight)


def qini_interval(
    ranking: Floats,
    gain: Floats,
    customer: Codes,
    seed: int,
    confidence: float = 0.95,
    other: Floats | None = None,
    draws: int = DRAWS,
) -> Interval:
    """The Qini coefficient of a ranking, less that of another one where that is given, with its interval.

    customer: 0, 1, ...: whose row each is; the bootstrap draws whole customers again."""

    places = _places(ranking)
    others = None if other is None else _places(other)

    def value(weight: Floats | None) -> float:
        own = _area(places, gain, weight)
        return own if others is None else own - _area(others, gain, weight)

    return bootstrap(value, customer, seed, confidence, draws)


def bootstrap(value: Statistic, customer: Codes, seed: int, confidence: float, draws: int) -> Interval:
    """A statistic of weighted rows with its percentile interval; whole customers are drawn again."""
    rng, people = np.random.default_rng(seed), int(customer.max()) + 1
    found = np.empty(draws)
    for draw in range(draws):
        drawn = np.bincount(rng.integers(0, people, people), minlength=people)
        found[draw] = value(drawn[customer].astype(np.float64))
    tail = 50 * (1 - confidence)
    low, high = np.percentile(found, (tail, 100 - tail))
    return Interval(value(None), float(low), float(high))


def _places(ranking: Floats) -> Codes:
    """0 for the highest ranking, 1 for the next lower one, ...; found once for all draws."""
    return np.asarray(np.unique(-ranking, return_inverse=True)[1], dtype=np.intp)


def _curve(place: Codes, gain: Floats, weight: Floats | None) -> tuple[Floats, Floats]:
    counted = np.ones(len(gain)) if weight is None else weight
    share = np.cumsum(np.bincount(place, counted)) / counted.sum()
    gained = np.cumsum(np.bincount(place, counted * gain)) / counted.sum()
    return np.concatenate([[0.0], share]), np.concatenate([[0.0], gained])


def _area(place: Codes, gain: Floats, weight: Floats | None) -> float:
    """Between the curve and the line to its end."""
    share, gained = _curve(place, gain, weight)
    return float(np.trapezoid(gained, share) - gained[-1] / 2)
