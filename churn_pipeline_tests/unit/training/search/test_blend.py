"""The blend: one scale, who leaves, what it predicts, and that the fitted one predicts the same."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.shop.config import MODEL_KINDS, ShopConfig
from churn_pipeline.training.evaluation.comparison import compare_models
from churn_pipeline.training.evaluation.metrics import sigmoid
from churn_pipeline.training.models.blended_model import bg_nbd_log_odds
from churn_pipeline.training.search.blend import (
    BLEND,
    blend_candidate,
    mean_log_odds,
    members_that_help,
    on_one_scale,
    with_blend,
)
from churn_pipeline_tests.builders.snapshots import HORIZON


@pytest.fixture(scope="module")
def train(snapshots):
    return snapshots[snapshots["split"] == "train"].reset_index(drop=True)


@pytest.fixture(scope="module")
def blend(candidates, snapshots):
    return blend_candidate(candidates, snapshots)


def test_members_are_averaged_on_their_lines():
    members = {"a": np.array([0.0, 1.0]), "b": np.array([2.0, -2.0])}
    np.testing.assert_allclose(mean_log_odds(members, {"a": (2.0, 1.0), "b": (0.5, 0.0)}), [1.0, 1.0])


def test_one_scale_undoes_what_a_member_did_to_its_log_odds(train):
    y, fold = train["churned"].to_numpy(np.int8), train["fold"].to_numpy()
    line = bg_nbd_log_odds(train)
    np.testing.assert_allclose(on_one_scale(3 * line - 2, y, fold), on_one_scale(line, y, fold), atol=1e-6)
    assert log_loss(y, sigmoid(on_one_scale(3 * line - 2, y, fold))) < log_loss(y, sigmoid(3 * line - 2))


def test_the_rows_of_a_fold_have_no_part_in_their_own_line(train):
    y, fold = train["churned"].to_numpy(np.int8), train["fold"].to_numpy()
    flipped = np.where(fold == 2, 1 - y, y).astype(np.int8)
    line = bg_nbd_log_odds(train)
    own, after = on_one_scale(line, y, fold), on_one_scale(line, flipped, fold)
    np.testing.assert_allclose(after[fold == 2], own[fold == 2], atol=1e-9)
    assert np.abs(after - own)[fold != 2].max() > 0.01


def test_a_member_that_says_nothing_leaves_and_those_that_help_stay(train):
    y = train["churned"].to_numpy(np.int8)
    rng = np.random.default_rng(2)
    signal = bg_nbd_log_odds(train)
    members = {
        "a": signal,
        "b": signal + rng.normal(0, 0.3, len(y)),
        "astray": -3 * signal + rng.normal(0, 2, len(y)),
    }
    staying, left = members_that_help(members, train)
    assert set(staying) == {"a", "b"} and set(left) == {"astray"}
    assert left["astray"].mean < -left["astray"].error
    assert set(members_that_help({"a": signal, "astray": members["astray"]}, train)[0]) == {"a", "astray"}


def test_only_the_kinds_that_count_and_bg_nbd_take_part(blend):
    assert set(blend.params["members"]) <= {*MODEL_KINDS, "bg_nbd"}
    assert [member.kind for member in blend.members] == blend.params["members"]
    assert "bg_nbd_churn_probability" in blend.features


def test_the_test_rows_outcomes_are_not_read(candidates, snapshots, blend):
    changed = snapshots.assign(
        churned=np.where(snapshots["split"] == "test", 1 - snapshots["churned"], snapshots["churned"])
    )
    again = blend_candidate(candidates, changed)
    np.testing.assert_array_equal(again.test, blend.test)
    np.testing.assert_array_equal(again.out_of_fold, blend.out_of_fold)


def test_given_members_stay_whatever_they_say(candidates, snapshots):
    asked = ["lightgbm", "bg_nbd"]
    assert blend_candidate(candidates, snapshots, members=asked).params["members"] == asked


def test_a_blend_is_not_blended_again_and_needs_a_kind_that_counts(candidates, snapshots, blend):
    assert [c.kind for c in with_blend([*candidates, blend], snapshots)].count(BLEND) == 1
    alone = [c for c in candidates if c.kind == "decision_tree"]
    assert with_blend(alone, snapshots) == alone


def test_the_shop_can_switch_it_off(candidates, baselines, snapshots, settings):
    on, off = (
        compare_models(
            candidates, baselines, snapshots, ShopConfig(name="shop", blend=blend), settings, HORIZON
        )
        for blend in (True, False)
    )
    assert BLEND in on.calibrated and "p_blend" in on.test_predictions
    assert BLEND not in off.calibrated and "p_blend" not in off.test_predictions
    entry = next(m for m in on.document["model_performance"] if m["model"] == BLEND)
    assert set(entry["members"]) == set(entry["params"]["members"])


def test_candidates_of_other_snapshots_are_refused(candidates, baselines, snapshots, settings):
    with pytest.raises(ChurnError, match="trained on other snapshots"):
        compare_models(candidates, baselines, snapshots.iloc[5:], ShopConfig(name="shop"), settings, HORIZON)
