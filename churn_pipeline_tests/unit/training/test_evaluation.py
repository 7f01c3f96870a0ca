"""Measures, calibration, selection and the verdict."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, f1_score, log_loss, roc_auc_score

from churn_pipeline.settings import SelectionWeights
from churn_pipeline.training.calibration import calibrated, choose_calibration, fit_calibrator, fit_chosen
from churn_pipeline.training.metrics import all_metrics, best_f1_threshold, resampled_auc, resampled_average_precision, row_losses, sigmoid
from churn_pipeline.training.selection import choose_champion
from churn_pipeline.training.verdict import verdict


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
    assert choose_calibration(rows, 30).method != "none"
    assert choose_calibration(rows.assign(log_odds=line), 30).losses["none"] < choose_calibration(rows, 30).losses["none"]


def test_a_season_that_returns_is_followed():
    rng = np.random.default_rng(5)
    frames = []
    for week in range(0, 116, 2):
        cutoff = pd.Timestamp("2022-01-03") + pd.Timedelta(weeks=week)
        line = rng.normal(0, 1, 250)
        season = 1.5 * np.sin(2 * np.pi * week / 52)
        frames.append(
            pd.DataFrame({"cutoff": cutoff, "log_odds": line, "churned": (rng.random(250) < sigmoid(line + season)).astype(np.int8)})
        )
    rows = pd.concat(frames, ignore_index=True)
    choice = choose_calibration(rows, 14)
    assert choice.season
    peak = fit_chosen(choice, rows, pd.Timestamp("2024-04-01"))
    assert peak.season_shift > 0.5


def test_only_those_within_one_standard_error_compete():
    rng = np.random.default_rng(0)
    good = rng.gamma(1.0, 0.5, 2_000)
    losses = {"a": good, "b": good + rng.normal(0, 0.2, 2_000), "c": good + 0.2}
    terms = {
        "a": {"f1": 0.5, "recall": 0.5, "roi": 0.5, "stability": 0.5, "speed": 0.0},
        "b": {"f1": 0.6, "recall": 0.5, "roi": 0.5, "stability": 0.5, "speed": 0.0},
        "c": {"f1": 0.9, "recall": 0.9, "roi": 0.9, "stability": 0.9, "speed": 0.0},
    }
    losses["b"] -= losses["b"].mean() - good.mean()
    selection = choose_champion(losses, pd.Series(np.arange(2_000)), terms, SelectionWeights())
    assert selection.champion == "b"
    assert selection.rows["c"]["within_one_standard_error"] is False


def test_the_verdict_tells_a_better_model_from_a_copy(drawn):
    line, y = drawn
    rng = np.random.default_rng(1)
    noise = sigmoid(0.5 * line + rng.normal(0, 1, len(line)))
    assert verdict(y, sigmoid(line), {"hiatus": noise, "bg_nbd": noise}, 42)["worth_it"] is True
    assert verdict(y, noise, {"hiatus": noise, "bg_nbd": sigmoid(line)}, 42)["worth_it"] is False
