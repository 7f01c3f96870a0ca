"""LIME as a second opinion, where it is installed; and what is said where it is not."""

import importlib.util

import numpy as np
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.explain.lime_weights import lime_weights
from churn_pipeline_tests.builders.small_shop import Shop, fitted_model

INSTALLED = importlib.util.find_spec("lime") is not None


@pytest.mark.skipif(not INSTALLED, reason="the extra `lime` is not installed")
def test_lime_tells_the_customers_own_conditions_and_the_same_each_time(shop: Shop) -> None:
    model = fitted_model("logistic_regression")
    row = shop.now[model.features].astype(float).iloc[4].copy()
    row["median_days_between_purchases"] = np.nan
    found = lime_weights(model, row, shop.snapshots)
    assert 1 <= len(found) <= 10
    assert {weight.feature for weight in found} <= set(model.features) - {"median_days_between_purchases"}
    assert all(weight.feature in weight.condition for weight in found)
    assert [abs(weight.weight) for weight in found] == sorted(
        (abs(weight.weight) for weight in found), reverse=True
    )
    assert found == lime_weights(model, row, shop.snapshots)


@pytest.mark.skipif(INSTALLED, reason="the extra `lime` is installed")
def test_without_lime_one_sentence_says_how_to_get_it(shop: Shop) -> None:
    model = fitted_model("lightgbm")
    with pytest.raises(BadInput, match=r"pip install 'churn_pipeline\[lime\]'"):
        lime_weights(model, shop.now[model.features].iloc[0], shop.snapshots)
