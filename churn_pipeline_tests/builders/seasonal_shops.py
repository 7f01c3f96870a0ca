"""Ledgers of shops whose customers order more or less with the season, a trend, or neither: the churn rate
follows."""

import numpy as np
import pandas as pd

from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import TRANSACTIONS

START = pd.Timestamp("2020-01-01")
NOISE = 0.08  # sd of the log of how busy a month is beyond season and trend


def seasonal_ledger(
    seed: int, horizon: int, days: int, *, season: bool, trend: bool, customers: int = 2_500
) -> pd.DataFrame:
    """A ledger of `days` days in the columns of TRANSACTIONS.

    Customers order at a rate of their own (gamma, a gap of half a horizon on average) until they drop out
    (after .7 of the days on average); a third is there from the first day. season: the rate of all swings
    between half and double, its peak drawn; trend: it halves or doubles over four years. Months differ by
    NOISE besides."""
    rng = np.random.default_rng(seed)
    day = np.arange(days)
    busy = np.repeat(rng.normal(0, NOISE, days // 30 + 1), 30)[:days]
    if season:
        busy = busy + 0.7 * np.cos(2 * np.pi * (day - rng.uniform(0, 365)) / 365.25)
    if trend:
        busy = busy + rng.choice([-1, 1]) * np.log(2) * day / (4 * 365)
    joined = np.where(rng.random(customers) < 1 / 3, 0, rng.integers(0, days, customers))
    rate = rng.gamma(1.5, 1 / (1.5 * 0.5 * horizon), customers)
    left = joined + rng.exponential(0.7 * days, customers)
    chance = 1 - np.exp(-rate[:, None] * np.exp(busy)[None, :])
    orders = (rng.random((customers, days)) < chance) & (day >= joined[:, None]) & (day < left[:, None])
    orders[np.arange(customers), joined] = True
    number, at = np.nonzero(orders)
    lines = pd.DataFrame(
        {
            "customer_id": [f"C{n:05d}" for n in number],
            "order_id": [f"O{n}-{d}" for n, d in zip(number, at, strict=True)],
            "ts": START + pd.to_timedelta(at * 86400 + rng.integers(8 * 3600, 20 * 3600, len(at)), unit="s"),
            "amount": np.round(rng.gamma(4.0, 6.0, len(at)) + 1, 2),
            "product": None,
            "category": None,
            "quantity": np.nan,
            "discount": np.nan,
            "is_return": False,
            "upload_sha256": "0" * 64,
        }
    )
    return conform(TRANSACTIONS.name, lines).to_pandas()
