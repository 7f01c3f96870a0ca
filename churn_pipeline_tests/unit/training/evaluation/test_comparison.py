"""What is said of each model on the test: figures with the interval that so few customers leave them."""

import numpy as np
import pytest

from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.evaluation.campaign_profit import contact_profits
from churn_pipeline.training.evaluation.comparison import INTERVAL_METRICS, compare_models
from churn_pipeline_tests.builders.snapshots import HORIZON


@pytest.fixture(scope="module")
def compared(candidates, baselines, snapshots, settings):
    shop = ShopConfig(name="shop")
    return compare_models(candidates[:2], baselines, snapshots, shop, settings, HORIZON)


def test_every_interval_holds_its_figure(compared):
    for entry in compared.document["model_performance"]:
        assert set(entry["intervals"]) == set(INTERVAL_METRICS)
        for name, (low, high) in entry["intervals"].items():
            assert low <= entry[name] <= high and low < high, (entry["model"], name)


def test_intervals_are_as_wide_as_chance(compared, snapshots):
    """Precision and recall as Wald's, expected value as the normal interval of a sum over customers."""
    entry = compared.document["model_performance"][0]
    test = snapshots[snapshots["split"] == "test"]
    y, p = test["churned"].to_numpy(np.int8), compared.test_predictions[f"p_{entry['model']}"].to_numpy()
    called = p >= entry["threshold"]
    for name, among in (("precision", called.sum()), ("recall", y.sum())):
        wald = 2 * 1.96 * np.sqrt(entry[name] * (1 - entry[name]) / among)
        low, high = entry["intervals"][name]
        assert high - low == pytest.approx(wald, rel=0.25), name
    earned = np.where(called, contact_profits(test, y, ShopConfig(name="shop").roi), 0.0)
    low, high = entry["intervals"]["expected_value"]
    assert high - low == pytest.approx(2 * 1.96 * earned.std() * np.sqrt(len(y)), rel=0.2)
