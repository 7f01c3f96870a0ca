"""Folds by customer, the same as scikit-learn's."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedGroupKFold

from churn_pipeline.training.data.splits import assign_folds, stratified_group_folds
from churn_pipeline_tests.builders.snapshots import simulated_snapshots


@pytest.mark.parametrize(
    ("customers", "folds", "rate", "seed"), [(7, 5, 0.5, 1), (300, 5, 0.1, 42), (90, 3, 0.6, 7)]
)
def test_the_folds_are_scikit_learns(customers, folds, rate, seed):
    rng = np.random.default_rng(seed)
    owner = np.concatenate([np.arange(customers), rng.integers(0, customers, 6 * customers)])
    y = (rng.random(len(owner)) < rate).astype(np.int8)
    ours = stratified_group_folds(y, owner, folds, seed)[owner]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(splitter.split(owner, y, owner)):
        np.testing.assert_array_equal(np.flatnonzero(ours == fold), held_out)


def test_a_later_outcome_moves_nobody():
    rows = simulated_snapshots(150, 4)
    before = assign_folds(rows, 5, 42)
    rows.loc[rows["split"] == "test", "churned"] = 1 - rows.loc[rows["split"] == "test", "churned"]
    np.testing.assert_array_equal(assign_folds(rows, 5, 42), before)
    alone = rows[rows["split"] == "train"]
    np.testing.assert_array_equal(assign_folds(alone, 5, 42), before[alone.index])
