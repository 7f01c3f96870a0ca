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
