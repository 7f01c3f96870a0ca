"""The level at the test cutoff comes from outcomes known by then, and moves every entrant alike."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.evaluation.comparison import compare_models
from churn_pipeline.training.evaluation.metrics import logit, sigmoid
from churn_pipeline.training.level.level_at_test import level_of_comparison, residuals_of
from churn_pipeline_tests.builders.snapshots import HORIZON

TEST = pd.Timestamp("2025-10-01")


def seasonal_rows(customers: int = 400) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray, np.ndarray]:
    """Training rows of 21 months and a test half a year before their season's peak: predictions know no
    season, which swings by .8 in log-odds."""
    rng = np.random.default_rng(4)
    frames, predicted = [], []
    for cutoff in [*pd.date_range("2024-01-01", TEST - pd.Timedelta(days=HORIZON), freq="15D"), TEST]:
        line = rng.normal(-0.3, 1, customers)
        season = 0.8 * np.cos(2 * np.pi * (cutoff - pd.Timestamp("2024-04-01")) / pd.Timedelta(days=365.25))
        churned = (rng.random(customers) < sigmoid(line + season)).astype(np.int8)
        frames.append(pd.DataFrame({"cutoff": cutoff, "churned": churned}))
        predicted.append(sigmoid(line))
    return pd.concat(frames[:-1]), frames[-1], np.concatenate(predicted[:-1]), predicted[-1]


def given(train, test, p, at_test, older=None):
    """One entrant's probabilities, and the rows: level snapshots (older; none by default), training, test."""
    rows, early = (train.iloc[:0], p[:0]) if older is None else older
    return {"a": (early, p, at_test)}, (rows, train, test)


def test_level_snapshots_bring_last_years_season_within_reach():
    """At a short horizon the training's cutoffs end before last year; sparse older ones do not."""
    train, test, p, at_test = seasonal_rows()
    recent = (train["cutoff"] > TEST - pd.Timedelta(days=190)).to_numpy()
    sparse = (train["cutoff"].isin(train["cutoff"].unique()[::2])).to_numpy() & ~recent
    inputs = given(train[recent], test, p[recent], at_test, (train[sparse], p[sparse]))
    found = level_of_comparison(*inputs, HORIZON, pd.Timestamp("2023-06-01"))
    assert found.season_seen and found.at_test.shift == pytest.approx(-0.8, abs=0.35)
    assert found.residuals["calibrated"].sum() == train["cutoff"][recent].nunique() + 1
    assert found.residuals["learned"].sum() == train["cutoff"][recent].nunique()
    first = found.residuals.iloc[0]
    assert not first["calibrated"] and first["customers"] == 400


def test_a_season_seen_a_year_before_is_in_the_level_at_the_test():
    train, test, p, at_test = seasonal_rows()
    found = level_of_comparison(*given(train, test, p, at_test), HORIZON, pd.Timestamp("2023-06-01"))
    assert found.season_seen and found.at_test.shift == pytest.approx(-0.8, abs=0.25)
    shifted = sigmoid(logit(at_test) + found.at_test.shift)
    assert abs(shifted.mean() - test["churned"].mean()) < abs(at_test.mean() - test["churned"].mean()) / 2


def test_outcomes_of_the_test_do_not_move_it_but_are_noted_for_later():
    train, test, p, at_test = seasonal_rows()
    other = test.assign(churned=1 - test["churned"])
    one, two = (
        level_of_comparison(*given(train, rows, p, at_test), HORIZON, pd.Timestamp("2023-06-01"))
        for rows in (test, other)
    )
    assert one.at_test == two.at_test
    assert one.residuals["residual"].iloc[-1] != two.residuals["residual"].iloc[-1]
    again = residuals_of(one.to_document())
    pd.testing.assert_frame_equal(again, one.residuals, check_dtype=False)


def test_without_last_year_nothing_is_shifted():
    train, test, p, at_test = seasonal_rows()
    recent = (train["cutoff"] > TEST - pd.Timedelta(days=300)).to_numpy()
    found = level_of_comparison(*given(train[recent], test, p[recent], at_test), HORIZON)
    assert not found.season_seen and found.at_test.shift == 0
    assert found.at_test.sd > 0.1


def test_every_entrant_carries_the_same_level_and_the_baselines_none(
    candidates, baselines, snapshots, settings
):
    """The rows of last year's season, in which more churned than later."""
    compared = compare_models(candidates, baselines, snapshots, ShopConfig(name="s"), settings, HORIZON)
    early = snapshots.copy()
    moved = early["cutoff"] < early["cutoff"].max()
    early.loc[moved, "cutoff"] -= pd.Timedelta(days=330)
    far = compare_models(
        candidates,
        baselines,
        early,
        ShopConfig(name="s"),
        settings,
        HORIZON,
        first_order=pd.Timestamp("2020"),
    )
    shift = far.level.at_test.shift
    assert compared.level.at_test.shift == 0 and far.level.season_seen and shift != 0
    for kind, ready in far.calibrated.items():
        plain = logit(compared.calibrated[kind].test)
        np.testing.assert_allclose(logit(ready.test) - plain, shift, atol=1e-6)
        np.testing.assert_allclose(ready.out_of_fold, compared.calibrated[kind].out_of_fold)
    for name in ("p_bg_nbd", "p_hiatus"):
        assert far.test_predictions[name].equals(compared.test_predictions[name])
    assert far.document["level"]["at_test"]["shift"] == shift
