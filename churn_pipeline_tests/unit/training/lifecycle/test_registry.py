"""The champion: saved without pickles, registered, loaded, refused when tampered with."""

import json
from pathlib import Path

import numpy as np
import pytest

from churn_pipeline.core.errors import ChurnError, NotFound
from churn_pipeline.shop.config import ALL_MODEL_KINDS, ShopConfig
from churn_pipeline.training.evaluation.comparison import compare_models
from churn_pipeline.training.lifecycle.champion import refit_champion
from churn_pipeline.training.lifecycle.registry import (
    CHALLENGER,
    alias_version,
    audit_trail,
    champion_version,
    init_mlflow,
    keep_champion,
    load_champion,
    promote,
    register_model,
    registry_client,
)
from churn_pipeline.training.lifecycle.tracking import log_comparison, log_explanation
from churn_pipeline.training.models.churn_model import (
    DOCUMENT_FILE,
    ESTIMATOR_FILE,
    churn_probability,
    load_model,
    log_odds,
    save_model,
)
from churn_pipeline_tests.builders.snapshots import HORIZON


@pytest.fixture(scope="module")
def comparison(candidates, baselines, snapshots, settings):
    return compare_models(candidates, baselines, snapshots, ShopConfig(name="shop"), settings, HORIZON)


@pytest.fixture(scope="module")
def now(snapshots):
    return (
        snapshots[snapshots["split"] == "test"]
        .rename(columns={"cutoff": "as_of"})
        .drop(columns=["split", "fold", "churned"])
    )


def champion_of(kind, comparison, snapshots, now, settings):
    embargoed = snapshots.iloc[:0].drop(columns="split")
    return refit_champion(
        comparison.calibrated[kind], snapshots, embargoed, now, ShopConfig(name="shop"), settings
    )


@pytest.mark.parametrize("kind", [*ALL_MODEL_KINDS, "blend"])
def test_a_saved_model_predicts_the_same(kind, comparison, snapshots, now, settings, tmp_path):
    model = champion_of(kind, comparison, snapshots, now, settings)
    save_model(model, tmp_path)
    loaded = load_model(tmp_path)
    np.testing.assert_allclose(churn_probability(loaded, now), churn_probability(model, now), atol=1e-9)
    ranks = np.argsort(log_odds(model, now), kind="stable")
    assert (np.diff(churn_probability(model, now)[ranks]) >= -1e-12).all()
    assert not list(tmp_path.glob("*.pkl"))


def test_a_changed_file_is_refused(comparison, snapshots, now, settings, tmp_path):
    save_model(champion_of("lightgbm", comparison, snapshots, now, settings), tmp_path)
    with (tmp_path / ESTIMATOR_FILE).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ChurnError, match="not the file"):
        load_model(tmp_path)


def test_registered_promoted_rolled_back_and_tampered(comparison, snapshots, now, settings):
    init_mlflow(settings)
    with pytest.raises(NotFound):
        load_champion(settings, "shop")
    run_id = log_comparison(settings, "shop", comparison, snapshots, {"pipeline_run": "r1"})
    model = champion_of(comparison.champion, comparison, snapshots, now, settings)
    first, second, third = (register_model(settings, "shop", model, run_id, list(now)) for _ in range(3))
    promote(settings, "shop", first, "first model")
    promote(settings, "shop", second, "better")
    assert champion_version(settings, "shop") == second
    keep_champion(settings, "shop", third, "not as good")
    assert champion_version(settings, "shop") == second
    assert alias_version(settings, "shop", CHALLENGER) == third
    promote(settings, "shop", first, "rollback")
    loaded, version = load_champion(settings, "shop")
    assert version == first
    np.testing.assert_allclose(churn_probability(loaded, now), churn_probability(model, now), atol=1e-9)
    trail = [
        (e["event"], e["version"], e.get("replaced"), e.get("challenger"), e["reason"])
        for e in audit_trail(settings, "shop")
    ]
    assert trail == [
        ("promoted", first, None, None, "first model"),
        ("promoted", second, first, None, "better"),
        ("kept", second, None, third, "not as good"),
        ("promoted", first, second, None, "rollback"),
    ]
    shown = registry_client(settings).get_registered_model("churn_shop").tags
    assert [tag for tag in shown if not tag.startswith("mlflow.")] == [], "people read the description"
    with pytest.raises(NotFound):
        promote(settings, "shop", "99", "no such")
    for path in Path(settings.home).rglob(DOCUMENT_FILE):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"threshold": 0.01}))
    with pytest.raises(ChurnError, match="changed"):
        load_champion(settings, "shop")


def test_runs_are_nested_with_parameters_measures_and_curves(comparison, snapshots, settings):
    init_mlflow(settings)
    parent = log_comparison(
        settings, "nested", comparison, snapshots, {"dagster_run_url": "http://d/runs/r2"}
    )
    client = registry_client(settings)
    experiment = client.get_experiment_by_name("churn_nested")
    runs = client.search_runs([experiment.experiment_id], f"tags.mlflow.parentRunId = '{parent}'")
    assert {r.info.run_name for r in runs} == {*ALL_MODEL_KINDS, "blend", "hiatus", "bg_nbd"}
    forest = next(r for r in runs if r.info.run_name == "random_forest")
    assert {"cv_roc_auc_mean", "cv_roc_auc_sd", "test_roc_auc"} <= set(forest.data.metrics)
    assert "max_depth" in forest.data.params
    assert "curves.png" in {a.path for a in client.list_artifacts(forest.info.run_id)}
    assert {"model_card.md", "comparison.json", "features.json", "curves.png"} <= {
        a.path for a in client.list_artifacts(parent)
    }
    run = client.get_run(parent)
    assert run.inputs.dataset_inputs[0].dataset.digest == run.data.tags["snapshots_sha"]
    assert "(http://d/runs/r2)\n\n# Churn model" in run.data.tags["mlflow.note.content"]
    trials = next(m for m in comparison.document["model_performance"] if m["model"] == "random_forest")[
        "trials"
    ]
    assert len(client.get_metric_history(forest.info.run_id, "trial_loss")) == len(trials)
    assert forest.data.tags["mlflow.note.content"].startswith("Random forest. On ")
    lasted = (forest.info.end_time - forest.info.start_time) / 1000
    assert lasted == pytest.approx(forest.data.metrics["seconds"], abs=0.01), "as long as its training"
    assert [i.dataset.name for i in forest.inputs.dataset_inputs] == ["training_snapshots"]
    cutoffs = client.get_metric_history(forest.info.run_id, "cutoff_churn_rate")
    assert [m.step for m in cutoffs] == list(range(comparison.document["training_cutoffs"]))
    expected = [*comparison.document["churn_rate_by_cutoff"].values()]
    assert [m.value for m in cutoffs] == pytest.approx(expected[: len(cutoffs)])
    assert len(client.get_metric_history(forest.info.run_id, "fold_roc_auc")) == settings.folds
    pictures = {a.path for a in client.list_artifacts(forest.info.run_id)}
    assert "confusion_and_rates.png" in pictures
    assert "one training" in experiment.tags["mlflow.note.content"]


def test_decisions_are_told_in_words(comparison, snapshots, now, settings):
    init_mlflow(settings)
    run_id = log_comparison(settings, "told", comparison, snapshots, {})
    model = champion_of(comparison.champion, comparison, snapshots, now, settings)
    first, second = (register_model(settings, "told", model, run_id, list(now)) for _ in range(2))
    figures = {"kind": "blend", "roc_auc": 0.75, "log_loss": 0.5}
    promote(settings, "told", first, "the first", {"cutoff": "2024-01-01", "new": figures, "old": None})
    more = {"cutoff": "2024-02-01", "new": figures, "old": {**figures, "log_loss": 0.4}}
    keep_champion(settings, "told", second, "not as good", more)
    client = registry_client(settings)
    table = client.get_registered_model("churn_told").description
    assert table.index("version 1 stays, version 2 is challenger") < table.index("version 1 becomes champion")
    version = client.get_model_version("churn_told", second)
    assert "Version 1 stays, version 2 is challenger**: not as good." in version.description
    assert "| this training | blend | 0.7500 | - | 0.5000 | - |" in version.description
    assert "trained anew | blend | 0.7500 | - | 0.4000 | - |" in version.description
    assert version.tags["decision"] == "version 1 stays, version 2 is challenger"


def test_pictures_of_an_explanation_stand_with_its_training(comparison, snapshots, now, settings):
    init_mlflow(settings)
    run_id = log_comparison(settings, "drawn", comparison, snapshots, {})
    model = champion_of(comparison.champion, comparison, snapshots, now, settings)
    version = register_model(settings, "drawn", model, run_id, list(now))
    log_explanation(settings, "drawn", version, {"summary": b"one"})
    log_explanation(settings, "drawn", version, {"summary": b"two", "importance": b"three"})
    client = registry_client(settings)
    found = {a.path for a in client.list_artifacts(run_id, "explanation")}
    assert found == {"explanation/summary.png", "explanation/importance.png"}
    kept = client.download_artifacts(run_id, "explanation/summary.png")
    assert Path(kept).read_bytes() == b"one", "that of the training"
