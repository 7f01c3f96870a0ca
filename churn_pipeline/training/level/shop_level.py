"""The level of a shop: by how much its customers churn more or less than the models expect at a date, season
and shocks.

A model ranks customers; how many of them leave moves with the season and with what happens to the shop. At
every cutoff whose outcome is known, the residual is the shift of log-odds at which the mean prediction equals
the realised rate. Residuals over time are a Gaussian process (Rasmussen & Williams 2006, chapters 2 and 5) of
three parts:

    season   s^2 exp(-2 sin^2(pi d / 365.25))   what returns every year
    shock    u^2 (1 + a) exp(-a), a = 3^.5 d / tau   what comes and fades; smooth, as means over windows are
    trend    c^2 + g^2 t t' / 365.25^2          where the shop is going: an offset and so much a year

with t, t' the days of two cutoffs from the date asked for, d those between them. At cutoffs whose outcomes
the models learned from, if only from other customers', a residual is no fair sample of the level: calibration
has made the mean of those zero, and features that move with the calendar (how long the oldest customers have
been there) have taken up a part of the season. Such residuals are the level times an unknown share, plus an
unknown offset of their own:

    residual = level, or, where learned from, share level + b, b ~ N(0, LEARNED_OFFSET^2)

Sizes and share are not estimated by a point but averaged over a grid, each point weighted by its prior and by
how likely it makes the residuals (a best point would call every bump of a short history a season). So a
season is believed in as far as it has been seen to return, the estimate is shrunk to zero where little is
known, and its standard deviation says how little."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.churn_definition.cutoffs import YOUNG

YEAR_DAYS = 365.25
YEAR = pd.Timedelta(days=364)  # 52 weeks: the same season on the same weekday
SEASON_WINDOW = pd.Timedelta(days=30)
SEASON_SIZES = (0.0, 0.1, 0.2, 0.4, 0.8)  # standard deviations in log-odds
SHOCK_SIZES = (0.03, 0.08, 0.16, 0.32)
SHOCK_LIVES = (0.5, 2.0, 6.0)  # in horizons
SLOPES = (0.0, 0.125, 0.25)  # log-odds a year
LEARNED_SHARES = (0.4, 0.7, 1.0)  # of the level, left in the residuals of cutoffs that were learned from
OFFSET = 0.3
LEARNED_OFFSET = 0.2  # a rate of 30 % is 26 or 34 % then
# scale of a half-normal prior: a month in which the odds are a third above the year's is usual in retail
SEASON_PRIOR = 0.3
SHOCK_PRIOR = 0.4
SLOPE_PRIOR = 0.25  # models are trained on recent cutoffs: most of a trend is in them already


@dataclass(frozen=True)
class GridPoint:
    """One guess at how a shop's level moves and is seen: sizes in log-odds, life in horizons, slope in
    log-odds a year, share of it that residuals show where models learned from the outcomes."""

    season: float
    shock: float
    shock_life: float
    slope: float
    share: float


GRID = tuple(
    GridPoint(*point) for point in product(SEASON_SIZES, SHOCK_SIZES, SHOCK_LIVES, SLOPES, LEARNED_SHARES)
)
LOG_PRIOR = np.array(
    [
        -0.5 * ((g.season / SEASON_PRIOR) ** 2 + (g.shock / SHOCK_PRIOR) ** 2 + (g.slope / SLOPE_PRIOR) ** 2)
        for g in GRID
    ]
)


@dataclass(frozen=True)
class ShopLevel:
    """What is known of a shop's level: residuals at its cutoffs, in log-odds.

    cutoffs: midnights; residuals: log-odds; variances: of sampling, log-odds squared; horizon: days;
    learned: whether the models that the residual is of had learned from the cutoff's outcomes; by default
    from none.
    """

    horizon: int
    cutoffs: tuple[pd.Timestamp, ...] = ()
    residuals: tuple[float, ...] = ()
    variances: tuple[float, ...] = ()
    learned: tuple[bool, ...] = ()

    def has_seen_season(self, date: pd.Timestamp) -> bool:
        """Whether an outcome of the same season a year before the date is among the residuals."""
        return any(cutoff <= pd.Timestamp(date) - YEAR + SEASON_WINDOW for cutoff in self.cutoffs)

    def known_by(self, date: pd.Timestamp) -> "ShopLevel":
        """The level as it was known at a date: outcomes that had ended by then."""
        last = pd.Timestamp(date) - pd.Timedelta(days=self.horizon)
        rows = [i for i, cutoff in enumerate(self.cutoffs) if cutoff <= last]
        return ShopLevel(
            self.horizon,
            tuple(self.cutoffs[i] for i in rows),
            tuple(self.residuals[i] for i in rows),
            tuple(self.variances[i] for i in rows),
            tuple(self.learned[i] for i in rows) if self.learned else (),
        )


@dataclass(frozen=True)
class LevelAt:
    """The level at one date: shift in log-odds and its standard deviation."""

    shift: float
    sd: float


def shop_level(residuals: pd.DataFrame, horizon: int, first_order: pd.Timestamp) -> ShopLevel:
    """The shop's level from residuals per cutoff.

    residuals: cutoff (datetime64), residual (float64, log-odds), variance (float64) and, where models learned
        from some of the outcomes, learned (bool); one row a cutoff. Cutoffs at which the shop was younger
        than two horizons are left out."""
    old = residuals[residuals["cutoff"] >= pd.Timestamp(first_order) + YOUNG * pd.Timedelta(days=horizon)]
    old = old.sort_values("cutoff")
    return ShopLevel(
        horizon,
        tuple(pd.Timestamp(cutoff) for cutoff in old["cutoff"]),
        tuple(map(float, old["residual"])),
        tuple(map(float, old["variance"])),
        tuple(map(bool, old["learned"])) if "learned" in old else (),
    )


def level_at(level: ShopLevel, date: pd.Timestamp) -> LevelAt:
    """Shift and standard deviation at a date, from the residuals whose outcome had ended by then; pure in
    `date`."""
    known = level.known_by(date)
    seen = [(cutoff - pd.Timestamp(date)) / pd.Timedelta(days=1) for cutoff in known.cutoffs]
    days, by_learners = np.array([*seen, 0.0]), np.array([*(known.learned or [False] * len(seen)), False])
    priors = _covariances(days, by_learners, level.horizon)
    weight, mean, variance = _posterior(priors, np.array(known.residuals), np.array(known.variances))
    weight += LOG_PRIOR
    share = np.exp(weight - weight.max())
    share /= share.sum()
    shift = float(share @ mean)
    return LevelAt(shift, float(np.sqrt(share @ (variance + (mean - shift) ** 2))))


def seasonal_level_at(level: ShopLevel, date: pd.Timestamp) -> LevelAt:
    """`level_at`, its shift only where the shop has lived through the season before.

    What has not been seen to return is not extrapolated; the shift left out then counts as uncertainty.
    """
    at = level_at(level, date)
    return at if level.has_seen_season(date) else LevelAt(0.0, float(np.hypot(at.shift, at.sd)))


def level_table(level: ShopLevel, dates: Sequence[pd.Timestamp]) -> pd.DataFrame:
    """date, shift, sd: the level at each date."""
    at = [level_at(level, date) for date in dates]
    return pd.DataFrame({"date": list(dates), "shift": [a.shift for a in at], "sd": [a.sd for a in at]})


def _covariances(days: NDArray[np.float64], learned: NDArray[np.bool_], horizon: int) -> NDArray[np.float64]:
    """Covariance of what is seen of the level at n instants, for each of the g points of GRID, g x n x n;
    days: float64 days from the date asked for; learned: whether seen by models that had learned from the
    outcomes."""
    apart = np.abs(days[:, None] - days[None, :])
    season = np.exp(-2 * np.sin(np.pi * apart / YEAR_DAYS) ** 2)
    ago = np.sqrt(3) * apart / (_of_grid("shock_life") * horizon)
    shock = (1 + ago) * np.exp(-ago)
    trend = OFFSET**2 + _of_grid("slope") ** 2 * np.outer(days, days) / YEAR_DAYS**2
    level = _of_grid("season") ** 2 * season + _of_grid("shock") ** 2 * shock + trend
    share = np.where(learned, _of_grid("share"), 1.0)
    seen: NDArray[np.float64] = share * share.swapaxes(1, 2) * level
    return seen + LEARNED_OFFSET**2 * np.outer(learned, learned)


def _of_grid(name: str) -> NDArray[np.float64]:
    """One number of every point of GRID, g x 1 x 1."""
    return np.array([getattr(point, name) for point in GRID])[:, None, None]


def _posterior(
    priors: NDArray[np.float64], y: NDArray[np.float64], noise: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Log likelihood, mean and variance at the last instant for each of g covariances (g x n + 1 x n + 1),
    given n residuals."""
    n = len(y)
    own = priors[:, n, n]
    if n == 0:
        return np.zeros(len(priors)), np.zeros(len(priors)), own
    lower = np.linalg.cholesky(priors[:, :n, :n] + np.diag(noise))
    right = np.stack([np.broadcast_to(y, (len(priors), n)), priors[:, :n, n]], axis=2)
    z, reach = np.moveaxis(np.linalg.solve(lower, right), 2, 0)
    log_likelihood = -0.5 * (z * z).sum(axis=1) - np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
    return log_likelihood, (reach * z).sum(axis=1), np.maximum(own - (reach * reach).sum(axis=1), 0.0)
