"""Return models are registered with a champion's version, come and go with it; changed ones are refused."""

from pathlib import Path

import numpy as np
import pytest

from churn_pipeline.core.enums import Status
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import write_json
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.lifecycle.registry import (
    init_mlflow,
    promote,
    register_model,
    registry_client,
    shop_experiment,
    version_run,
)
from churn_pipeline.training.lifecycle.return_models import (
    NO_MODELS,
    current_return_models,
    register_return_models,
    store_return_models,
)
from churn_pipeline.training.returns.return_model import ReturnTraining, fit_return_model, return_probability
from churn_pipeline_tests.builders.small_shop import fitted_model, small_shop
from churn_pipeline_tests.unit.training.returns.test_return_training import made_up

FIGURES = {"p_return": {"roc_auc": 0.7, "log_loss": None}}
POPULATIONS = {
    "lapsed": {"method": "model", "reason": "enough", "test": FIGURES},
    "new": {"method": "bg_nbd", "reason": "too few", "test": FIGURES},
}


@pytest.fixture
def run(tmp_path: Path) -> ShopRun:
    settings = Settings(home=tmp_path, threads=1)
    init_mlflow(settings)
    (tmp_path / "shop").mkdir()
    return ShopRun(settings, ShopConfig(name="shop"), ShopStore(tmp_path / "shop"))


def trained(run: ShopRun, seed: int) -> str:
    """A version registered after a training of its own, with the return models of it."""
    training = registry_client(run.settings).create_run(shop_experiment(run.settings, "shop")).info.run_id
    write_json(run.store.folder / "model_comparison.json", {"mlflow_run_id": training})
    rows, _ = made_up(700, "train", seed)
    models = {Status.LAPSED: fit_return_model(rows, run.settings)}
    stored = store_return_models(run, ReturnTraining(models, rows.iloc[:0], POPULATIONS))
    write_json(run.store.folder / "return_models.json", stored)
    return register_model(
        run.settings, "shop", fitted_model("lightgbm"), training, list(small_shop().snapshots)
    )


def test_they_come_and_go_with_the_champions_version(run: ShopRun) -> None:
    rows, _ = made_up(50, "test", 1)
    said = {}
    for seed in (2, 3):
        version = trained(run, seed)
        register_return_models(run, version)
        promote(run.settings, "shop", version, "newer")
        found = current_return_models(run)
        assert found.version == version and dict(found.populations) == POPULATIONS
        said[version] = return_probability(found.models[Status.LAPSED], rows)
    assert list(found.models) == [Status.LAPSED]
    assert not np.allclose(said["1"], said["2"])
    promote(run.settings, "shop", "1", "rolled back")
    back = current_return_models(run)
    np.testing.assert_array_equal(return_probability(back.models[Status.LAPSED], rows), said["1"])
    figures = registry_client(run.settings).get_run(version_run(run.settings, "shop", "1")).data.metrics
    assert figures["return_lapsed_p_return_roc_auc"] == 0.7
    tags = registry_client(run.settings).get_model_version("churn_shop", "1").tags
    assert [name for name, value in tags.items() if "{" in value and not name.startswith("mlflow.")] == []


def test_a_champion_of_an_earlier_version_has_none_and_it_is_said(run: ShopRun) -> None:
    promote(run.settings, "shop", trained(run, 5), "first")
    found = current_return_models(run)
    assert not found.models
    assert found.populations["lapsed"] == {"method": "bg_nbd", "reason": NO_MODELS}


@pytest.mark.parametrize("changed", ["model.json", "estimator.skops"])
def test_changed_files_are_refused(run: ShopRun, tmp_path: Path, changed: str) -> None:
    version = trained(run, 4)
    register_return_models(run, version)
    promote(run.settings, "shop", version, "first")
    (path,) = (tmp_path / "mlruns").rglob(f"return_models/lapsed/{changed}")
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ChurnError, match="train the shop again"):
        current_return_models(run)


def test_models_of_another_training_are_not_taken_for_a_versions(run: ShopRun) -> None:
    former = trained(run, 6)
    trained(run, 7)
    with pytest.raises(ChurnError, match="not of the training"):
        register_return_models(run, former)
