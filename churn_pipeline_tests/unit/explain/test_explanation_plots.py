"""Pictures are PNG files small enough for metadata, whatever the model; partial dependence is what it
says."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.explain import explanation_plots as plots
from churn_pipeline.explain.contributions import explain
from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.explain.importance import feature_importance
from churn_pipeline.explain.partial_dependence import partial_dependence
from churn_pipeline.training.models.churn_model import churn_probability
from churn_pipeline_tests.builders.small_shop import Shop, fitted_model, small_shop

MODEL = "lightgbm"
PLOTS: dict[str, Callable[[Explanation, pd.DataFrame], bytes]] = {
    "importance": lambda e, X: plots.importance_plot(
        feature_importance(fitted_model(MODEL), e, X, np.full(len(e.values.columns), np.nan))
    ),
    "summary": plots.summary_plot,
    "dependence": lambda e, X: plots.dependence_plot(e, X, "days_since_last_purchase"),
    "waterfall": lambda e, X: plots.waterfall_plot(e, 3),
    "partial dependence": lambda e, X: plots.partial_dependence_plot(
        partial_dependence(fitted_model(MODEL), X, "total_purchase_count")
    ),
}


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_is_a_small_png(name: str) -> None:
    shop = small_shop()
    picture = PLOTS[name](explain(fitted_model(MODEL), shop.now, shop.now), shop.now)
    assert picture.startswith(b"\x89PNG")
    assert 2_000 < len(picture) < 40_000


def test_the_pictures_of_a_large_shop_are_small_too() -> None:
    shop, rng = small_shop(), np.random.default_rng(1)
    names = [n for n in shop.names if not n.startswith("first")]
    values = pd.DataFrame(rng.normal(size=(15_000, len(names))), columns=names)
    output = values.sum(axis=1).to_numpy()
    found = Explanation(0.0, values, output, 1 / (1 + np.exp(-output)), 0.5)
    features = pd.DataFrame(rng.gamma(2, 10, size=values.shape), columns=names)
    for picture in (plots.summary_plot(found, features), plots.dependence_plot(found, features, names[0])):
        assert len(picture) < 40_000


def test_partial_dependence_is_the_mean_over_everyone(shop: Shop) -> None:
    model = fitted_model(MODEL)
    curves = partial_dependence(model, shop.now, "days_since_last_purchase")
    everyone = shop.now.assign(days_since_last_purchase=curves.grid[4])
    assert curves.mean[4] == pytest.approx(churn_probability(model, everyone).mean())
    assert (np.diff(curves.grid) > 0).all()
    assert curves.individual.shape == (len(shop.now), len(curves.grid))
