"""Shops whose churn level is known: a season, a trend, shocks that fade, seen through the outcomes of some
customers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

START = pd.Timestamp("2020-01-01")


@dataclass(frozen=True)
class LevelSeries:
    """level: log-odds a day; residuals: cutoff, residual, variance, as calibration would find them; horizon:
    days."""

    level: NDArray[np.float64]
    residuals: pd.DataFrame
    horizon: int

    def over_window(self, day: int) -> float:
        """The level that an outcome over [day, day + horizon) has, log-odds."""
        return float(self.level[day : day + self.horizon].mean())


def level_series(
    seed: int, horizon: int, years: int, season: bool, trend: bool, customers: int = 1_500
) -> LevelSeries:
    """A shop of so many years; sizes of season, trend and shocks are drawn anew for each seed."""
    rng = np.random.default_rng(seed)
    day = np.arange(365 * years)
    level = _shocks(rng, len(day))
    if season:
        level += rng.uniform(0.15, 0.7) * np.cos(2 * np.pi * (day - rng.uniform(0, 365)) / 365.25)
        level += rng.uniform(0, 0.2) * np.cos(4 * np.pi * (day - rng.uniform(0, 365)) / 365.25)
    if trend:
        level += rng.normal(0, 0.25) * day / 365
    base = rng.normal(0, 0.3)
    rows = []
    for cutoff in np.arange(len(day) - horizon - 1, horizon, -(horizon // 4))[::-1]:
        true = level[cutoff : cutoff + horizon].mean()
        p = 1 / (1 + np.exp(-(base + true)))
        variance = 1 / (customers * p * (1 - p))
        rows.append(
            (START + pd.Timedelta(days=int(cutoff)), true + rng.normal(0, np.sqrt(variance)), variance)
        )
    return LevelSeries(level, pd.DataFrame(rows, columns=["cutoff", "residual", "variance"]), horizon)


def _shocks(rng: np.random.Generator, days: int) -> NDArray[np.float64]:
    """An Ornstein-Uhlenbeck path: shocks that come and fade."""
    fading, size = np.exp(-1 / rng.uniform(20, 120)), abs(rng.normal(0, 0.12))
    steps = rng.normal(0, size * np.sqrt(1 - fading**2), days)
    path = np.zeros(days)
    for i in range(1, days):
        path[i] = fading * path[i - 1] + steps[i]
    return path
