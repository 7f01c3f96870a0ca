"""The minimum that Newton's method finds is the one that scikit-learn's solver comes near."""

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from churn_pipeline.training.models.squared_hinge import squared_hinge_weights


@pytest.mark.parametrize("C", [0.01, 0.3, 30.0])
@pytest.mark.parametrize("balanced", [False, True])
def test_weights_are_those_of_liblinear(C, balanced):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(600, 8)) * np.geomspace(0.01, 3, 8)
    y = (rng.random(600) < 1 / (1 + np.exp(2 - X[:, -1]))).astype(np.int8)
    weight = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean())) if balanced else np.ones(600)
    found, intercept = squared_hinge_weights(X, y, C * weight)
    other = LinearSVC(C=C, dual=False, tol=1e-10, max_iter=10_000).fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(found, other.coef_[0], atol=1e-5)
    assert intercept == pytest.approx(other.intercept_[0], abs=1e-5)


def test_one_outcome_alone_is_told_by_the_intercept():
    found, intercept = squared_hinge_weights(np.zeros((50, 3)), np.ones(50, np.int8), np.ones(50))
    assert np.abs(found).max() == 0 and intercept == pytest.approx(100 / 101)
