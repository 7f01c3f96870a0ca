"""A new champion against the standing one's recipe: who scores, and that what is shown describes whoever scores."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

from churn_pipeline.errors import BadInput, ChurnError, NotFound
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import TableVersion, read_json, write_json, write_table
from churn_pipeline.training import shop_models
from churn_pipeline.training.baselines import save_baselines
from churn_pipeline.training.candidates import save_candidate
from churn_pipeline.training.champion import refit_champion
from churn_pipeline.training.comparison import compare_models
from churn_pipeline.training.model_list import model_list, models_in_words
from churn_pipeline.training.promotion import Standing, judge_promotion
from churn_pipeline.training.registry import (
    CHALLENGER,
    alias_version,
    champion_version,
    init_mlflow,
    load_champion,
    registry_client,
    shop_experiment,
)
from churn_pipeline.training.rollback import follow_registry, promote_version
from churn_pipeline.training.shop_models import judge_saved, refit_and_register
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
    model = refit_champion(comparison.calibrated[kind], snapshots, snapshots.iloc[:0].drop(columns="split"), now, SHOP, settings)
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


@pytest.fixture(scope="module")
def registry(settings):
    """Settings whose MLflow database is there; shops of different names do not meet in it."""
    init_mlflow(settings)
    return settings


@pytest.fixture
def trained_shop(registry, snapshots, now, candidates, baselines, request):
    """(shop, folder) with candidates, baselines and tables as a run leaves them before the models are compared."""
    shop = ShopConfig(name=request.node.name.replace("[", "_").strip("]")[:60])
    folder = registry.shops_dir / shop.name
    folder.mkdir(parents=True)
    for candidate in candidates:
        save_candidate(folder, candidate)
    save_baselines(folder, baselines)
    write_table(folder, "training_snapshots", snapshots, TableVersion("r", "v1"))
    write_table(folder, "embargoed_snapshots", snapshots.iloc[:0].drop(columns="split"), TableVersion("r", "v1"))
    write_table(folder, "customer_features", now, TableVersion("r", "v1"))
    return shop, folder


def _train(trained_shop, settings, snapshots):
    shop, folder = trained_shop
    judged = judge_saved(folder, snapshots, shop, settings, HORIZON)
    promotion = judged.promotion.to_document()
    run_id = str(registry_client(settings).create_run(shop_experiment(settings, shop.name)).info.run_id)
    write_json(folder / "model_comparison.json", judged.shown.document | {"promotion": promotion, "mlflow_run_id": run_id})
    document = refit_and_register(folder, shop, settings, HORIZON)
    write_json(folder / "champion.json", document)
    return judged, document


@pytest.fixture
def choosing(monkeypatch, candidates, baselines):
    """Makes the comparison choose a given kind."""

    def choose(kind):
        monkeypatch.setattr(shop_models, "compare_saved", lambda *a: compare_models(candidates, baselines, *a[1:], champion=kind))

    return choose


def test_the_standing_champion_scores_and_is_shown_until_it_is_beaten(trained_shop, registry, snapshots, losses, choosing):
    name = trained_shop[0].name
    best, worst = min(losses, key=losses.get), max(losses, key=losses.get)
    choosing(best)
    _, first = _train(trained_shop, registry, snapshots)
    choosing(worst)
    judged, second = _train(trained_shop, registry, snapshots)
    assert (first["version"], first["kind"]) == (second["version"], second["kind"]) == ("1", best)
    assert second["challenger"]["version"] == alias_version(registry, name, CHALLENGER) == "2"
    assert [e["event"] for e in second["history"]] == ["promoted", "kept"]
    assert second["history"][1]["old"]["log_loss"] < second["history"][1]["new"]["log_loss"]
    shown = judged.shown
    assert shown.document["champion_model"] == best
    pd.testing.assert_series_equal(shown.test_predictions["p_champion"], shown.test_predictions[f"p_{best}"], check_names=False)
    assert [m["model"] for m in shown.document["model_performance"] if m["is_champion"]] == [best]
    choosing(best)
    _, third = _train(trained_shop, registry, snapshots)
    assert third["version"] == champion_version(registry, name) == "3" and third["replaced"] == "1"
    assert alias_version(registry, name, CHALLENGER) is None
    model, _ = load_champion(registry, name)
    assert model.metadata["horizon"] == HORIZON and model.metadata["snapshots_version"] == "v1" and model.metadata["libraries"]


def test_another_horizon_leaves_nothing_to_compare_with(trained_shop, registry, snapshots):
    _train(trained_shop, registry, snapshots)
    judged = judge_saved(trained_shop[1], snapshots, trained_shop[0], registry, HORIZON + 15)
    assert judged.promotion.promote and f"horizon of {HORIZON} days, not {HORIZON + 15}" in judged.promotion.reason


def test_one_flipped_bit_is_refused_and_does_not_stop_training(trained_shop, registry, snapshots):
    name = trained_shop[0].name
    _train(trained_shop, registry, snapshots)
    for path in (registry.home / "mlruns" / "artifacts" / f"churn_{name}").rglob("estimator.skops"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    with pytest.raises(ChurnError, match="not the file that was saved"):
        load_champion(registry, name)
    with pytest.raises(BadInput, match=r"Version 1 .* cannot be promoted"):
        promote_version(trained_shop[1], registry, "1", HORIZON, "by hand")
    judged, document = _train(trained_shop, registry, snapshots)
    assert judged.promotion.promote and "could not be loaded" in judged.promotion.reason
    assert document["version"] == "2"


def test_a_rollback_is_noted_and_followed_by_the_documents(trained_shop, registry, snapshots, losses, choosing):
    shop, folder = trained_shop
    best, worst = min(losses, key=losses.get), max(losses, key=losses.get)
    choosing(worst)
    _train(trained_shop, registry, snapshots)
    choosing(best)
    _train(trained_shop, registry, snapshots)
    assert follow_registry(folder, shop, registry, HORIZON) is None
    with pytest.raises(NotFound, match="no model version '9'"):
        promote_version(folder, registry, "9", HORIZON, "")
    with pytest.raises(BadInput, match=r"is the champion of shop .* already"):
        promote_version(folder, registry, "2", HORIZON, "")
    with pytest.raises(BadInput, match=f"trained for a horizon of {HORIZON} days, not 60"):
        promote_version(folder, registry, "1", 60, "")
    promote_version(folder, registry, "1", HORIZON, "the newer one ran wild")
    shown = follow_registry(folder, shop, registry, HORIZON)
    assert shown.document["champion_model"] == worst
    pd.testing.assert_series_equal(shown.test_predictions["p_champion"], shown.test_predictions[f"p_{worst}"], check_names=False)
    document = read_json(folder / "champion.json")
    assert (document["version"], document["kind"], document["replaced"]) == ("1", worst, "2")
    assert document["history"][-1]["by"] == "hand" and document["reason"] == "the newer one ran wild"
    assert read_json(folder / "model_comparison.json")["champion_model"] == worst
    words = models_in_words(shop.name, model_list(registry, shop.name))
    assert "version 1 becomes champion, replacing 2: the newer one ran wild" in words
