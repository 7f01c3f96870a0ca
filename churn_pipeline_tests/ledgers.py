"""Builders of small ledgers for tests."""

import numpy as np
import pandas as pd

from churn_pipeline.schemas import TRANSACTIONS
from churn_pipeline.storage import conform


def simulated_ledger(customers: int = 300, days: int = 365, seed: int = 1, start: str = "2024-01-01") -> pd.DataFrame:
    """A ledger of customers who order at their own exponential pace until they drop out; a few returns, products, discounts."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(customers):
        first, gap = rng.uniform(0, days * 0.6), rng.gamma(2.0, 12.0) + 3
        lifetime = rng.exponential(days * 0.6)
        times = first + np.concatenate([[0.0], np.cumsum(rng.exponential(gap, 200))])
        times = times[(times < days) & (times <= first + lifetime)]
        amounts = np.round(rng.gamma(4.0, 5.0 + number % 7, len(times)) + 1, 2)
        product = rng.integers(0, 12, len(times))
        frames.append(
            pd.DataFrame(
                {
                    "customer_id": f"C{number:04d}",
                    "order_id": [f"O{number}-{k}" for k in range(len(times))],
                    "ts": pd.Timestamp(start) + pd.to_timedelta(np.round(times * 86400), unit="s"),
                    "amount": amounts,
                    "product": [f"product {p}" for p in product],
                    "category": [f"category {p % 4}" for p in product],
                    "quantity": rng.integers(1, 4, len(times)).astype(float),
                    "discount": np.where(rng.random(len(times)) < 0.2, np.round(amounts * 0.1, 2), 0.0),
                    "is_return": False,
                    "upload_sha256": "0" * 64,
                }
            )
        )
    ledger = pd.concat(frames, ignore_index=True)
    returned = ledger.sample(frac=0.03, random_state=seed).assign(
        amount=lambda d: -d.amount, quantity=lambda d: -d.quantity, is_return=True, ts=lambda d: d.ts + pd.Timedelta(days=2)
    )
    ledger = pd.concat([ledger, returned[returned.ts < pd.Timestamp(start) + pd.Timedelta(days=days)]], ignore_index=True)
    return conform(TRANSACTIONS.name, ledger.sort_values(["customer_id", "ts", "order_id"], ignore_index=True)).to_pandas()
