"""Measures of parts of the rows, and the picture of what was called and what happened."""

import numpy as np
import pandas as pd

from churn_pipeline.training.evaluation.measures_over_time import measures_by, outcomes_picture


def test_each_cutoff_by_itself():
    cutoff = pd.Series(pd.to_datetime(["2024-01-01"] * 4 + ["2024-02-01"] * 2))
    y, p = np.array([0, 1, 0, 1, 1, 1]), np.array([0.1, 0.9, 0.6, 0.4, 0.5, 0.5])
    found = measures_by(cutoff, y, p)
    assert found["churn_rate"].tolist() == [0.5, 1.0] and found["expected_rate"].tolist() == [0.5, 0.5]
    assert found["roc_auc"].iloc[0] == 0.75 and np.isnan(found["roc_auc"].iloc[1]), "one class has no AUC"
    np.testing.assert_allclose(found["log_loss"].iloc[1], np.log(2))
    picture = outcomes_picture("a kind", y, p, 0.5, found)
    assert picture.startswith(b"\x89PNG") and len(picture) < 40_000
    assert picture != outcomes_picture("a kind", y, p, 0.95, found)
