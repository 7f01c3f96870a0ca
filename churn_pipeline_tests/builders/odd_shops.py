"""Small and odd shops as raw files (customer, date, amount): each has to end in a sensible result or in one
clear sentence."""

from collections.abc import Callable

import numpy as np
import pandas as pd

START = pd.Timestamp("2024-01-01")


def _orders(
    customers: int, days: int, gap: float, lifetime: float, seed: int = 7, first_until: float = 0.6
) -> pd.DataFrame:
    """Customers who order at exponential gaps (mean `gap` days) until they drop out after an exponential time
    (mean `lifetime` days)."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(customers):
        first = rng.uniform(0, days * first_until)
        times = first + np.concatenate([[0.0], np.cumsum(rng.exponential(gap, int(4 * days / gap) + 5))])
        times = times[(times < days) & (times <= first + rng.exponential(lifetime))]
        frames.append(
            pd.DataFrame(
                {
                    "customer": f"c{number}",
                    "day": times,
                    "amount": np.round(rng.gamma(4.0, 8.0, len(times)) + 1, 2),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _written(orders: pd.DataFrame) -> pd.DataFrame:
    """The raw file: times to the minute, oldest first."""
    date = (START + pd.to_timedelta((orders["day"] * 1440).round(), unit="min")).dt.strftime("%Y-%m-%d %H:%M")
    return orders.assign(date=date)[["customer", "date", "amount"]].sort_values(
        "date", kind="stable", ignore_index=True
    )


def small() -> pd.DataFrame:
    """150 customers."""
    return _written(_orders(150, 400, 14, 250))


def one_class_cutoffs() -> pd.DataFrame:
    """In the first half everybody stays, so the oldest cutoffs have one outcome only."""
    faithful = _orders(300, 420, 5, 1e6, first_until=0.05)
    rng = np.random.default_rng(1)
    ends = dict(zip(faithful["customer"].unique(), 230 + rng.exponential(120, 300), strict=True))
    return _written(faithful[faithful["day"] <= faithful["customer"].map(ends)])


def constant_features() -> pd.DataFrame:
    """Every order is worth the same."""
    return _written(_orders(300, 400, 14, 200).assign(amount=10.0))


def nearly_all_churn() -> pd.DataFrame:
    """95 % of the eligible have no further order within the horizon."""
    return _written(_orders(2_500, 420, 60, 12, first_until=0.97))


def hardly_any_churn() -> pd.DataFrame:
    """2 % churn."""
    return _written(_orders(400, 400, 6, 1_500, first_until=0.3))


def one_order_each() -> pd.DataFrame:
    """Nobody ever came back: no customer is eligible."""
    orders = _orders(600, 400, 14, 200)
    return _written(orders.drop_duplicates("customer"))


def one_giant() -> pd.DataFrame:
    """One customer has half of all orders, worth a hundred times as much."""
    orders = _orders(250, 400, 14, 200)
    rng = np.random.default_rng(2)
    giant = pd.DataFrame(
        {"customer": "giant", "day": np.sort(rng.uniform(0, 400, len(orders))), "amount": 3_000.0}
    )
    return _written(pd.concat([orders, giant], ignore_index=True))


def one_weekday() -> pd.DataFrame:
    """A market that is open on Saturdays."""
    orders = _orders(300, 400, 14, 200)
    return _written(orders.assign(day=(orders["day"] // 7) * 7 + 5 + orders["day"] % 1 * 0.4))


ODD_SHOPS: dict[str, Callable[[], pd.DataFrame]] = {
    f.__name__: f
    for f in (
        small,
        one_class_cutoffs,
        constant_features,
        nearly_all_churn,
        hardly_any_churn,
        one_order_each,
        one_giant,
        one_weekday,
    )
}
