"""A home that was moved or copied: MLflow finds its artifacts, and writes the next ones, at the new place."""

import shutil

import mlflow
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.installation import initialise
from churn_pipeline.runtime.moved_home import follow_the_move
from churn_pipeline.training.lifecycle.registry import (
    init_mlflow,
    promote,
    register_model,
    registry_client,
    shop_experiment,
)
from churn_pipeline_tests.builders.small_shop import fitted_model, small_shop


@pytest.fixture
def old(tmp_path):
    """A home with a training and a registered model."""
    settings = Settings(home=tmp_path / "old home")
    settings.home.mkdir()
    init_mlflow(settings)
    client, experiment = registry_client(settings), shop_experiment(settings, "tea")
    run = client.create_run(experiment).info.run_id
    client.log_text(run, "what was found", "note.txt")
    model = fitted_model("logistic_regression")
    model.metadata["as_of"] = "2024-07-01"
    columns = list(small_shop().now)
    promote(settings, "tea", register_model(settings, "tea", model, run, columns), "the first")
    return settings


def test_a_copied_home_is_independent_of_the_old_place(old, tmp_path, caplog):
    shutil.copytree(old.home, tmp_path / "new")
    shutil.rmtree(old.home)
    settings = Settings(home=tmp_path / "new")
    initialise(settings)
    assert str(settings.home) in caplog.text and "before" in caplog.text
    mlflow.set_tracking_uri(settings.mlflow_tracking_uri)
    mlflow.set_registry_uri(settings.mlflow_tracking_uri)
    now = small_shop().now
    assert len(mlflow.pyfunc.load_model("models:/churn_tea@champion").predict(now)) == len(now)
    client, experiment = registry_client(settings), shop_experiment(settings, "tea")
    (run,) = client.search_runs([experiment])
    assert client.list_artifacts(run.info.run_id)[0].path == "note.txt"
    client.log_text(client.create_run(experiment).info.run_id, "new", "new.txt")
    assert not old.home.exists() and list(settings.home.rglob("new.txt"))
    caplog.clear()
    initialise(settings)
    assert not caplog.text, "said once"


def test_what_has_not_moved_stays(old, tmp_path):
    assert follow_the_move(old) is None
    elsewhere = Settings(home=tmp_path / "new", mlflow_tracking_uri=old.mlflow_tracking_uri)
    assert follow_the_move(elsewhere) is None, "another home that shares the database moves nothing"
