"""Global importance: shares, direction, the model's own account, shuffling."""

import numpy as np
import pandas as pd

from churn_pipeline.core.store import conform
from churn_pipeline.explain.contributions import explain
from churn_pipeline.explain.importance import builtin_importance, feature_importance, signed_coefficients
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline_tests.builders.small_shop import Shop, fitted_model


def test_the_table_of_every_kind(model: ChurnModel, shop: Shop) -> None:
    found = explain(model, shop.now, shop.now)
    table = feature_importance(model, found, shop.now, shop.snapshots.head(150))
    conform("feature_importance", table)
    assert abs(table["importance"].sum() - 1) < 1e-9
    assert table["importance"].is_monotonic_decreasing
    assert table["direction"].dropna().between(-1, 1).all()
    builtin = builtin_importance(model)
    assert (
        np.isnan(builtin).all() if model.kind in ("svm", "neural_network") else abs(builtin.sum() - 1) < 1e-9
    )


def test_longer_absence_raises_churn(shop: Shop) -> None:
    model = fitted_model("lightgbm")
    table = feature_importance(model, explain(model, shop.now, shop.now), shop.now, pd.DataFrame()).set_index(
        "feature"
    )
    absence = table.loc[["days_since_last_purchase", "recency_over_mean_gap", "recency_over_p90_gap"]]
    assert absence.sort_values("importance")["direction"].iloc[-1] > 0.5
    assert table["permutation"].isna().all()


def test_coefficients_have_a_sign_and_a_feature() -> None:
    table = signed_coefficients(fitted_model("logistic_regression"))
    assert table is not None
    assert set(table["feature"]) == set(fitted_model("logistic_regression").features)
    assert (table["coefficient"] < 0).any()
    assert (table["coefficient"] > 0).any()
    assert signed_coefficients(fitted_model("svm")) is None
