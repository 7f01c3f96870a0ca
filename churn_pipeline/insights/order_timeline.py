"""How many purchases each customer has made before given instants, past and simulated, and what a shop looks
like by those counts."""

from dataclasses import dataclass

import numpy as np

MEASURES = ("active_customers", "lost_customers", "churn_rate", "revenue")
DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Calendar:
    """The instants that a forecast from an origin looks at, in days relative to the origin (day 0), all whole
    days.

    month_ends: shape (months,). edges: sorted and unique: the origin, the month ends, and one and two
        horizons before each."""

    horizon: int
    month_ends: np.ndarray
    edges: np.ndarray

    @property
    def future(self) -> np.ndarray:
        return self.edges[self.edges > 0]

    @property
    def past(self) -> np.ndarray:
        return self.edges[self.edges <= 0]


def month_end(month: int) -> int:
    """Days from the origin to the end of the given month ahead."""
    return round(month * DAYS_PER_MONTH)


def calendar(horizon: int, months: int) -> Calendar:
    """The calendar of a forecast over some months."""
    ends = np.array([month_end(month) for month in range(1, months + 1)])
    edges = np.unique(np.concatenate([[0, -horizon], ends, ends - horizon, ends - 2 * horizon]))
    return Calendar(horizon, ends, edges)


def counts_before(customer: np.ndarray, day: np.ndarray, customers: int, edges: np.ndarray) -> np.ndarray:
    """Purchases of each customer before each edge (int64, shape (customers, edges)).

    customer: index of the customer of each purchase; day: its time in days relative to the origin (both of
        shape (purchases,))."""
    bucket = np.searchsorted(edges, day, side="right")
    counts = np.bincount(customer * (len(edges) + 1) + bucket, minlength=customers * (len(edges) + 1))
    return counts.reshape(customers, len(edges) + 1)[:, :-1].cumsum(axis=1)


def measure(before: np.ndarray, when: Calendar, min_orders: int) -> np.ndarray:
    """Active customers, lost customers and churn rate at each month's end (float64, shape (3, months); a rate
    of nobody is NaN).

    before: purchases of each customer before each edge of the calendar, as `counts_before` gives them.
    """

    def at(days: np.ndarray | int) -> np.ndarray:
        return before[:, np.searchsorted(when.edges, days)]

    ends, horizon = when.month_ends, when.horizon
    active_now = at(0) > at(-horizon)
    active = at(ends) > at(ends - horizon)
    eligible = (at(ends - horizon) > at(ends - 2 * horizon)) & (at(ends - horizon) >= min_orders)
    population = eligible.sum(axis=0).astype(float)
    churned = (eligible & ~active).sum(axis=0)
    rate = np.divide(churned, population, out=np.full(len(ends), np.nan), where=population > 0)
    return np.stack([active.sum(axis=0), (active_now[:, None] & ~active).sum(axis=0), rate])
