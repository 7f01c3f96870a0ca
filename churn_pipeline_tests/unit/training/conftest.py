"""A small shop's snapshots, drawn from a known model, and one trained candidate of each kind."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.settings import Settings
from churn_pipeline.shops import ALL_MODEL_KINDS
from churn_pipeline.training.baselines import Baselines, train_baselines
from churn_pipeline.training.candidates import Candidate, train_candidate
from churn_pipeline.training.splits import assign_folds

HORIZON = 30


def simulated_snapshots(customers: int = 250, cutoffs: int = 6, seed: int = 3, base: float = 0.0) -> pd.DataFrame:
    """Snapshots whose log-odds of churning are base + recency - orders effect; two uninformative features, one with nulls."""
    rng = np.random.default_rng(seed)
    frames = []
    for k in range(cutoffs):
        n = len(range(customers))
        recency, orders = rng.uniform(0, 30, n), rng.poisson(4, n) + 2
        line = base + 0.12 * (recency - 15) - 0.3 * (orders - 6)
        cutoff = pd.Timestamp("2024-03-01") + pd.Timedelta(days=15 * k) + pd.Timedelta(days=30 if k == cutoffs - 1 else 0)
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


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"), threads=1)


@pytest.fixture(scope="session")
def snapshots() -> pd.DataFrame:
    return simulated_snapshots()


@pytest.fixture(scope="session")
def candidates(snapshots: pd.DataFrame, settings: Settings) -> list[Candidate]:
    return [train_candidate(kind, snapshots, settings, "quick", 1) for kind in ALL_MODEL_KINDS]


@pytest.fixture(scope="session")
def baselines(snapshots: pd.DataFrame, settings: Settings) -> Baselines:
    return train_baselines(snapshots, settings)
