"""Global importance: shares, direction, the model's own account, shuffling."""

import numpy as np
import pandas as pd

from churn_pipeline.core.store import TableVersion, conform, write_table
from churn_pipeline.explain import stage
from churn_pipeline.explain.contributions import explain
from churn_pipeline.explain.importance import (
    builtin_importance,
    feature_importance,
    permutation_importance,
    signed_coefficients,
)
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline_tests.builders.shop_runs import shop_run
from churn_pipeline_tests.builders.small_shop import Shop, fitted_model


def test_the_table_of_every_kind(model: ChurnModel, shop: Shop) -> None:
    found = explain(model, shop.now, shop.now)
    table = feature_importance(
        model, found, shop.now, permutation_importance(model, shop.snapshots.head(150), 42)
    )
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
    rises = permutation_importance(model, pd.DataFrame(), 42)
    table = feature_importance(model, explain(model, shop.now, shop.now), shop.now, rises).set_index(
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


def test_features_are_shuffled_once_for_a_version_and_its_snapshots(
    shop: Shop, tmp_path, monkeypatch
) -> None:
    model, measured = fitted_model("lightgbm"), []
    measure = permutation_importance

    def counting(*args):
        measured.append(1)
        return measure(*args)

    monkeypatch.setattr(stage, "permutation_importance", counting)
    rows = shop.snapshots.head(200).assign(split="test", fold=0)
    write_table(tmp_path, "training_snapshots", rows, TableVersion("r", "v1"))
    run = shop_run(tmp_path, ShopConfig(name="tea"))
    first = stage.measured_permutation(run, model, "3")
    assert (first["rows"], first["shuffles"], set(first["rises"])) == (200, 3, set(model.features))
    assert max(first["rises"].values()) > 0.005
    run.store.write_document("permutation_importance", first)
    assert stage.measured_permutation(run, model, "3") == first and len(measured) == 1
    assert stage.measured_permutation(run, model, "4")["model_version"] == "4" and len(measured) == 2
    write_table(tmp_path, "training_snapshots", rows, TableVersion("r", "v2"))
    assert stage.measured_permutation(run, model, "3")["snapshots_version"] == "v2" and len(measured) == 3
