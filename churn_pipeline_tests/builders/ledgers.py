"""Builders of small ledgers for tests."""

from functools import cache

import numpy as np
import pandas as pd

from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import TRANSACTIONS


def simulated_ledger(
    customers: int = 300, days: int = 365, seed: int = 1, start: str = "2024-01-01"
) -> pd.DataFrame:
    """A ledger of customers who order at their own exponential pace until they drop out; a few returns,
    products, discounts."""
    return _simulated(customers, days, seed, start).copy()


@cache
def _simulated(customers: int, days: int, seed: int, start: str) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sales = [_sales_of(number, days, rng) for number in range(customers)]
    column = {name: np.concatenate([one[name] for one in sales]) for name in sales[0]}
    ledger = pd.DataFrame(
        {
            "customer_id": [f"C{number:04d}" for number in column["customer"]],
            "order_id": [
                f"O{number}-{k}" for number, k in zip(column["customer"], column["order"], strict=True)
            ],
            "ts": pd.Timestamp(start) + pd.to_timedelta(np.round(column["day"] * 86400), unit="s"),
            "amount": column["amount"],
            "product": [f"product {p}" for p in column["product"]],
            "category": [f"category {p % 4}" for p in column["product"]],
            "quantity": column["quantity"],
            "discount": np.where(column["discounted"], np.round(column["amount"] * 0.1, 2), 0.0),
            "is_return": False,
            "upload_sha256": "0" * 64,
        }
    )
    returned = ledger.sample(frac=0.03, random_state=seed).assign(
        amount=lambda d: -d.amount,
        quantity=lambda d: -d.quantity,
        is_return=True,
        ts=lambda d: d.ts + pd.Timedelta(days=2),
    )
    ledger = pd.concat(
        [ledger, returned[returned.ts < pd.Timestamp(start) + pd.Timedelta(days=days)]], ignore_index=True
    )
    return conform(
        TRANSACTIONS.name, ledger.sort_values(["customer_id", "ts", "order_id"], ignore_index=True)
    ).to_pandas()


def _sales_of(number: int, days: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One customer's orders of one line each; day: days since the start."""
    first, gap = rng.uniform(0, days * 0.6), rng.gamma(2.0, 12.0) + 3
    lifetime = rng.exponential(days * 0.6)
    times = first + np.concatenate([[0.0], np.cumsum(rng.exponential(gap, 200))])
    times = times[(times < days) & (times <= first + lifetime)]
    n = len(times)
    return {
        "customer": np.full(n, number),
        "order": np.arange(n),
        "day": times,
        "amount": np.round(rng.gamma(4.0, 5.0 + number % 7, n) + 1, 2),
        "product": rng.integers(0, 12, n),
        "quantity": rng.integers(1, 4, n).astype(float),
        "discounted": rng.random(n) < 0.2,
    }
