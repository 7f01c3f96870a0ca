"""A small shop's snapshots, drawn from a known model."""

import numpy as np
import pandas as pd

from churn_pipeline.training.data.splits import assign_folds

HORIZON = 30


def simulated_snapshots(
    customers: int = 250, cutoffs: int = 6, seed: int = 3, base: float = 0.0
) -> pd.DataFrame:
    """Snapshots whose log-odds of churning are base + recency - orders effect; two uninformative features,
    one with nulls."""
    rng = np.random.default_rng(seed)
    frames = []
    for k in range(cutoffs):
        n = len(range(customers))
        recency, orders = rng.uniform(0, 30, n), rng.poisson(4, n) + 2
        line = base + 0.12 * (recency - 15) - 0.3 * (orders - 6)
        cutoff = (
            pd.Timestamp("2024-03-01")
            + pd.Timedelta(days=15 * k)
            + pd.Timedelta(days=30 if k == cutoffs - 1 else 0)
        )
        frames.append(
            pd.DataFrame(
                {
                    "customer_id": [f"Kündin-{i}" for i in range(n)],
                    "cutoff": cutoff,
                    "split": "test" if k == cutoffs - 1 else "train",
                    "days_since_last_purchase": recency,
                    "total_purchase_count": orders.astype(float),
                    "average_order_value": rng.gamma(4, 10, n),
                    "sometimes_null": np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)),
                    "bg_nbd_churn_probability": 1 / (1 + np.exp(-(line + rng.normal(0, 0.7, n)))),
                    "churned": (rng.random(n) < 1 / (1 + np.exp(-line))).astype(np.int8),
                }
            )
        )
    rows = pd.concat(frames, ignore_index=True)
    rows.insert(3, "fold", assign_folds(rows, 5, 42))
    return rows
