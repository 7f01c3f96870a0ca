"""What a fit learns from where one outcome is rare."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from churn_pipeline.training.models.model_kinds import FEW_ROWS, fit_model, model_log_odds, new_model


class Remembering(ClassifierMixin, BaseEstimator):
    """Keeps the rows that it was given."""

    def fit(self, Z, y, sample_weight=None):
        self.Z_, self.y_, self.weight_ = Z, y, sample_weight
        return self


def test_undersampling_keeps_the_rare_and_draws_as_many_of_the_others():
    rng = np.random.default_rng(3)
    y = (rng.random(1_000) < 0.1).astype(np.int8)
    Z = np.arange(1_000, dtype=np.float32)[:, None]
    seen = fit_model(Remembering(), Z, y, "undersampling", seed=1)
    assert (seen.y_ == 1).sum() == (seen.y_ == 0).sum() == y.sum() and seen.weight_ is None
    assert set(Z[y == 1, 0]) <= set(seen.Z_[:, 0]) and len(set(seen.Z_[:, 0])) == len(seen.Z_)
    again = fit_model(Remembering(), Z, y, "undersampling", seed=1)
    np.testing.assert_array_equal(seen.Z_, again.Z_)


def test_where_nobody_is_of_the_rare_outcome_all_rows_stay():
    Z, y = np.zeros((9, 1), np.float32), np.ones(9, np.int8)
    assert len(fit_model(Remembering(), Z, y, "undersampling", seed=1).y_) == 9


@pytest.mark.parametrize("rows", [1, FEW_ROWS, FEW_ROWS + 1])
def test_a_forest_says_the_same_of_few_rows_and_of_many(rows):
    rng = np.random.default_rng(5)
    Z = rng.normal(size=(2_000, 4)).astype(np.float32)
    y = (rng.random(2_000) < 1 / (1 + np.exp(-Z[:, 0]))).astype(np.int8)
    params = {"n_estimators": 20, "max_depth": 6, "min_samples_leaf": 20}
    forest = fit_model(new_model("random_forest", params, 1, 2), Z, y, "none", 1)
    share = forest.predict_proba(Z[:rows])[:, 1]
    np.testing.assert_allclose(model_log_odds(forest, Z[:rows]), np.log(share / (1 - share)), atol=1e-12)


@pytest.mark.parametrize("imbalance", ["none", "weights", "undersampling"])
def test_kernel_machines_that_share_landmarks_are_those_that_find_their_own(imbalance):
    rng = np.random.default_rng(6)
    Z = rng.normal(size=(400, 3)).astype(np.float32)
    y = (rng.random(400) < 0.2 + 0.5 * (Z[:, 0] > 0)).astype(np.int8)
    shared: dict[int, np.ndarray] = {}
    for C in (0.1, 1.0):
        params = {"C": C, "gamma": 0.3, "components": 20}
        alone = fit_model(new_model("svm", params, 1, 1), Z, y, imbalance, 1)
        together = fit_model(new_model("svm", params, 1, 1), Z, y, imbalance, 1, shared)
        np.testing.assert_array_equal(together.decision_function(Z), alone.decision_function(Z))
    assert list(shared) == ([] if imbalance == "undersampling" else [20])


def test_a_forest_with_weights_lets_the_rare_outcome_weigh_as_much_as_the_other():
    rng = np.random.default_rng(7)
    Z = rng.normal(size=(4_000, 3)).astype(np.float32)
    rate = np.where(Z[:, 0] > 0, 0.15, 0.05)
    y = (rng.random(4_000) < rate).astype(np.int8)
    params = {"n_estimators": 30, "max_depth": 3, "min_samples_leaf": 50}
    p = fit_model(new_model("random_forest", params, 1, 1), Z, y, "weights", 1).predict_proba(Z)[:, 1]
    weight = np.where(y == 1, 1 / y.sum(), 1 / (1 - y).sum())
    assert np.average(p, weights=weight) == pytest.approx(0.5, abs=0.02)
    assert p[Z[:, 0] > 0].mean() > 0.55 > 0.45 > p[Z[:, 0] <= 0].mean()
