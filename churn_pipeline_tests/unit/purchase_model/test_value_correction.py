"""The correction of customer value by its own backtest: shrunk as stated, and what remains unknown."""

import numpy as np
import pytest

from churn_pipeline.purchase_model.value_correction import RULE_ERROR, value_correction


def backtest(ratio: float, days: float = 365.25, error: float = 0.0) -> dict[str, float]:
    return {
        "predicted_to_actual": ratio,
        "rule_predicted_to_actual": 2 * ratio,
        "days": days,
        "relative_error": error,
    }


def test_a_year_that_was_overestimated_by_a_third() -> None:
    found = value_correction(backtest(1.34), by_rule=False)
    assert found.weight == pytest.approx(0.2**2 / (0.2**2 + 0.15**2))  # .64
    assert found.factor == pytest.approx(1.34**-0.64)  # .83, where .75 would trust this one year alone
    assert found.error == pytest.approx(np.sqrt(0.2**2 * 0.36 + 0.15**2))


def test_short_windows_and_few_customers_correct_less() -> None:
    year, part, few = (
        value_correction(given, by_rule=False)
        for given in (backtest(1.34), backtest(1.34, 90), backtest(1.34, error=0.5))
    )
    assert year.factor < part.factor < 1 and year.factor < few.factor < 1
    assert year.error < part.error and year.error < few.error
    assert value_correction(backtest(0.8), by_rule=False).factor > 1


def test_without_a_backtest_nothing_is_corrected_and_more_is_unknown() -> None:
    found = value_correction({"reason": "a backtest needs 60 days of history"}, by_rule=False)
    assert (found.factor, found.weight) == (1.0, 0.0)
    assert (
        found.error == pytest.approx(np.hypot(0.2, 0.15))
        and found.error > value_correction(backtest(1.0), by_rule=False).error
    )


def test_the_simple_rule_has_the_widest_error() -> None:
    found = value_correction(backtest(1.0), by_rule=True)
    assert found.factor == pytest.approx(2**-0.64)
    assert found.error == RULE_ERROR > value_correction({}, by_rule=False).error
    assert value_correction({}, by_rule=True).error == RULE_ERROR
