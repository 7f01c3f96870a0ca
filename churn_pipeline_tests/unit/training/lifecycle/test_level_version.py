"""What matures after a training makes the champion a new version, whose level alone differs."""

from dataclasses import replace

import mlflow
import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.training.level.model_level import at_date
from churn_pipeline.training.lifecycle.level_version import follow_outcomes
from churn_pipeline.training.lifecycle.pruning import outdated
from churn_pipeline.training.lifecycle.registry import (
    champion_version,
    current_champion,
    init_mlflow,
    load_version,
    promote,
    register_model,
    registry_client,
    shop_experiment,
    trained_version,
)
from churn_pipeline.training.models.churn_model import churn_probability
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run
from churn_pipeline_tests.builders.small_shop import CONFIG, HORIZON, fitted_model, small_shop

AS_OF = pd.Timestamp("2025-08-01")


@pytest.fixture
def run(tmp_path):
    """A shop whose champion was trained on two cutoffs long ago; its features are of a date a year later."""
    data = TableVersion("run", "data")
    write_table(tmp_path, "transactions", simulated_ledger(customers=350), data)
    features = small_shop().now.assign(as_of=AS_OF)
    write_table(tmp_path, "customer_features", features, data)
    run = shop_run(tmp_path, CONFIG, HORIZON)
    init_mlflow(run.settings)
    own = {"cutoffs": ["2024-05-01", "2024-07-01"], "horizon": HORIZON, "as_of": "2024-07-01"}
    model = replace(fitted_model("logistic_regression"), metadata=own)
    experiment = shop_experiment(run.settings, run.shop)
    source = registry_client(run.settings).create_run(experiment)
    registry_client(run.settings).set_terminated(source.info.run_id)
    version = register_model(run.settings, run.shop, model, source.info.run_id, list(features))
    promote(run.settings, run.shop, version, "the first")
    return run


def test_a_new_version_with_what_has_matured(run):
    client = registry_client(run.settings)
    trained = client.get_model_version(f"churn_{run.shop}", "1")
    ended = client.get_run(trained.run_id).info.end_time
    assert follow_outcomes(run) == "2" == champion_version(run.settings, run.shop)
    model, version = current_champion(run)
    assert version == "2" and model.calibrator.level != 0.0
    assert len(model.metadata["level_renewed_by"]) == 6 and model.metadata["earlier_versions"] == ["1"]
    rows = run.store.read("customer_features")
    served = mlflow.pyfunc.load_model(f"models:/churn_{run.shop}@champion").predict(rows)
    np.testing.assert_allclose(served, churn_probability(model, rows), atol=1e-9, rtol=0)
    former = load_version(run.settings, run.shop, "1")
    assert at_date(former, AS_OF).calibrator == former.calibrator
    assert replace(model.calibrator, level=former.calibrator.level) == former.calibrator
    new = client.get_model_version(f"churn_{run.shop}", "2")
    assert "Version 1 with its level renewed" in new.description and new.run_id == trained.run_id
    assert client.get_run(trained.run_id).info.end_time == ended, "the training is over since then"


def test_once_and_no_more_until_something_else_matures(run):
    follow_outcomes(run)
    assert follow_outcomes(run) is None
    assert trained_version(run.settings, run.shop, "2") == trained_version(run.settings, run.shop, "1") == "1"


def test_a_level_that_scores_no_more_is_cleaned_up(run):
    follow_outcomes(run)
    assert outdated(run.settings, run.shop, 24, 24, set()).versions == [], "the champion stays"
    promote(run.settings, run.shop, "1", "by hand")
    assert outdated(run.settings, run.shop, 24, 24, set()).versions == ["2"]
    assert follow_outcomes(run) == "3", "the level of a version that was brought back is renewed anew"
