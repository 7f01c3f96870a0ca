"""Measures, calibration, selection and the verdict."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, f1_score, log_loss, roc_auc_score

from churn_pipeline.training.evaluation.calibration import (
    calibrated,
    choose_calibration,
    fit_calibrator,
)
from churn_pipeline.training.evaluation.metrics import (
    all_metrics,
    best_f1_threshold,
    resampled_auc,
    resampled_average_precision,
    row_losses,
    sigmoid,
)
from churn_pipeline.training.evaluation.verdict import verdict


@pytest.fixture
def drawn():
    rng = np.random.default_rng(0)
    line = rng.normal(-0.5, 1.2, 4_000)
    return line, (rng.random(4_000) < sigmoid(line)).astype(np.int8)


def test_log_loss_is_scikit_learns(drawn):
    line, y = drawn
    assert row_losses(y, sigmoid(line)).mean() == pytest.approx(log_loss(y, sigmoid(line)))


def test_measures_of_all_rows_are_scikit_learns_with_ties(drawn):
    line, y = drawn
    p, rows = np.round(sigmoid(line), 2), np.arange(len(line))
    assert resampled_average_precision(y, p)(rows) == pytest.approx(average_precision_score(y, p))
    assert resampled_auc(y, p)(rows) == pytest.approx(roc_auc_score(y, p))


def test_a_calibrated_model_is_found_calibrated(drawn):
    line, y = drawn
    measured = all_metrics(y, sigmoid(line), 0.5)
    assert measured["ece"] < 0.03
    assert measured["calibration_slope"] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("method", ["platt", "isotonic"])
def test_calibration_repairs_overconfidence_and_keeps_ranks(drawn, method):
    line, y = drawn
    wrong = 3 * line + 1
    p = calibrated(fit_calibrator(method, wrong, y), wrong)
    assert row_losses(y, p).mean() < row_losses(y, sigmoid(wrong)).mean() - 0.1
    assert (np.diff(p[np.argsort(wrong)]) >= 0).all()


@pytest.mark.parametrize("method", ["none", "platt", "isotonic"])
def test_every_method_mends_the_mean(drawn, method):
    """Of a model with class weights every probability is too high."""
    line, y = drawn
    p = calibrated(fit_calibrator(method, line + 1.5, y), line + 1.5)
    assert p.mean() == pytest.approx(y.mean(), abs=1e-3)


def test_the_threshold_has_the_best_f1(drawn):
    line, y = drawn
    p = np.round(sigmoid(line), 2)
    threshold = best_f1_threshold(y, p)
    best = max(f1_score(y, p >= t) for t in np.unique(p))
    assert f1_score(y, p >= threshold) == pytest.approx(best)


def test_what_was_best_at_earlier_origins_is_chosen(drawn):
    line, y = drawn
    cutoff = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.repeat(np.arange(8) * 15, 500), unit="D")
    rows = pd.DataFrame({"cutoff": cutoff, "log_odds": 4 * line, "churned": y})
    stretched, true = choose_calibration(rows, 30), choose_calibration(rows.assign(log_odds=line), 30)
    assert stretched.method == "platt"  # the log-odds are four times the true ones: a slope mends them
    assert stretched.losses["platt"] < stretched.losses["none"] - 0.1
    assert true.losses["none"] < stretched.losses["none"]


def test_a_level_that_moves_has_no_say_in_the_choice():
    """Every origin churns far more than the one before; a slope of 1 is right at each of them."""
    rng = np.random.default_rng(5)
    frames = []
    for origin in range(8):
        line = rng.normal(0, 1, 500)
        churned = (rng.random(500) < sigmoid(line + 0.5 * origin)).astype(np.int8)
        cutoff = pd.Timestamp("2022-01-03") + pd.Timedelta(days=15 * origin)
        frames.append(pd.DataFrame({"cutoff": cutoff, "log_odds": line, "churned": churned}))
    rows = pd.concat(frames, ignore_index=True)
    losses = choose_calibration(rows, 30).losses
    assert losses["none"] == pytest.approx(losses["platt"], abs=0.01)
    assert losses["none"] < 0.65  # at its level; with the intercept of earlier origins it would be above .7


def test_the_verdict_tells_a_better_model_from_a_copy(drawn):
    line, y = drawn
    rng = np.random.default_rng(1)
    noise = sigmoid(0.5 * line + rng.normal(0, 1, len(line)))
    assert verdict(y, sigmoid(line), {"hiatus": noise, "bg_nbd": noise}, 42)["worth_it"] is True
    assert verdict(y, noise, {"hiatus": noise, "bg_nbd": sigmoid(line)}, 42)["worth_it"] is False
