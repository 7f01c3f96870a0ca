"""The classifier of drift is what it says: a small balanced tree, judged out of fold."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from churn_pipeline.monitoring.drift.distributions import CLASSIFIER_ROWS, FOLDS, told_apart


def plainly(reference: np.ndarray, current: np.ndarray, seed: int) -> float:
    """The same by scikit-learn's own means, with all of its checks."""
    x, y = np.concatenate([reference, current])[:, None], np.repeat([0, 1], [len(reference), len(current)])
    tree = DecisionTreeClassifier(
        max_depth=3, min_samples_leaf=max(5, len(x) // 100), class_weight="balanced", random_state=seed
    )
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return float(roc_auc_score(y, cross_val_predict(tree, x, y, cv=folds, method="predict_proba")[:, 1]))


@pytest.mark.parametrize("seed", range(8))
def test_it_is_the_out_of_fold_auc_of_a_balanced_tree(seed):
    rng = np.random.default_rng(seed)
    reference, current = rng.gamma(2, 3, 300 + 90 * seed), rng.gamma(2, 3 + seed / 4, 700 - 60 * seed)
    if seed % 2:
        reference, current = np.round(reference), np.round(current)
    if seed % 3 == 0:
        reference[rng.random(len(reference)) < 0.2] = np.nan
        current[rng.random(len(current)) < 0.3] = np.nan
    assert told_apart(reference, current, seed) == pytest.approx(plainly(reference, current, seed), abs=1e-12)


def test_of_many_rows_a_sample_stands_for_them():
    rng = np.random.default_rng(5)
    reference, current = rng.normal(size=5_000), rng.normal(0.3, 1, size=3_000)
    draws = np.random.default_rng(7)
    sampled = [draws.choice(side, CLASSIFIER_ROWS, replace=False) for side in (reference, current)]
    assert told_apart(reference, current, 7) == pytest.approx(plainly(*sampled, 7), abs=1e-12)
