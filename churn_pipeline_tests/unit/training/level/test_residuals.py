"""Residuals say by how much the level was misjudged, and how surely."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.training.evaluation.metrics import logit, sigmoid
from churn_pipeline.training.level.residuals import best_shift, level_residuals


def customers(shift: float, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are `shift` too low in log-odds, and outcomes."""
    rng = np.random.default_rng(seed)
    line = rng.normal(-0.5, 1, n)
    return sigmoid(line), (rng.random(n) < sigmoid(line + shift)).astype(np.int8)


def test_the_best_shift_makes_the_mean_fit():
    p, y = customers(0.6, 3_000, 1)
    assert sigmoid(logit(p) + best_shift(p, y)).mean() == pytest.approx(y.mean(), abs=1e-9)
    assert best_shift(p, y) == pytest.approx(0.6, abs=0.1)


def test_a_row_a_cutoff_with_the_mean_of_all_entrants():
    parts = {day: customers(shift, 800, 2) for day, shift in (("2024-02-01", -0.3), ("2024-01-01", 0.4))}
    rows = pd.concat(
        [pd.DataFrame({"cutoff": pd.Timestamp(day), "churned": y}) for day, (_, y) in parts.items()],
        ignore_index=True,
    )
    p = np.concatenate([p for p, _ in parts.values()])
    lower = sigmoid(logit(p) - 0.2)
    alone, both = level_residuals({"a": p}, rows), level_residuals({"a": p, "b": lower}, rows)
    assert alone["cutoff"].is_monotonic_increasing and alone["customers"].tolist() == [800, 800]
    assert alone["residual"].tolist() == pytest.approx([0.4, -0.3], abs=0.2)
    assert (both["residual"] - alone["residual"]).tolist() == pytest.approx([0.1, 0.1], abs=1e-6)
    assert alone["churn_rate"].tolist() == [
        rows.loc[rows["cutoff"] == cutoff, "churned"].mean() for cutoff in alone["cutoff"]
    ]


def test_the_variance_is_that_of_chance():
    found = []
    for seed in range(200):
        p, y = customers(0.0, 400, seed)
        rows = pd.DataFrame({"cutoff": pd.Timestamp("2024-01-01"), "churned": y})
        found.append(level_residuals({"a": p}, rows).iloc[0])
    spread = np.var([row["residual"] for row in found])
    assert spread == pytest.approx(np.mean([row["variance"] for row in found]), rel=0.25)


def test_a_cutoff_at_which_all_churned_knows_next_to_nothing():
    p, _ = customers(0.0, 50, 3)
    rows = pd.DataFrame({"cutoff": pd.Timestamp("2024-01-01"), "churned": np.ones(50, np.int8)})
    assert level_residuals({"a": p}, rows)["variance"].iloc[0] > 50
