"""A new champion against the standing one's recipe: who scores, and that what is shown describes whoever
scores."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

from churn_pipeline.core.errors import BadInput, ChurnError, NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, read_json, write_json, write_table
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.evaluation.comparison import compare_models
from churn_pipeline.training.lifecycle import champion_choice as shop_models
from churn_pipeline.training.lifecycle.champion import refit_champion
from churn_pipeline.training.lifecycle.champion_choice import judge_saved, refit_and_register
from churn_pipeline.training.lifecycle.champion_in_use import champion_in_use
from churn_pipeline.training.lifecycle.model_list import model_list, models_in_words
from churn_pipeline.training.lifecycle.promotion import Standing, judge_promotion, retrained_recipe
from churn_pipeline.training.lifecycle.registry import (
    CHALLENGER,
    alias_version,
    champion_version,
    init_mlflow,
    load_champion,
    registry_client,
    shop_experiment,
)
from churn_pipeline.training.lifecycle.return_models import store_return_models
from churn_pipeline.training.lifecycle.rollback import promote_version
from churn_pipeline.training.returns.return_model import ReturnTraining
from churn_pipeline.training.search.baselines import save_baselines
from churn_pipeline.training.search.candidates import save_candidate
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run
from churn_pipeline_tests.builders.snapshots import HORIZON

SHOP = ShopConfig(name="promoted")


@pytest.fixture(scope="module")
def now(snapshots):
    return (
        snapshots[snapshots["split"] == "test"]
        .rename(columns={"cutoff": "as_of"})
        .drop(columns=["split", "fold", "churned"])
    )


@pytest.fixture(scope="module")
def comparison(candidates, baselines, snapshots, settings):
    return compare_models(candidates, baselines, snapshots, SHOP, settings, HORIZON)


@pytest.fixture(scope="module")
def losses(comparison):
    return {m["model"]: m["log_loss"] for m in comparison.document["model_performance"]}


def standing_model(kind, comparison, snapshots, now, settings, **changed):
    model = refit_champion(
        comparison.calibrated[kind], snapshots, snapshots.iloc[:0].drop(columns="split"), now, SHOP, settings
    )
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


def test_a_standing_blend_is_trained_anew_member_by_member(comparison, snapshots, now, settings):
    model = standing_model("blend", comparison, snapshots, now, settings)
    assert [m["kind"] for m in model.metadata["members"]] == model.params["members"]
    same = retrained_recipe(model, comparison, snapshots, settings)
    np.testing.assert_array_equal(same.test, comparison.calibrated["blend"].candidate.test)
    kept = next(recipe for recipe in model.metadata["members"] if recipe["kind"] != "bg_nbd")
    fewer = [
        {**kept, "features": ["average_order_value"]},
        {"kind": "bg_nbd", "params": {}, "features": ["bg_nbd_churn_probability"]},
    ]
    members = [recipe["kind"] for recipe in fewer]
    changed = replace(model, params={**model.params, "members": members}, metadata={"members": fewer})
    promotion, other = judge_promotion(
        replace(comparison, champion="blend"), Standing("1", changed), snapshots, settings, HORIZON
    )
    assert promotion.old["kind"] == promotion.new["kind"] == "blend" and "same recipe" not in promotion.reason
    assert [member.kind for member in other.members] == members
    assert other.members[0].features == ["average_order_value"]


def test_a_recipe_with_other_features_is_trained_anew_under_the_embargo(comparison, snapshots, now, settings):
    model = standing_model("logistic_regression", comparison, snapshots, now, settings)
    fewer = replace(model, features=["average_order_value"])
    promotion, retrained = judge_promotion(comparison, Standing("1", fewer), snapshots, settings, HORIZON)
    assert promotion.promote and retrained.features == ["average_order_value"]
    test = snapshots[snapshots["split"] == "test"]
    assert (
        promotion.old["log_loss"]
        > log_loss(test["churned"], np.full(len(test), test["churned"].mean())) - 0.02
    )
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
    """(shop, folder) with candidates, baselines and tables as a run leaves them before the models are
    compared."""
    shop = ShopConfig(name=request.node.name.replace("[", "_").strip("]")[:60])
    folder = registry.shops_dir / shop.name
    folder.mkdir(parents=True)
    for candidate in candidates:
        save_candidate(ShopStore(folder), candidate)
    save_baselines(ShopStore(folder), baselines)
    write_table(folder, "transactions", simulated_ledger(customers=5), TableVersion("r", "v1"))
    write_table(folder, "training_snapshots", snapshots, TableVersion("r", "v1"))
    write_table(
        folder, "embargoed_snapshots", snapshots.iloc[:0].drop(columns="split"), TableVersion("r", "v1")
    )
    write_table(folder, "customer_features", now, TableVersion("r", "v1"))
    return shop, folder


def _train(trained_shop, settings, snapshots):
    shop, folder = trained_shop
    run = shop_run(folder, shop, HORIZON, settings)
    judged = judge_saved(run, snapshots)
    promotion = judged.promotion.to_document()
    run_id = str(registry_client(settings).create_run(shop_experiment(settings, shop.name)).info.run_id)
    write_json(
        folder / "model_comparison.json",
        judged.shown.document | {"promotion": promotion, "mlflow_run_id": run_id},
    )
    write_table(folder, "model_comparison", judged.shown.test_predictions, TableVersion("r", "v1"))
    told = {"method": "bg_nbd", "reason": "Too few.", "test": {}}
    populations = dict.fromkeys(("lapsed", "new"), told)
    no_models = ReturnTraining({}, snapshots.iloc[:0], populations)
    write_json(folder / "return_models.json", store_return_models(run, no_models))
    return judged, refit_and_register(run)


@pytest.fixture
def choosing(monkeypatch, candidates, baselines):
    """Makes the comparison choose a given kind."""

    def choose(kind):
        def chosen(run, snapshots):
            return compare_models(
                candidates, baselines, snapshots, run.config, run.settings, run.horizon, champion=kind
            )

        monkeypatch.setattr(shop_models, "compare_saved", chosen)

    return choose


def test_the_standing_champion_scores_and_is_shown_until_it_is_beaten(
    trained_shop, registry, snapshots, losses, choosing
):
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
    pd.testing.assert_series_equal(
        shown.test_predictions["p_champion"], shown.test_predictions[f"p_{best}"], check_names=False
    )
    assert [m["model"] for m in shown.document["model_performance"] if m["is_champion"]] == [best]
    choosing(best)
    _, third = _train(trained_shop, registry, snapshots)
    assert third["version"] == champion_version(registry, name) == "3" and third["replaced"] == "1"
    assert alias_version(registry, name, CHALLENGER) is None
    model, _ = load_champion(registry, name)
    assert (
        model.metadata["horizon"] == HORIZON
        and model.metadata["snapshots_version"] == "v1"
        and model.metadata["libraries"]
    )


def test_another_horizon_leaves_nothing_to_compare_with(trained_shop, registry, snapshots):
    _train(trained_shop, registry, snapshots)
    judged = judge_saved(shop_run(trained_shop[1], trained_shop[0], HORIZON + 15, registry), snapshots)
    assert (
        judged.promotion.promote
        and f"horizon of {HORIZON} days, not {HORIZON + 15}" in judged.promotion.reason
    )


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
        promote_version(shop_run(trained_shop[1], trained_shop[0], HORIZON, registry), "1", "by hand")
    judged, document = _train(trained_shop, registry, snapshots)
    assert judged.promotion.promote and "could not be loaded" in judged.promotion.reason
    assert document["version"] == "2"


def _shown(trained_shop, settings):
    """The champion in use, its documents and predictions written as the asset writes them."""
    run = shop_run(trained_shop[1], trained_shop[0], HORIZON, settings)
    in_use = champion_in_use(run)
    if in_use.comparison is not None:
        run.store.write_document("comparison_in_use", in_use.comparison)
        run.store.write("test_predictions", in_use.predictions, "r")
    run.store.write_document("champion", in_use.document)
    return in_use


def test_a_training_is_shown_as_it_was_compared_and_only_once(
    trained_shop, registry, snapshots, losses, choosing
):
    best, worst = min(losses, key=losses.get), max(losses, key=losses.get)
    for kind, version in ((best, "1"), (worst, "1"), (best, "3")):  # promoted, kept out, promoted
        choosing(kind)
        judged, document = _train(trained_shop, registry, snapshots)
        in_use = _shown(trained_shop, registry)
        assert in_use.document == document and document["version"] == version
        assert in_use.comparison == read_json(trained_shop[1] / "model_comparison.json")
        pd.testing.assert_frame_equal(
            in_use.predictions, judged.shown.test_predictions, check_like=True, check_dtype=False
        )
        again = _shown(trained_shop, registry)
        assert (again.document, again.comparison, again.predictions) == (document, None, None)


def test_the_challenger_of_a_training_that_was_never_published_is_not_shown(
    trained_shop, registry, snapshots, losses, choosing
):
    choosing(min(losses, key=losses.get))
    _train(trained_shop, registry, snapshots)
    published = (trained_shop[1] / "model_comparison.json").read_bytes()
    choosing(max(losses, key=losses.get))
    _, document = _train(trained_shop, registry, snapshots)
    assert "challenger" in document
    (trained_shop[1] / "model_comparison.json").write_bytes(published)
    assert "challenger" not in _shown(trained_shop, registry).document


def test_a_rollback_is_noted_and_what_is_shown_follows_it(
    trained_shop, registry, snapshots, losses, choosing
):
    shop, folder = trained_shop
    best, worst = min(losses, key=losses.get), max(losses, key=losses.get)
    choosing(worst)
    _train(trained_shop, registry, snapshots)
    choosing(best)
    _train(trained_shop, registry, snapshots)
    run = shop_run(folder, shop, HORIZON, registry)
    _shown(trained_shop, registry)
    with pytest.raises(NotFound, match="no model version '9'"):
        promote_version(run, "9", "")
    with pytest.raises(BadInput, match=r"is the champion of shop .* already"):
        promote_version(run, "2", "")
    with pytest.raises(BadInput, match=f"trained for a horizon of {HORIZON} days, not 60"):
        promote_version(shop_run(folder, shop, 60, registry), "1", "")
    run = shop_run(folder, shop, HORIZON, registry)
    compared = (folder / "model_comparison.json").read_bytes()
    promote_version(run, "1", "the newer one ran wild")
    shown = _shown(trained_shop, registry)
    pd.testing.assert_series_equal(
        shown.predictions["p_champion"], shown.predictions[f"p_{worst}"], check_names=False
    )
    document = read_json(folder / "champion.json")
    assert (document["version"], document["kind"], document["replaced"]) == ("1", worst, "2")
    assert document["history"][-1]["by"] == "hand" and document["reason"] == "the newer one ran wild"
    assert read_json(folder / "comparison_in_use.json")["champion_model"] == worst
    assert (folder / "model_comparison.json").read_bytes() == compared and read_json(
        folder / "model_comparison.json"
    )["champion"] == best
    assert _shown(trained_shop, registry).comparison is None
    promote_version(run, "2", "it was the data")
    assert _shown(trained_shop, registry).comparison == read_json(folder / "model_comparison.json")
    words = models_in_words(shop.name, model_list(registry, shop.name))
    assert "version 1 becomes champion, replacing 2: the newer one ran wild" in words
