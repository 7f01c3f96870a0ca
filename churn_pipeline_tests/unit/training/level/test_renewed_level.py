"""A model that is kept goes on learning its level from outcomes that become known, without being trained."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.store import TableVersion, write_json, write_table
from churn_pipeline.training.evaluation.metrics import logit
from churn_pipeline.training.level.model_level import at_date, model_level_at
from churn_pipeline.training.level.renewed_level import (
    matured_since,
    renewed_residuals,
    residuals_since,
)
from churn_pipeline.training.models.churn_model import churn_probability
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run
from churn_pipeline_tests.builders.small_shop import CONFIG, HORIZON, fitted_model, small_shop

TRAINED_ON = ["2024-05-01", "2024-07-01"]


@pytest.fixture
def run(tmp_path):
    write_table(tmp_path, "transactions", simulated_ledger(customers=350), TableVersion("run", "data"))
    return shop_run(tmp_path, CONFIG, HORIZON)


@pytest.fixture
def model():
    fitted = fitted_model("logistic_regression")
    return replace(
        fitted,
        calibrator=replace(fitted.calibrator, level=0.0),
        metadata={"cutoffs": TRAINED_ON, "horizon": HORIZON, "churn_rate": 0.4},
    )


def test_cutoffs_after_the_training_whose_outcome_is_known():
    end = datetime(2024, 12, 31)
    found = matured_since(TRAINED_ON, 45, end)
    assert found[0] > datetime(2024, 7, 1) and found[-1] + timedelta(days=45) <= end
    assert np.unique(np.diff(found)).tolist() == [timedelta(days=22)]
    assert len(matured_since(TRAINED_ON, 45, datetime(2027, 1, 1))) == 6  # the newest
    assert matured_since(TRAINED_ON, 45, datetime(2024, 8, 14)) == []


def test_the_models_own_residuals_are_taken_once(run, model):
    first = renewed_residuals(run, model, "3")
    assert [row["cutoff"] for row in first] == sorted(row["cutoff"] for row in first)
    assert len(first) == 6 and all(row["customers"] > 50 for row in first)
    snapshots = small_shop().snapshots  # of the same ledger, at other cutoffs: the same order of size
    p, y = churn_probability(model, snapshots).mean(), snapshots["churned"].mean()
    assert abs(np.mean([row["residual"] for row in first]) - (logit(y) - logit(p))) < 0.5
    write_json(run.store.folder / "level.json", {"version": "3", "since": first[:-1]})
    assert residuals_since(run.store, "3") == first[:-1] and residuals_since(run.store, "4") == []
    marked = [{**first[0], "residual": 9.0}, *first[1:-1]]
    write_json(run.store.folder / "level.json", {"version": "3", "since": marked})
    again = renewed_residuals(run, model, "3")
    assert again[0]["residual"] == 9.0 and again[-1] == first[-1]


def test_what_happened_since_moves_the_level_of_a_season_seen_before(model):
    """A year after the training everybody churns more than foreseen, and has for half a year."""
    dates = pd.date_range("2024-09-01", "2025-06-01", freq="22D")
    since = [
        {"cutoff": str(date.date()), "residual": 0.5 * (date > pd.Timestamp("2025-01-01")), "variance": 0.005}
        for date in dates
    ]
    as_of = pd.Timestamp("2025-09-01")
    assert model_level_at(model, as_of) is None
    renewed = model_level_at(model, as_of, since)
    assert renewed.shift > 0.1
    now = small_shop().now
    moved = logit(churn_probability(at_date(model, as_of, since), now)) - logit(churn_probability(model, now))
    np.testing.assert_allclose(moved, renewed.shift, atol=1e-6)
