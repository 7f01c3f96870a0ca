"""Explanations of all five kinds: exact, on one scale, in the ranks of the probability."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shap
from scipy.special import expit, logit
from scipy.stats import spearmanr

from churn_pipeline.explain.contributions import explain, explanation_from_table
from churn_pipeline.explain.explanation import shap_table
from churn_pipeline.explain.shapley.model_contributions import Contributions, bounded, probability_to_log_odds
from churn_pipeline.training.models.blended_model import BG_NBD, BG_NBD_FEATURE, BlendedModel
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability, log_odds
from churn_pipeline_tests.builders.small_shop import END, Shop, fitted_blend, fitted_model


def test_adds_up_and_is_the_log_odds_of_the_probability(model: ChurnModel, shop: Shop) -> None:
    found = explain(model, shop.now, shop.now)
    np.testing.assert_allclose(found.base_value + found.values.sum(axis=1), found.model_output, atol=1e-9)
    assert found.largest_gap < 1e-4
    np.testing.assert_allclose(expit(found.model_output), churn_probability(model, shop.now), atol=1e-5)
    np.testing.assert_array_equal(found.probability, churn_probability(model, shop.now))
    assert list(found.values.columns) == model.features
    assert found.values.abs().to_numpy().sum() > 1


def test_isotonic_calibration_is_explained_before_its_steps(shop: Shop) -> None:
    model = fitted_model("lightgbm", "isotonic")
    found = explain(model, shop.now, shop.now)
    np.testing.assert_allclose(found.model_output, 1.3 * log_odds(model, shop.now) - 0.1, atol=1e-6)
    assert spearmanr(found.model_output, found.probability).statistic > 0.999


def test_landmark_machine_adds_up(shop: Shop) -> None:
    model = fitted_model("svm", components=60)
    found = explain(model, shop.now, shop.now)
    np.testing.assert_allclose(found.model_output, 1.3 * log_odds(model, shop.now) - 0.1, atol=1e-3)
    assert found.largest_gap < 1e-3


def test_logistic_regression_equals_shap_of_the_whole_pipeline(shop: Shop) -> None:
    """shap sees a black box of features; splines and indicators of one feature have to come out as that
    feature."""
    model = fitted_model("logistic_regression")
    chosen = [
        "days_since_last_purchase",
        "avg_days_between_purchases",
        "average_order_value",
        "share_with_discount",
    ]
    chosen = [name for name in chosen if name in model.features]
    row, background = (
        shop.now[model.features].iloc[[3]].astype(float),
        shop.now[model.features].iloc[:40].astype(float),
    )

    def output(values: np.ndarray) -> np.ndarray:
        rows = pd.concat([row] * len(values), ignore_index=True)
        rows[chosen] = values
        return 1.3 * log_odds(model, rows) - 0.1

    expected = shap.ExactExplainer(output, shap.maskers.Independent(background[chosen].to_numpy()))(
        row[chosen].to_numpy()
    )
    found = explain(model, row, background)
    np.testing.assert_allclose(found.values[chosen].to_numpy()[0], expected.values[0], atol=1e-4)


def test_missing_values_and_a_single_row_are_explained(model: ChurnModel, shop: Shop) -> None:
    rows = shop.now[model.features].head(3).astype(float)
    rows.iloc[1] = np.nan
    found = explain(model, rows, shop.now)
    assert np.isfinite(found.values.to_numpy()).all()
    np.testing.assert_allclose(
        found.values.iloc[[2]], explain(model, rows.iloc[[2]], shop.now).values, atol=1e-6
    )


def test_the_stored_table_gives_the_explanation_back(shop: Shop) -> None:
    model = fitted_model("xgboost", "isotonic")
    found = explain(model, shop.now, shop.now)
    again = explanation_from_table(model, shap_table(found, shop.now["customer_id"], END))
    np.testing.assert_allclose(again.probability, found.probability, atol=1e-5)
    assert again.base_probability == pytest.approx(found.base_probability)
    pd.testing.assert_frame_equal(again.values, found.values)


def test_impacts_add_up_to_the_change_of_probability(model: ChurnModel, shop: Shop) -> None:
    found = explain(model, shop.now, shop.now)
    impacts = found.values.sum(axis=1) * found.probability_points_per_unit()
    np.testing.assert_allclose(impacts, found.probability - found.base_probability, atol=1e-3)


def test_a_probability_carried_to_log_odds_keeps_shares_and_signs() -> None:
    given = Contributions(np.array([[0.2, -0.1], [0.0, 0.0], [0.1, -0.1]]), 0.3)
    carried = probability_to_log_odds(given, 1e-3)
    np.testing.assert_allclose(carried.output, logit(np.array([0.4, 0.3, 0.3])))
    assert carried.values[0, 0] / carried.values[0, 1] == pytest.approx(-2)
    assert carried.values[2, 0] == pytest.approx(0.1 / (0.3 * 0.7))


def test_bounded_scales_only_the_rows_beyond() -> None:
    found = bounded(Contributions(np.array([[20.0, 10.0], [1.0, 1.0]]), 0.0), 12.0)
    np.testing.assert_allclose(found.values, [[8.0, 4.0], [1.0, 1.0]])


def test_a_blend_of_bg_nbd_alone_differs_from_the_rest_under_its_feature_only(shop: Shop) -> None:
    """Taking BG/NBD out changes the contribution of the feature that holds its probability, by its log-odds
    less their mean."""
    blend = fitted_blend()
    whole = explain(blend, shop.now, shop.snapshots)
    estimator = blend.estimator
    assert isinstance(estimator, BlendedModel)
    slope, _ = estimator.lines[BG_NBD]
    rest = {kind: line for kind, line in estimator.lines.items() if kind != BG_NBD}
    n = len(estimator.lines)
    without = explain(
        replace(blend, estimator=BlendedModel(estimator.pipelines, estimator.features, rest)),
        shop.now,
        shop.snapshots,
    )
    moved = whole.values - without.values * (n - 1) / n
    others = [name for name in blend.features if name != BG_NBD_FEATURE]
    np.testing.assert_allclose(moved[others], 0, atol=1e-5)
    line = logit(shop.now[BG_NBD_FEATURE].clip(1e-6, 1 - 1e-6).to_numpy(float))
    np.testing.assert_allclose(
        moved[BG_NBD_FEATURE] - moved[BG_NBD_FEATURE].mean(),
        1.3 * slope / n * (line - line.mean()),
        atol=1e-5,
    )
