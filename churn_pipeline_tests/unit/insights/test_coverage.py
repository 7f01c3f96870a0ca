"""On generated shops, whose future is known, the intervals of customer value and forecast hold it at their stated rate of 80 %."""

import numpy as np
import pytest

from churn_pipeline_tests.known_futures import SHOPS, forecast_held, model_shop, value_held

STATED = 0.8


def test_a_shop_that_follows_the_models_is_valued_as_stated() -> None:
    held = value_held(model_shop(seed=8))
    assert held["held"] >= STATED
    assert held["held_of_buyers"] == pytest.approx(STATED, abs=0.06)
    assert held["predicted_to_actual"] == pytest.approx(1, abs=0.1)
    assert held["top_decile"] > 0.75 * held["top_decile_best"]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "shops"), [("model", 14), ("ecommerce_demo", 10)])
def test_over_many_shops_the_intervals_hold_the_truth_at_their_stated_rate(kind: str, shops: int) -> None:
    futures = [SHOPS[kind](seed) for seed in range(1, shops + 1)]
    values = [value_held(future) for future in futures]
    assert np.mean([value["held"] for value in values]) >= STATED
    assert np.mean([value["held_of_buyers"] for value in values]) == pytest.approx(STATED, abs=0.05)
    forecasts = [forecast_held(future) for future in futures]
    assert np.mean([forecast["held"].mean() for forecast in forecasts]) >= STATED
    for measure in forecasts[0]["measure"].unique():
        assert np.mean([f.loc[f["measure"] == measure, "held"].mean() for f in forecasts]) >= STATED - 0.05
