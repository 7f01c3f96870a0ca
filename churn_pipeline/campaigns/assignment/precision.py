"""How large a control group has to be to see what a campaign does, and what a given one will show."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import norm

POWER = 0.8
CONFIDENCE = 0.95
_DISTANCE = float(norm.ppf(0.5 + CONFIDENCE / 2) + norm.ppf(POWER))
SHARE_WHERE_NOTHING_SHOWS = 0.2
"""Control share of a list that is too small to show the effect whatever is held out: it still counts together
with other campaigns."""


def visible_difference(treated: int, control: int, rate: float) -> float:
    """The smallest difference of two rates that four of five campaigns of this size show (80 % power, 95 %
    confidence, two sides); rate: share without treatment, 0-1. Infinite without one of the groups."""
    if treated == 0 or control == 0:
        return float("inf")
    return _DISTANCE * float(np.sqrt(_variance(rate) * (1 / treated + 1 / control)))


def expected_effect(
    arm: pd.Series, churn_probability: pd.Series, success_rates: Mapping[str, float]
) -> float:
    """The difference of retention that is expected of a list: the mean, over the contacted, of the churn
    probability times the success rate of their own offer. success_rates: of each arm; others count not."""
    rate = arm.map(success_rates)
    contacted = rate.notna().to_numpy(bool)
    if not contacted.any():
        return 0.0
    return float((churn_probability.to_numpy(np.float64) * rate.to_numpy(np.float64))[contacted].mean())


def control_share(
    customers: int, rate: float, difference: float, smallest: float, largest: float
) -> tuple[float, bool]:
    """The smallest share, within the limits, that shows `difference` (0-1) among so many customers; and
    whether any does."""
    if customers < 2 or difference <= 0:
        return min(max(SHARE_WHERE_NOTHING_SHOWS, smallest), largest), False
    product = _variance(rate) * (_DISTANCE / difference) ** 2 / customers  # of share and 1 - share
    if product > largest * (1 - largest):
        return min(max(SHARE_WHERE_NOTHING_SHOWS, smallest), largest), False
    return max((1 - float(np.sqrt(1 - 4 * product))) / 2, smallest), True


def customers_needed(rate: float, difference: float, share: float) -> int | None:
    """Customers on a list of which four of five campaigns show the difference; None where it is not above
    0."""
    if difference <= 0 or not 0 < share < 1:
        return None
    return int(np.ceil(_variance(rate) * (_DISTANCE / difference) ** 2 / (share * (1 - share))))


def _variance(rate: float) -> float:
    """Of one customer's outcome; a rate of exactly 0 or 1 is not believed."""
    rate = min(max(rate, 0.01), 0.99)
    return rate * (1 - rate)
