"""Reasons: grouped by factor, in words, with impacts in probability points."""

import re

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.explain.contributions import explain
from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.explain.reasons import factor_impacts, reasons_for_all
from churn_pipeline.explain.wording import formatted, sentence, times_the_usual_gap
from churn_pipeline_tests.unit.explain.conftest import Shop, fitted_model


def explanation(values: dict[str, list[float]], base: float = -1.0) -> Explanation:
    frame = pd.DataFrame(values)
    output = base + frame.sum(axis=1).to_numpy()
    return Explanation(base, frame, output, 1 / (1 + np.exp(-output)), 1 / (1 + np.exp(-base)))


def test_the_specifications_sentence() -> None:
    row = {"days_since_last_purchase": 78.0, "median_days_between_purchases": 39.0}
    assert sentence("days_since_last_purchase", row, row) == "78 days since the last order, twice the usual gap"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (20, "less than the usual gap of 30 days"),
        (30, "about the usual gap"),
        (48, "1.6 times the usual gap"),
        (60, "twice the usual gap"),
        (90, "three times the usual gap"),
        (200, "6.7 times the usual gap"),
    ],
)
def test_multiples_of_the_usual_gap(days: float, said: str) -> None:
    assert times_the_usual_gap(days, 30) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (12.5, "currency", "12.50 EUR"),
        (0.38, "share", "38 %"),
        (-0.4, "-1 to 1", "-40 %"),
        (78.02, "days", "78 days"),
        (1.5, "ratio", "1.5 times"),
        (1.0, "orders a month", "1 order a month"),
        (1.0, "categories", "1 category"),
        (2.0, "orders", "2 orders"),
    ],
)
def test_values_with_their_units(value: float, unit: str, said: str) -> None:
    assert formatted(value, unit, "EUR") == said


def test_features_of_one_factor_speak_once_with_their_sum() -> None:
    found = explanation({"orders_last_30_days": [0.6], "orders_last_90_days": [0.5], "average_order_value": [-0.4]})
    features = pd.DataFrame({"orders_last_30_days": [0.0], "orders_last_90_days": [1.0], "average_order_value": [20.0]})
    reasons = reasons_for_all(found, features)[0]
    assert [r.factor for r in reasons] == ["declining_frequency", "order_value"]
    assert reasons[0].feature == "orders_last_30_days"
    assert reasons[0].impact > 0 > reasons[1].impact
    assert sum(r.impact for r in reasons) == pytest.approx(found.probability[0] - found.base_probability, abs=1e-3)
    assert reasons[0].reason.endswith(f"({reasons[0].impact:+.2f})")


def test_everyone_has_a_reason_even_without_impact() -> None:
    found = explanation({"average_order_value": [0.0, 0.0]})
    reasons = reasons_for_all(found, pd.DataFrame({"average_order_value": [10.0, np.nan]}))
    assert [len(r) for r in reasons] == [1, 1]
    assert reasons[1][0].value is None


def test_all_customers_of_a_shop(shop: Shop) -> None:
    model = fitted_model("lightgbm")
    found = explain(model, shop.now, shop.now)
    reasons = reasons_for_all(found, shop.now, "EUR")
    np.testing.assert_allclose(factor_impacts(found).sum(axis=1), found.probability - found.base_probability, atol=1e-3)
    for row, own in zip(shop.now.to_dict("records"), reasons, strict=True):
        for reason in own:
            told = re.match(r"(\d+) days since the last order", reason.reason)
            if told:
                assert int(told.group(1)) == round(row["days_since_last_purchase"])
            assert reason.feature in model.features
