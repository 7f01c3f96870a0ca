"""A model that is kept follows the season: the level is taken at the date that is scored."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.explain.contributions import explain
from churn_pipeline.training.evaluation.metrics import logit
from churn_pipeline.training.level.model_level import NOTED, at_date, level_of, model_level_at, noted_level
from churn_pipeline.training.models.churn_model import churn_probability, load_model, save_model
from churn_pipeline_tests.builders.level_series import START, level_series
from churn_pipeline_tests.builders.small_shop import fitted_model, small_shop

H = 60
SIX_MONTHS = [START + pd.Timedelta(days=730 + 30 * month) for month in range(7)]


@pytest.fixture(scope="module")
def series():
    return level_series(4, H, 3, season=True, trend=False)


@pytest.fixture(scope="module")
def kept(series):
    """A model registered after two years of that shop, loaded again."""
    known = series.residuals[series.residuals["cutoff"] <= START + pd.Timedelta(days=730 - H)]
    noted = noted_level(known.assign(calibrated=True), H, START)
    model = fitted_model("logistic_regression")
    return replace(model, calibrator=replace(model.calibrator, level=0.0), metadata={NOTED: noted})


def test_probabilities_follow_the_dates_for_six_months(series, kept):
    now = small_shop().now
    plain = logit(churn_probability(kept, now))
    shifts = []
    for date in SIX_MONTHS:
        moved = logit(churn_probability(at_date(kept, date), now)) - plain
        np.testing.assert_allclose(moved, moved[0], atol=1e-6)
        shifts.append(moved[0])
    truth = np.array([series.over_window((date - START).days) for date in SIX_MONTHS])
    assert np.ptp(truth) > 0.4  # the season does swing
    assert np.corrcoef(shifts, truth)[0, 1] > 0.8
    off = truth - truth.mean() - (np.array(shifts) - np.mean(shifts))
    assert np.abs(off).mean() < np.abs(truth - truth.mean()).mean() / 2


def test_it_is_a_function_of_the_date_alone_also_after_loading(kept, tmp_path):
    save_model(kept, tmp_path)
    loaded = load_model(tmp_path)
    for date in SIX_MONTHS:
        assert at_date(loaded, date).calibrator == at_date(at_date(kept, SIX_MONTHS[0]), date).calibrator


def test_the_level_lies_in_the_base_value(kept):
    shop = small_shop()
    plain, moved = (
        explain(model, shop.now, shop.snapshots[shop.names]) for model in (kept, at_date(kept, SIX_MONTHS[3]))
    )
    shift = model_level_at(kept, SIX_MONTHS[3]).shift
    assert shift != 0
    assert moved.base_value - plain.base_value == pytest.approx(shift)
    pd.testing.assert_frame_equal(moved.values, plain.values)
    total = moved.base_value + moved.values.sum(axis=1)
    np.testing.assert_allclose(total, logit(moved.probability), atol=1e-5)


def test_residuals_are_noted_from_the_mean_of_those_that_calibrated(series):
    rows = series.residuals.head(8).assign(variance=0.01, calibrated=[False] * 3 + [True] * 5)
    noted = noted_level(rows.assign(residual=[1.0] * 3 + [0.5] * 5), H, START - pd.Timedelta(days=900))
    assert noted["residuals"] == pytest.approx([0.5] * 3 + [0.0] * 5)


def test_it_notes_which_cutoffs_were_learned_from_and_none_since(series):
    rows = series.residuals.head(6).assign(calibrated=True, learned=[False] * 2 + [True] * 4)
    noted = noted_level(rows, H, START - pd.Timedelta(days=900))
    model = replace(fitted_model("logistic_regression"), metadata={NOTED: noted})
    later = {"cutoff": "2024-01-01", "residual": 0.1, "variance": 0.01}
    assert level_of(model, [later]).learned == (False, False, True, True, True, True, False)
    former = {name: value for name, value in noted.items() if name != "learned"}
    assert not any(level_of(replace(model, metadata={NOTED: former})).learned)


def test_a_model_without_a_level_stays_as_it_is():
    model = fitted_model("logistic_regression")
    assert level_of(model) is None and model_level_at(model, SIX_MONTHS[0]) is None
    assert at_date(model, SIX_MONTHS[0]) is model
