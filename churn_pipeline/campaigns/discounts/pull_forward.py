"""Whether an order on offer takes the place of a later one.

For each order: how many orders the same customer places in the days after it. A customer's orders on offer
are compared with the same customer's orders at full price, so that who likes offers does not matter. Whether
the difference is more than chance is asked of placebo dates: the offers are put on other orders of the same
customer by lot, again and again (a permutation test within customers; Fisher 1935, Good 2005)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
PLACEBOS = 200
MOST_ORDERS = 30_000
"""Of the orders looked at: those of as many customers, evenly chosen by the hash of their id."""
FEWEST_ORDERS = 100
"""Orders on offer, and orders at full price, of customers who have both."""


@dataclass(frozen=True)
class PullForward:
    """after_offer, after_full_price: orders in the `days` after an order, mean; difference: on offer less
    full price within customers; placebo_low, placebo_high: what 95 % of the placebo dates show; p_value:
    share of placebo differences as large (both sides)."""

    days: int
    orders_on_offer: int
    after_offer: float
    after_full_price: float
    difference: float
    placebo_low: float
    placebo_high: float
    p_value: float


def pull_forward(orders: pd.DataFrame, days: int, as_of: datetime, seed: int) -> PullForward | None:
    """The effect on the orders of the `days` after; None with too few orders.

    orders: of `offered_orders`, sorted by customer and time. Orders whose days after are not over at `as_of`
    are left out."""
    followed = orders.assign(after=orders_after(orders, days))
    followed = followed[followed["ordered_at"] <= as_of - timedelta(days=days)]
    share = followed.groupby("customer_id")["on_offer"].transform("mean")
    both = _some_customers(followed[(share > 0) & (share < 1)])
    offered = both["on_offer"].to_numpy()
    if min(offered.sum(), (~offered).sum()) < FEWEST_ORDERS:
        return None
    customer = pd.factorize(both["customer_id"])[0]
    y = both["after"].to_numpy(np.float64)
    inner = y - (np.bincount(customer, y) / np.bincount(customer))[customer]
    found = _difference(inner, offered, customer)
    rng = np.random.default_rng(seed)
    placebo = np.array(
        [_difference(inner, _by_lot(offered, customer, rng), customer) for _ in range(PLACEBOS)]
    )
    low, high = np.percentile(placebo, (2.5, 97.5))
    p = (1 + int((np.abs(placebo - placebo.mean()) >= abs(found - placebo.mean())).sum())) / (1 + PLACEBOS)
    base = float(y[~offered].mean())
    return PullForward(days, int(offered.sum()), base + found, base, found, float(low), float(high), p)


def _some_customers(orders: pd.DataFrame) -> pd.DataFrame:
    """The orders of whole customers, MOST_ORDERS at most."""
    if len(orders) <= MOST_ORDERS:
        return orders
    place = pd.util.hash_array(orders["customer_id"].to_numpy(dtype=object))
    limit = np.quantile(place.astype(np.float64), MOST_ORDERS / len(orders))
    return orders[place.astype(np.float64) < limit]


def orders_after(orders: pd.DataFrame, days: int) -> npt.NDArray[np.int64]:
    """How many orders of the same customer come in the days after each, shape (orders,); orders: sorted by
    customer and time."""
    customer = pd.factorize(orders["customer_id"])[0].astype(np.int64)
    seconds = orders["ordered_at"].to_numpy("datetime64[s]").astype(np.int64)
    span = int(seconds.max() - seconds.min()) + days * 86_400 + 1
    place = customer * span + (seconds - seconds.min())  # one line of time, customers end to end
    until = np.searchsorted(place, place + days * 86_400, side="right")
    return np.asarray(until - np.searchsorted(place, place, side="right"), dtype=np.int64)


def _difference(inner: Floats, offered: npt.NDArray[np.bool_], customer: npt.NDArray[np.intp]) -> float:
    """On offer less full price within customers: least squares with an effect of each customer."""
    x = offered - (np.bincount(customer, offered) / np.bincount(customer))[customer]
    return float(x @ inner / (x @ x))


def _by_lot(
    offered: npt.NDArray[np.bool_], customer: npt.NDArray[np.intp], rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """As many offers of each customer on other orders of theirs; `customer` ascends."""
    shuffled = np.lexsort((rng.random(len(offered)), customer))
    return np.asarray(offered[shuffled])
