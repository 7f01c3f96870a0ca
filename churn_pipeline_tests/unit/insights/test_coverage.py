"""On generated shops, whose future is known, the intervals of customer value and forecast hold it at their
stated rate of 80 %."""

import numpy as np
import pytest

from churn_pipeline_tests.builders.known_futures import SHOPS, forecast_held, model_shop, value_held

STATED = 0.8
MOST_HELD = 0.95
"""Of all customers, that is: those who buy nothing lie in every interval that begins at 0."""


def test_a_shop_that_follows_the_models_is_valued_as_stated() -> None:
    held = value_held(model_shop(seed=8))
    assert STATED <= held["held"] <= MOST_HELD
    assert held["held_of_buyers"] == pytest.approx(STATED, abs=0.06)
    assert held["predicted_to_actual"] == pytest.approx(1, abs=0.1)
    assert held["top_decile"] > 0.75 * held["top_decile_best"]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "shops"), [("model", 14), ("ecommerce_demo", 10)])
def test_over_many_shops_the_intervals_hold_the_truth_at_their_stated_rate(kind: str, shops: int) -> None:
    futures = [SHOPS[kind](seed) for seed in range(1, shops + 1)]
    values = [value_held(future) for future in futures]
    assert STATED <= np.mean([value["held"] for value in values]) <= MOST_HELD
    assert np.mean([value["held_of_buyers"] for value in values]) == pytest.approx(STATED, abs=0.05)
    forecasts = [forecast_held(future) for future in futures]
    assert np.mean([forecast["held"].mean() for forecast in forecasts]) == pytest.approx(STATED, abs=0.05)
    for measure in forecasts[0]["measure"].unique():
        # Months of one shop err together: of 10 shops, four in five are right within .15.
        assert np.mean([f.loc[f["measure"] == measure, "held"].mean() for f in forecasts]) == pytest.approx(
            STATED, abs=0.15
        )
