"""Seconds to explain and to give reasons, for every kind of champion, on synthetic customers.

    python benchmarks/explain.py --customers 15000 --features 40

Models are fitted with the first parameters that training tries, on at most as many rows as training allows.
`first_s` is a call for few rows, which includes numba's compilation where NUMBA_CACHE_DIR is empty. `gap` is
the largest difference between the contributions' sum and the model's own output before rounding is evened
out."""

import argparse
import json
import time

import numpy as np
import pandas as pd

from churn_pipeline.explain.contributions import explain
from churn_pipeline.explain.reasons import reasons_for_all
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.shop.config import MODEL_KINDS
from churn_pipeline.training.evaluation.calibration import Calibrator
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline.training.models.model_kinds import STAGED_KINDS
from churn_pipeline.training.search.race import FitPlan, Rows, fit_pipeline
from churn_pipeline.training.search.search_spaces import load_search_space

TRAINING_ROWS = 60_000
SAMPLE = 50


def synthetic(rows: int, features: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Skewed, correlated features (some missing) and an outcome that depends on a few of them."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(rows, 4))
    values = shared @ rng.normal(size=(4, features)) * 0.5 + rng.normal(size=(rows, features))
    churned = (
        values[:, 0] - values[:, 1] + 0.5 * values[:, 2] ** 2 + 2 * rng.logistic(size=rows) > 1.5
    ).astype(np.int8)
    values = np.exp(values)
    values[:, -3:][rng.random((rows, 3)) < 0.2] = np.nan
    return pd.DataFrame(values, columns=[f.name for f in CATALOGUE[:features]]), churned


def fitted(kind: str, X: pd.DataFrame, y: np.ndarray) -> ChurnModel:
    """A model of the kind with its first known good parameters."""
    space = load_search_space(kind, None)
    params = {
        "imbalance": "none",
        **({"n_estimators": space.stages[-1]} if kind in STAGED_KINDS else {}),
        **space.known_good[0],
    }
    keys = pd.DataFrame(
        {"customer_id": [f"c{i}" for i in range(len(y))], "cutoff": pd.Timestamp("2024-01-01")}
    )
    rows = Rows(X, y, np.zeros(len(y), np.int8), keys)
    estimator = fit_pipeline(rows, np.arange(len(y)), params, FitPlan(kind, 42, -1, space.rows))
    return ChurnModel(kind, list(X.columns), estimator, Calibrator("platt", 1.1, 0.1), 0.5, params)


def measured(kind: str, customers: int, features: int) -> dict[str, object]:
    """Seconds of a small first call, of the whole, of the reasons."""
    X, y = synthetic(TRAINING_ROWS, features, 1)
    now, _ = synthetic(customers, features, 2)
    model = fitted(kind, X, y)
    times = [time.perf_counter()]
    explain(model, now.head(SAMPLE), X)
    times.append(time.perf_counter())
    explanation = explain(model, now, X)
    times.append(time.perf_counter())
    reasons_for_all(explanation, now)
    times.append(time.perf_counter())
    first, whole, reasons = np.round(np.diff(times), 2).tolist()
    return {"kind": kind, "customers": customers, "features": features, "first_s": first,
    "explain_s": whole, "reasons_s": reasons,
            "gap": float(f"{explanation.largest_gap:.1e}")}  # fmt: skip


def main() -> None:
    """One line of JSON per kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=15_000)
    parser.add_argument("--features", type=int, default=40)
    parser.add_argument("--kinds", nargs="+", default=list(MODEL_KINDS))
    arguments = parser.parse_args()
    for kind in arguments.kinds:
        print(json.dumps(measured(kind, arguments.customers, arguments.features)), flush=True)


if __name__ == "__main__":
    main()
