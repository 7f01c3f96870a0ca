"""When the next order comes: its median and an interval, given that there is one within twelve months.

By BG/NBD a customer who is alive stays without a purchase for t days with probability S(t) = exp(-E(t)),
E(t) = (r + x) log(1 + t / (alpha + T)) (Fader, Hardie & Lee 2005, conditional on the past): the chance of
being alive plays no part once an order comes. Shops are a little more or less regular than that, and faster
or slower; so S(t) = exp(-scale E(t)^shape), a Weibull law on the model's own clock, with both numbers fitted
to the orders that came after earlier dates (truncated where the data ended). How far out the interval
reaches is then set so that it would have held 80 % of those orders, as conformal prediction does.

The chance of an order within the horizon H is not BG/NBD's but the return probability p that the customer is
shown: of those who order within twelve months the share p / chance does so within H, and S only says how the
orders spread within H and after it. So both never contradict each other."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from churn_pipeline.purchase_model.bg_nbd import BgNbd, probability_alive

YEAR = 365.0
COVERAGE = 0.8
LIKELY = 0.5
"""Below this chance of an order within twelve months no date is given."""
FEWEST_ORDERS = 100
"""Below so many orders after earlier dates BG/NBD is taken as it is."""
LEVELS = (0.6, 0.95)
PRIOR_WEIGHT = 10.0
"""The two logs are drawn to 0 as by so many orders."""

Days = NDArray[np.float64]


@dataclass(frozen=True)
class NextOrderTiming:
    """shape, scale: of the law on the model's clock; level: nominal level of an interval that holds COVERAGE;
    orders: that it was learned from, at so many earlier dates (origins); coverage: share of the orders after
    the newest of them that the interval learned from the older ones held, None where there were too few."""

    shape: float = 1.0
    scale: float = 1.0
    level: float = COVERAGE
    orders: int = 0
    origins: int = 0
    coverage: float | None = None

    def to_document(self) -> dict[str, Any]:
        """JSON values, with the coverage aimed at."""
        return asdict(self) | {"interval": COVERAGE}


@dataclass(frozen=True)
class Clock:
    """E(t) of customers: exponent r + x and age alpha + T (days), arrays of one length."""

    exponent: Days
    age: Days

    def elapsed(self, days: Days | float) -> Days:
        """E at `days`, at least a trifle above 0."""
        return np.maximum(self.exponent * np.log1p(np.asarray(days, float) / self.age), 1e-12)

    def days(self, elapsed: Days) -> Days:
        """Days at which E is `elapsed`; infinite where that is beyond numbers."""
        with np.errstate(over="ignore"):
            return self.age * np.expm1(elapsed / self.exponent)


def clock_of(model: BgNbd, summaries: pd.DataFrame) -> Clock:
    """The clock of customers with summaries x, T."""
    return Clock(model.r + summaries["x"].to_numpy(float), model.alpha + summaries["T"].to_numpy(float))


def fit_timing(past: pd.DataFrame) -> NextOrderTiming:
    """The law of the next order from what came after earlier dates.

    past: one row per customer and earlier date with an order after it: origin; exponent and age of its clock;
        days to the order; window, the days after the origin that were seen, at most YEAR. Rows need
        0 < days < window."""
    if len(past) < FEWEST_ORDERS:
        return NextOrderTiming(orders=len(past), origins=past["origin"].nunique())
    shape, scale, level = _fitted(past)
    newest = past["origin"] == past["origin"].max()
    coverage = None
    if min(int(newest.sum()), int((~newest).sum())) >= FEWEST_ORDERS:
        earlier = _fitted(past[~newest])
        off = np.abs(_position(past[newest], earlier[0], earlier[1]) - 0.5)
        coverage = float((off <= earlier[2] / 2).mean())
    return NextOrderTiming(shape, scale, level, len(past), past["origin"].nunique(), coverage)


def next_order_days(
    timing: NextOrderTiming,
    model: BgNbd,
    summaries: pd.DataFrame,
    horizon: int,
    return_probability: Days,
    window: float = YEAR,
) -> Days:
    """Lower end, median and upper end of the days to the next order given one within `window` days, shape
    (customers, 3); NaN where the chance of that is below LIKELY.

    summaries: x, t_x, T; return_probability: chance of an order within `horizon` days; both of one length.
    """
    clock = clock_of(model, summaries)
    p = np.clip(np.asarray(return_probability, float), 1e-9, 1 - 1e-9)
    alive = probability_alive(model, summaries["x"], summaries["t_x"], summaries["T"])
    near, far = min(float(horizon), window), window
    at_near, at_far = (np.exp(-timing.scale * clock.elapsed(t) ** timing.shape) for t in (near, far))
    chance = _chance(p, alive, at_near, at_far, clock, timing, horizon, window)
    share_near = np.ones(len(p)) if horizon >= window else p / chance
    tails = ((1 - timing.level) / 2, 0.5, (1 + timing.level) / 2)
    columns = [_quantile(q, share_near, at_near, at_far, clock, timing, near, far) for q in tails]
    return np.where((chance >= LIKELY)[:, None], np.column_stack(columns), np.nan)


def _chance(
    p: Days,
    alive: Days,
    at_near: Days,
    at_far: Days,
    clock: Clock,
    timing: NextOrderTiming,
    horizon: int,
    window: float,
) -> Days:
    """Chance of an order within the window: p, and after the horizon what BG/NBD says of who was silent."""
    if horizon >= window:
        at_horizon = np.exp(-timing.scale * clock.elapsed(float(horizon)) ** timing.shape)
        return p * (1 - at_far) / np.maximum(1 - at_horizon, 1e-12)
    silent_near, silent_far = (np.maximum(1 - alive * (1 - s), 1e-12) for s in (at_near, at_far))
    return 1 - (1 - p) * silent_far / silent_near


def _quantile(
    q: float,
    share_near: Days,
    at_near: Days,
    at_far: Days,
    clock: Clock,
    timing: NextOrderTiming,
    near: float,
    far: float,
) -> Days:
    """Days by which the share q of the orders within the window has come."""
    within = 1 - q / share_near * (1 - at_near)
    beyond = np.divide(q - share_near, 1 - share_near, out=np.zeros(len(share_near)), where=share_near < 1)
    silent = np.where(q <= share_near, within, at_near - beyond * (at_near - at_far))
    elapsed = (-np.log(np.clip(silent, 1e-300, 1.0)) / timing.scale) ** (1 / timing.shape)
    found = np.clip(clock.days(elapsed), 0.0, far)
    return np.where(q <= share_near, np.minimum(found, near), np.maximum(found, near))


def _fitted(past: pd.DataFrame) -> tuple[float, float, float]:
    """Shape and scale by maximum likelihood of the orders, each truncated at its window, and the level."""
    clock = Clock(past["exponent"].to_numpy(float), past["age"].to_numpy(float))
    log_E, log_W = (np.log(clock.elapsed(past[c].to_numpy(float))) for c in ("days", "window"))

    def loss(logs: Days) -> float:
        shape, log_scale = float(np.exp(logs[0])), float(logs[1])
        own, whole = np.exp(log_scale + shape * log_E), np.exp(log_scale + shape * log_W)
        likelihood = log_scale + logs[0] + (shape - 1) * log_E - own - np.log(-np.expm1(-whole))
        return float(-likelihood.mean() + PRIOR_WEIGHT / len(log_E) * (logs @ logs) / 2)

    found = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-1.0, 1.0), (-2.0, 2.0)])
    shape, scale = (float(v) for v in np.exp(found.x))
    reach = float(np.quantile(np.abs(_position(past, shape, scale) - 0.5), COVERAGE))
    return shape, scale, float(np.clip(2 * reach, *LEVELS))


def _position(past: pd.DataFrame, shape: float, scale: float) -> Days:
    """Where each order lies in the law of its customer, 0 to 1: uniform where the law is right."""
    clock = Clock(past["exponent"].to_numpy(float), past["age"].to_numpy(float))
    own, whole = (
        -np.expm1(-scale * clock.elapsed(past[c].to_numpy(float)) ** shape) for c in ("days", "window")
    )
    return np.asarray(own / whole)
