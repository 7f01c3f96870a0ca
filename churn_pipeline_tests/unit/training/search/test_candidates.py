"""Candidates: folds by customer, no look at the test's outcomes, the same result every time, small and odd
shops."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.shop.config import ALL_MODEL_KINDS, ShopConfig
from churn_pipeline.training.evaluation.comparison import compare_models
from churn_pipeline.training.models import device
from churn_pipeline.training.search import race as cross_validation
from churn_pipeline.training.search.baselines import train_baselines
from churn_pipeline.training.search.candidates import (
    load_candidate,
    save_candidate,
    train_candidate,
    usable_features,
)
from churn_pipeline_tests.builders.snapshots import HORIZON, simulated_snapshots


def test_every_customer_keeps_one_of_five_folds(snapshots):
    assert snapshots.groupby("customer_id")["fold"].nunique().max() == 1
    assert set(snapshots["fold"]) == set(range(5))


def test_all_kinds_find_the_signal(candidates, snapshots):
    y = snapshots.loc[snapshots["split"] == "train", "churned"]
    for candidate in candidates:
        assert roc_auc_score(y, candidate.out_of_fold) > 0.72, candidate.kind
        assert np.isfinite(candidate.test).all() and np.isfinite(candidate.test_unseen).all()


@pytest.mark.parametrize("kind", ALL_MODEL_KINDS)
def test_the_same_data_give_the_same_predictions_at_any_number_of_threads(
    kind, candidates, snapshots, settings
):
    again = train_candidate(kind, snapshots, settings, "quick", 2)
    first = next(c for c in candidates if c.kind == kind)
    np.testing.assert_allclose(again.test, first.test, atol=1e-5)
    np.testing.assert_allclose(again.out_of_fold, first.out_of_fold, atol=1e-5)


def test_features_chosen_once_for_all_kinds_are_those_that_a_kind_chooses(candidates, snapshots, settings):
    alone = next(c for c in candidates if c.kind == "svm")
    together = train_candidate("svm", snapshots, settings, "quick", 1, None, usable_features(snapshots))
    assert (together.features, together.dropped) == (alone.features, alone.dropped)
    np.testing.assert_array_equal(together.test, alone.test)


def test_scrambled_test_labels_change_no_prediction(candidates, baselines, snapshots, settings):
    scrambled = snapshots.copy()
    tested = scrambled["split"] == "test"
    scrambled.loc[tested, "churned"] = 1 - scrambled.loc[tested, "churned"]
    again = [train_candidate(kind, scrambled, settings, "quick", 1) for kind in ALL_MODEL_KINDS]
    shop = ShopConfig(name="shop")
    before = compare_models(candidates, baselines, snapshots, shop, settings, HORIZON)
    after = compare_models(again, train_baselines(scrambled, settings), scrambled, shop, settings, HORIZON)
    pd.testing.assert_frame_equal(
        before.test_predictions.drop(columns="churned"), after.test_predictions.drop(columns="churned")
    )
    assert before.champion == after.champion


def test_a_saved_candidate_comes_back(candidates, tmp_path):
    save_candidate(ShopStore(tmp_path), candidates[0], "run")
    loaded = load_candidate(ShopStore(tmp_path), candidates[0].kind)
    np.testing.assert_array_equal(loaded.out_of_fold, candidates[0].out_of_fold)
    assert loaded.params == candidates[0].params and loaded.features == candidates[0].features


@pytest.mark.parametrize(("customers", "base"), [(60, 0.0), (200, 3.5), (200, -4.0)])
def test_small_and_one_sided_shops_end_in_finite_probabilities(customers, base, settings):
    rows = simulated_snapshots(customers, 4, base=base)
    trained = [train_candidate(kind, rows, settings, "standard", 1) for kind in ALL_MODEL_KINDS]
    compared = compare_models(
        trained, train_baselines(rows, settings), rows, ShopConfig(name="small"), settings, HORIZON
    )
    assert compared.test_predictions.filter(like="p_").notna().all(axis=None)
    assert compared.test_predictions["p_champion"].between(0, 1).all()


def test_row_caps_keep_the_newest_cutoffs(snapshots, settings, tmp_path):
    override = tmp_path / "spaces.yaml"
    override.write_text("random_forest: {rows: 200}\n")
    candidate = train_candidate(
        "random_forest", snapshots, Settings(home=tmp_path, search_spaces=override, threads=1), "quick", 1
    )
    assert candidate.facts["rows_of_a_fit"] == 200


def test_boosting_stops_early_without_changing_what_it_would_have_chosen(snapshots, settings, monkeypatch):
    stopped = train_candidate("lightgbm", snapshots, settings, "quick", 1)
    monkeypatch.setattr(cross_validation, "LOOK_AHEAD", 99)
    full = train_candidate("lightgbm", snapshots, settings, "quick", 1)
    assert stopped.params == full.params
    np.testing.assert_allclose(stopped.test, full.test, atol=1e-12)


def test_each_fold_chooses_its_strongest_features_and_the_others_are_named(snapshots, tmp_path):
    override = tmp_path / "spaces.yaml"
    override.write_text("lightgbm: {strongest: 3}\n")
    candidate = train_candidate(
        "lightgbm", snapshots, Settings(home=tmp_path, search_spaces=override, threads=1), "quick", 1
    )
    assert len(candidate.features) == 3
    assert {"days_since_last_purchase", "bg_nbd_churn_probability"} <= set(candidate.features)
    assert len(candidate.dropped) == 2 and all(
        "not among the 3 strongest" in why for why in candidate.dropped.values()
    )
    assert np.isfinite(candidate.out_of_fold).all()


def test_a_search_space_of_ones_own_is_searched(snapshots, tmp_path):
    override = tmp_path / "spaces.yaml"
    override.write_text("logistic_regression: {known_good: [{knots: 0, C: 0.7, penalty: l1}]}\n")
    settings = Settings(home=tmp_path, search_spaces=override, threads=1)
    assert train_candidate("logistic_regression", snapshots, settings, "standard", 1).params["C"] == 0.7
    override.write_text("logistic_regression: {trials: 7}\n")
    with pytest.raises(
        BadInput, match=r"spaces.yaml cannot be used as a search space of logistic_regression.*trials"
    ):
        train_candidate("logistic_regression", snapshots, settings, "quick", 1)


def test_cuda_without_a_device_trains_on_the_processor_and_says_so(
    snapshots, candidates, tmp_path, monkeypatch
):
    monkeypatch.setattr(device, "cuda_devices", lambda: 0)
    asked = train_candidate(
        "xgboost", snapshots, Settings(home=tmp_path, training_device="cuda", threads=1), "quick", 1
    )
    assert asked.facts["device"] == "cpu" and asked.facts["device_note"].startswith(
        "trained on the processor: CUDA was asked for"
    )
    np.testing.assert_array_equal(asked.test, next(c for c in candidates if c.kind == "xgboost").test)
    monkeypatch.setattr(device, "cuda_devices", lambda: 1)
    monkeypatch.setattr(device.xgboost, "build_info", lambda: {"USE_CUDA": True})
    assert device.training_device(Settings(home=tmp_path, training_device="cuda")).name == "cuda"


@pytest.mark.parametrize("kind", ["logistic_regression", "lightgbm", "svm"])
def test_level_snapshots_are_scored_by_the_fold_model_that_never_saw_the_customer(
    kind, snapshots, settings, tmp_path
):
    """Rows of the training given as older ones get their own out-of-fold log-odds; nothing else changes."""
    train = snapshots[snapshots["split"] == "train"].reset_index(drop=True)
    some = train.index[::7]
    alone = train_candidate(kind, snapshots, settings, "quick", 1)
    older = train.loc[some].drop(columns="split")
    found = train_candidate(kind, snapshots, settings, "quick", 1, older)
    np.testing.assert_allclose(found.level, found.out_of_fold[some], atol=1e-6)
    for name in ("out_of_fold", "test", "test_unseen"):
        np.testing.assert_allclose(getattr(found, name), getattr(alone, name), atol=1e-6)
    save_candidate(ShopStore(tmp_path), found)
    np.testing.assert_array_equal(load_candidate(ShopStore(tmp_path), kind).level, found.level)


def test_a_thorough_search_races_what_the_first_half_taught(snapshots, settings):
    found = train_candidate("logistic_regression", snapshots, settings, "thorough", 1)
    assert len(found.trials) == 40
    first, later = found.trials[:20], found.trials[20:]
    assert np.mean([t["loss"] for t in later]) < np.mean([t["loss"] for t in first[3:]])
    whole = [t["loss"] for t in found.trials if not t["left_the_race"]]
    assert 1 <= len(whole) <= 4
