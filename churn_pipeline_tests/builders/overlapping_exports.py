"""Two exports of one shop that overlap by half a year, the second with one column more, or with orders that
changed in between."""

import numpy as np
import pandas as pd

FIRST_ENDS, SECOND_BEGINS = pd.Timestamp("2023-10-01"), pd.Timestamp("2023-04-01")
_ORDERS, _CHANGED = 5_409, 168
_TRUTH, _TRUTH_AFTER_CHANGES = 215_644.0, 205_615.0


def one_year_of_orders() -> pd.DataFrame:
    """5,409 orders worth 215,644, January 2023 to February 2024, one row each: customer, order, date, amount,
    category, state."""
    rng = np.random.default_rng(11)
    seconds = np.sort(rng.choice(400 * 86_400, _ORDERS, replace=False))
    frame = pd.DataFrame(
        {
            "customer": [f"C{n:04d}" for n in rng.integers(0, 480, _ORDERS)],
            "order": [f"{100_000 + n}" for n in range(_ORDERS)],
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(seconds, unit="s"),
            "amount": np.round(rng.gamma(4.0, 10.0, _ORDERS), 0) + 1,
            "category": [f"category {n}" for n in rng.integers(0, 6, _ORDERS)],
            "state": "completed",
        }
    )
    cancelled, halved, others = _changed_later(frame)
    gone = frame.amount[cancelled].sum() + frame.amount[halved].sum() / 2
    _spread(frame, cancelled, _TRUTH - _TRUTH_AFTER_CHANGES - gone)
    _spread(frame, others, _TRUTH - frame.amount.sum())
    return frame


def later_state(orders: pd.DataFrame) -> pd.DataFrame:
    """The same orders after 168 of the overlap were cancelled and 168 halved: 5,241 orders worth 205,615."""
    cancelled, halved, _ = _changed_later(orders)
    later = orders.copy()
    later.loc[cancelled, "state"] = "cancelled"
    later.loc[halved, "amount"] /= 2
    return later


def _changed_later(orders: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of the overlap that are cancelled later, rows that are halved, and all the others."""
    day = pd.Timedelta(days=1)
    overlap = orders.index[(orders.date > SECOND_BEGINS + day) & (orders.date < FIRST_ENDS - day)]
    chosen = np.random.default_rng(5).permutation(overlap)[: 2 * _CHANGED]
    return chosen[:_CHANGED], chosen[_CHANGED:], np.setdiff1d(orders.index, chosen)


def _spread(orders: pd.DataFrame, rows: np.ndarray, difference: float) -> None:
    """Adds the difference to the amounts of these rows, in shares of a hundredth."""
    shares = np.full(len(rows), np.trunc(100 * difference / len(rows)) / 100)
    shares[0] += difference - shares.sum()
    orders.loc[rows, "amount"] = np.round(orders.loc[rows, "amount"] + shares, 2)
