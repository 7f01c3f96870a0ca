"""Seconds of training by stage on simulated shops: python -m benchmarks.train 1000 15000"""

import argparse
import time

import numpy as np
import pandas as pd

from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.config import MODEL_KINDS, ShopConfig
from churn_pipeline.training.data.row_caps import capped_rows
from churn_pipeline.training.data.splits import assign_folds
from churn_pipeline.training.evaluation.comparison import compare_models
from churn_pipeline.training.lifecycle.champion import refit_champion
from churn_pipeline.training.search.baselines import train_baselines
from churn_pipeline.training.search.candidates import train_candidate

FEATURES = 40
HORIZON = 60


def simulated_snapshots(customers: int, cutoffs: int, seed: int = 42) -> pd.DataFrame:
    """Correlated features of `customers` at `cutoffs` training cutoffs and one test; a fifth churns."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(FEATURES, FEATURES)) / np.sqrt(FEATURES)
    base = rng.normal(size=(customers, FEATURES))
    frames = []
    for k in range(cutoffs + 1):
        X = np.exp(0.5 * (0.8 * base + 0.6 * rng.normal(size=base.shape)) @ mixing)
        line = np.log(X[:, 0]) * 1.2 - X[:, 1] * 0.6 - 1.2
        frame = pd.DataFrame(X, columns=[f"feature_{j}" for j in range(FEATURES)])
        frame["days_since_last_purchase"], frame["bg_nbd_churn_probability"] = (
            X[:, 0] * 10,
            1 / (1 + np.exp(-line - rng.normal(size=customers))),
        )
        frame["churned"] = (rng.random(customers) < 1 / (1 + np.exp(-line))).astype(np.int8)
        frame["customer_id"] = [f"c{i}" for i in range(customers)]
        frame["cutoff"] = pd.Timestamp("2024-01-01") + pd.Timedelta(
            days=15 * k + (HORIZON if k == cutoffs else 0)
        )
        frame["split"] = "test" if k == cutoffs else "train"
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def main() -> None:
    """Prints one line a stage and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=int, nargs="*", default=[1_000, 15_000])
    parser.add_argument("--cutoffs", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    settings = Settings(threads=arguments.threads)
    for customers in arguments.customers:
        rows = simulated_snapshots(customers, arguments.cutoffs)
        train = rows[rows["split"] == "train"].reset_index(drop=True)
        capped = train.iloc[capped_rows(train, settings.max_training_rows)]
        rows = pd.concat([capped, rows[rows["split"] == "test"]], ignore_index=True)
        rows["fold"] = assign_folds(rows, settings.folds, settings.seed)
        measure(rows, customers, settings)


def measure(rows: pd.DataFrame, customers: int, settings: Settings) -> None:
    """Trains, compares and refits, with the seconds of each."""
    shop, start = ShopConfig(name="benchmark"), time.perf_counter()
    candidates = []
    for kind in MODEL_KINDS:
        candidates.append(train_candidate(kind, rows, settings, "standard", settings.threads))
        print(f"{customers:>7,} customers  {kind:20s} {candidates[-1].seconds:7.1f} s")
    begun = time.perf_counter()
    compared = compare_models(candidates, train_baselines(rows, settings), rows, shop, settings, HORIZON)
    print(f"{customers:>7,} customers  {'comparison':20s} {time.perf_counter() - begun:7.1f} s")
    begun = time.perf_counter()
    now = rows[rows["split"] == "test"].rename(columns={"cutoff": "as_of"})
    refit_champion(
        compared.calibrated[compared.champion], rows, rows.iloc[:0].drop(columns="split"), now, shop, settings
    )
    print(f"{customers:>7,} customers  {'refit':20s} {time.perf_counter() - begun:7.1f} s")
    print(f"{customers:>7,} customers  {'all':20s} {time.perf_counter() - start:7.1f} s")


if __name__ == "__main__":
    main()
