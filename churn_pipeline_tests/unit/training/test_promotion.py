"""A new champion against the standing one's recipe: who scores, and that what is shown describes whoever scores."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import TableVersion, write_json, write_table
from churn_pipeline.training import shop_models
from churn_pipeline.training.baselines import save_baselines
from churn_pipeline.training.candidates import save_candidate
from churn_pipeline.training.champion import refit_champion
from churn_pipeline.training.comparison import compare_models
from churn_pipeline.training.promotion import Standing, judge_promotion
from churn_pipeline.training.registry import CHALLENGER, alias_version, champion_version, init_mlflow, load_champion
from churn_pipeline.training.shop_models import judge_saved, refit_and_register
from churn_pipeline.training.tracking import log_comparison
from churn_pipeline_tests.unit.training.conftest import HORIZON

SHOP = ShopConfig(name="promoted")


@pytest.fixture(scope="module")
def now(snapshots):
    return snapshots[snapshots["split"] == "test"].rename(columns={"cutoff": "as_of"}).drop(columns=["split", "fold", "churned"])


@pytest.fixture(scope="module")
def comparison(candidates, baselines, snapshots, settings):
    return compare_models(candidates, baselines, snapshots, SHOP, settings, HORIZON)


@pytest.fixture(scope="module")
def losses(comparison):
    return {m["model"]: m["log_loss"] for m in comparison.document["model_performance"]}


def standing_model(kind, comparison, snapshots, now, settings, **changed):
    model = refit_champion(replace(comparison, champion=kind), snapshots, snapshots.iloc[:0].drop(columns="split"), now, SHOP, settings)
    return replace(model, **changed)


def test_the_first_model_and_the_same_recipe_are_promoted_without_a_fit(comparison, snapshots, now, settings):
    first, fitted = judge_promotion(comparison, None, snapshots, settings, HORIZON)
    assert first.promote and first.former is None and fitted is None
    same = standing_model(comparison.champion, comparison, snapshots, now, settings)
    again, fitted = judge_promotion(comparison, Standing("4", same), snapshots, settings, HORIZON)
    assert again.promote and again.former == "4" and fitted is None and "same recipe" in again.reason


def test_the_lower_loss_at_the_test_decides(comparison, losses, snapshots, now, settings):
    worst, best = max(losses, key=losses.get), min(losses, key=losses.get)
    standing = Standing("1", standing_model(best, comparison, snapshots, now, settings))
    kept, _ = judge_promotion(replace(comparison, champion=worst), standing, snapshots, settings, HORIZON)
    assert not kept.promote and kept.old["log_loss"] == pytest.approx(losses[best], abs=1e-9)
    standing = Standing("1", standing_model(worst, comparison, snapshots, now, settings))
    better, _ = judge_promotion(replace(comparison, champion=best), standing, snapshots, settings, HORIZON)
    assert better.promote and better.old["kind"] == worst


def test_a_recipe_with_other_features_is_trained_anew_under_the_embargo(comparison, snapshots, now, settings):
    model = standing_model("logistic_regression", comparison, snapshots, now, settings)
    fewer = replace(model, features=["average_order_value"])
    promotion, retrained = judge_promotion(comparison, Standing("1", fewer), snapshots, settings, HORIZON)
    assert promotion.promote and retrained.features == ["average_order_value"]
    test = snapshots[snapshots["split"] == "test"]
    assert promotion.old["log_loss"] > log_loss(test["churned"], np.full(len(test), test["churned"].mean())) - 0.02
    scrambled = snapshots.copy()
    scrambled.loc[test.index, "churned"] = 1 - scrambled.loc[test.index, "churned"]
    _, other = judge_promotion(comparison, Standing("1", fewer), scrambled, settings, HORIZON)
    np.testing.assert_array_equal(other.test, retrained.test)


def _home(tmp_path, settings, snapshots, now, candidates, baselines):
    """A home whose shop has candidates, baselines and tables as a run leaves them before the models are compared."""
    own = settings.model_copy(update={"home": tmp_path, "mlflow_tracking_uri": f"sqlite:///{tmp_path}/m.db"})
    own.mlflow_artifact_root = (tmp_path / "artifacts").as_uri()
    folder = tmp_path / "data" / "shops" / SHOP.name
    folder.mkdir(parents=True)
    init_mlflow(own)
    for candidate in candidates:
        save_candidate(folder, candidate)
    save_baselines(folder, baselines)
    write_table(folder, "training_snapshots", snapshots, TableVersion("r", "v1"))
    write_table(folder, "embargoed_snapshots", snapshots.iloc[:0].drop(columns="split"), TableVersion("r", "v1"))
    write_table(folder, "customer_features", now, TableVersion("r", "v1"))
    return own, folder


def _train(folder, own, snapshots):
    judged = judge_saved(folder, snapshots, SHOP, own, HORIZON)
    run_id = log_comparison(own, SHOP.name, judged.chosen, snapshots, {})
    document = judged.shown.document | {"promotion": judged.promotion.to_document(), "mlflow_run_id": run_id}
    write_json(folder / "model_comparison.json", document)
    return judged, refit_and_register(folder, SHOP, own, HORIZON)


def test_the_standing_champion_scores_and_is_shown_until_it_is_beaten(
    tmp_path, settings, snapshots, now, candidates, baselines, losses, monkeypatch
):
    own, folder = _home(tmp_path, settings, snapshots, now, candidates, baselines)
    ranked = sorted(losses, key=losses.get)
    best, worst = ranked[0], ranked[-1]

    def choosing(kind):
        monkeypatch.setattr(shop_models, "compare_saved", lambda *a: compare_models(candidates, baselines, *a[1:], champion=kind))

    choosing(best)
    _, first = _train(folder, own, snapshots)
    choosing(worst)
    judged, second = _train(folder, own, snapshots)
    assert (first["version"], first["kind"]) == (second["version"], second["kind"]) == ("1", best)
    assert second["challenger"]["version"] == alias_version(own, SHOP.name, CHALLENGER) == "2"
    assert [e["event"] for e in second["history"]] == ["promoted", "kept"]
    assert second["history"][1]["old"]["log_loss"] < second["history"][1]["new"]["log_loss"]
    shown = judged.shown
    assert shown.document["champion_model"] == best
    pd.testing.assert_series_equal(shown.test_predictions["p_champion"], shown.test_predictions[f"p_{best}"], check_names=False)
    assert [m["model"] for m in shown.document["model_performance"] if m["is_champion"]] == [best]
    choosing(best)
    _, third = _train(folder, own, snapshots)
    assert third["version"] == champion_version(own, SHOP.name) == "3" and third["replaced"] == "1"
    assert alias_version(own, SHOP.name, CHALLENGER) is None
    model, _ = load_champion(own, SHOP.name)
    assert model.metadata["horizon"] == HORIZON and model.metadata["snapshots_version"] == "v1" and model.metadata["libraries"]


def test_another_horizon_leaves_nothing_to_compare_with(tmp_path, settings, snapshots, now, candidates, baselines):
    own, folder = _home(tmp_path, settings, snapshots, now, candidates, baselines)
    _train(folder, own, snapshots)
    judged = judge_saved(folder, snapshots, SHOP, own, HORIZON + 15)
    assert judged.promotion.promote and f"horizon of {HORIZON} days, not {HORIZON + 15}" in judged.promotion.reason


def test_a_damaged_champion_does_not_stop_training(tmp_path, settings, snapshots, now, candidates, baselines):
    own, folder = _home(tmp_path, settings, snapshots, now, candidates, baselines)
    _train(folder, own, snapshots)
    for path in tmp_path.rglob("estimator.skops"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    judged, document = _train(folder, own, snapshots)
    assert judged.promotion.promote and "could not be loaded" in judged.promotion.reason
    assert document["version"] == "2"
