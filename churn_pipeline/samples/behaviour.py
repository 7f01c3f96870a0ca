"""When simulated customers order: a behavioural model with a known truth.

1. A share of the customers is there from the first day; the others join evenly over the observed time, each
   with a first order.
2. While active, customer i orders at rate lambda_i ~ Gamma, scaled by a day factor that all share: a yearly
   wave, a peak before Christmas, and the weekday. Gaps between orders are Gamma with shape `regularity` in
   that scaled time: 1 gives the Poisson process of the purchase models, larger values the steady rhythm of
   a subscription. An order is skipped with a fixed probability.
3. Customer i drops out for good at a hazard mu_i ~ Gamma, higher for bargain hunters and lower for those
   who buy across the range. In the `fade_days` before, ever more orders are left out: churn announces
   itself, but not to everybody's gap alone.

Orders are simulated beyond the observed time, so that a forecast can be held against what would have
happened."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

FUTURE_DAYS = 400
"""Days simulated after the observed time."""


@dataclass(frozen=True)
class Behaviour:
    """Parameters of the order process; times in days."""

    start: date
    days: int
    customers: int
    opening_share: float
    mean_gap: float
    rate_shape: float
    regularity: float
    skip_probability: float
    mean_lifetime: float
    hazard_shape: float
    fade_days: float
    yearly_wave: float
    peak_day_of_year: int
    christmas: float
    weekdays: tuple[float, float, float, float, float, float, float]


@dataclass(frozen=True)
class Population:
    """Traits and true fate of the customers; arrays of shape (customers,), times in days after the start."""

    joined: np.ndarray
    dropped_out: np.ndarray
    rate: np.ndarray
    bargain: np.ndarray
    breadth: np.ndarray


def draw_population(behaviour: Behaviour, rng: np.random.Generator) -> Population:
    """Customers with their order rate (per day), liking for bargains and breadth of taste (both 0-1), arrival
    and drop-out."""
    n = behaviour.customers
    joined = np.where(rng.random(n) < behaviour.opening_share, 0.0, rng.random(n) * behaviour.days)
    rate = rng.gamma(behaviour.rate_shape, 1 / (behaviour.rate_shape * behaviour.mean_gap), n)
    bargain, breadth = rng.beta(1.2, 3.0, n), rng.beta(2.0, 2.0, n)
    hazard = rng.gamma(behaviour.hazard_shape, 1 / (behaviour.hazard_shape * behaviour.mean_lifetime), n)
    hazard = hazard * np.exp(1.5 * (bargain - 0.29) - 1.5 * (breadth - 0.5))
    return Population(joined, joined + rng.exponential(1.0, n) / hazard, rate, bargain, breadth)


def draw_orders(behaviour: Behaviour, people: Population, rng: np.random.Generator) -> pd.DataFrame:
    """One row per order until FUTURE_DAYS after the observed time: customer (int), day (int, after the
    start), fading (0-1)."""
    scaled_time = np.concatenate([[0.0], np.cumsum(_day_factor(behaviour))])
    parts = []
    for number in range(behaviour.customers):
        begin = np.interp(people.joined[number], np.arange(len(scaled_time)), scaled_time)
        mean_count = (scaled_time[-1] - begin) * people.rate[number]
        gaps = (
            rng.gamma(behaviour.regularity, 1 / behaviour.regularity, int(mean_count * 1.5 + 30))
            / people.rate[number]
        )
        first = gaps[:1] * rng.random() if people.joined[number] == 0 else np.zeros(1)
        times = begin + np.cumsum(np.concatenate([first, gaps[1:]]))
        day = np.searchsorted(scaled_time, times[times < scaled_time[-1]], side="right") - 1
        left = people.dropped_out[number] - day
        fading = np.clip(1 - left / behaviour.fade_days, 0.0, 1.0)
        kept = (
            (left > 0)
            & (rng.random(len(day)) >= 0.7 * fading)
            & (rng.random(len(day)) >= behaviour.skip_probability)
        )
        if len(day):
            kept[0] = (
                left[0] > 0 or people.joined[number] > 0
            )  # the order a customer joins with always happens
        parts.append(pd.DataFrame({"customer": number, "day": day[kept], "fading": fading[kept]}))
    return pd.concat(parts, ignore_index=True)


def _day_factor(behaviour: Behaviour) -> np.ndarray:
    """How busy each simulated day is, relative to an average day (shape (days + FUTURE_DAYS,))."""
    days = pd.date_range(behaviour.start, periods=behaviour.days + FUTURE_DAYS, freq="D")
    year_angle = 2 * np.pi * (days.day_of_year.to_numpy() - behaviour.peak_day_of_year) / 365.25
    wave = 1 + behaviour.yearly_wave * np.cos(year_angle)
    before_christmas = (days.month == 12) & (days.day <= 23)
    weekday = np.array(behaviour.weekdays)[days.day_of_week.to_numpy()]
    return (
        wave
        * np.where(before_christmas, 1 + behaviour.christmas, 1.0)
        * weekday
        / np.mean(behaviour.weekdays)
    )
