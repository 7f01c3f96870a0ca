"""What `churn run` leaves, compared with the raw file from the definitions alone."""

import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from churn_pipeline.core.documents.catalogue import document_model
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import conform, stored_table
from churn_pipeline.explain.stage import explain_shop, rank_features
from churn_pipeline.insights.stage import (
    recommend_actions,
    segment_shop,
    shop_drivers,
    shop_forecast,
    shop_scenarios,
    shop_warnings,
)
from churn_pipeline.scoring.stage import score_shop, shop_rules
from churn_pipeline.shop.run import open_shop
from churn_pipeline_tests.builders.commands import HORIZON

H = pd.Timedelta(days=HORIZON)


@pytest.fixture(scope="module")
def orders(delivered):
    raw = pd.read_csv(delivered, parse_dates=["when"])
    sold = raw[(raw.total > 0) & (raw.n > 0)]
    return sold.groupby(["customer", "order"], as_index=False).agg(
        ts=("when", "min"), amount=("total", "sum")
    )


def _table(folder, name):
    return pd.read_parquet(folder / f"{name}.parquet")


def _population(orders, cutoff):
    past = orders[orders.ts < cutoff].groupby("customer").ts.agg(["max", "size"])
    eligible = past[(past["max"] >= cutoff - H) & (past["size"] >= 2)].index
    back = orders[(orders.ts >= cutoff) & (orders.ts < cutoff + H)].customer
    return pd.Series((~eligible.isin(back)).astype(int), index=eligible)


def test_labels_splits_and_folds_follow_from_the_raw_file(folder, orders):
    snapshots = _table(folder, "training_snapshots")
    last_mature = orders.ts.max().normalize() + pd.Timedelta(days=1) - H
    test, train = snapshots[snapshots.split == "test"], snapshots[snapshots.split == "train"]
    assert test.cutoff.unique().tolist() == [last_mature]
    assert train.cutoff.max() == last_mature - H
    assert snapshots.groupby("customer_id").fold.nunique().max() == 1
    for cutoff, rows in snapshots.groupby("cutoff"):
        assert (
            rows.set_index("customer_id").churned.astype(int).sort_index().to_dict()
            == _population(orders, cutoff).sort_index().to_dict()
        )


def test_every_customer_has_a_status_and_only_the_eligible_a_probability(folder, orders):
    scores = _table(folder, "customer_scores").set_index("customer_id")
    end = orders.ts.max().normalize() + pd.Timedelta(days=1)
    now = orders.groupby("customer").ts.agg(["max", "size"])
    status = pd.Series(
        np.where(now["max"] < end - H, "lapsed", np.where(now["size"] < 2, "new", "eligible")),
        index=now.index,
    )
    assert scores.status.sort_index().to_dict() == status.sort_index().to_dict()
    assert (scores.churn_probability.notna() == (scores.status == "eligible")).all()
    assert (scores.risk_tier.notna() == (scores.status == "eligible")).all()
    assert scores.top_risk_factors[scores.status == "eligible"].map(len).min() >= 1


def test_contributions_add_up_to_the_output_and_rank_as_the_probability(folder):
    shap = _table(folder, "shap_values").set_index("customer_id")
    features = [c for c in shap if c not in ("as_of", "base_value", "model_output")]
    assert np.abs(shap[features].sum(axis=1) + shap.base_value - shap.model_output).max() < 1e-5
    scores = _table(folder, "customer_scores").set_index("customer_id").loc[shap.index]
    assert scores.churn_probability.corr(shap.model_output, method="spearman") > 0.98


def test_the_results_document_agrees_with_the_tables(folder, results):
    scores, predictions = _table(folder, "customer_scores"), _table(folder, "test_predictions")
    assert results == json.loads((folder / "results.json").read_text())
    assert (
        results["summary"]["total_customers"]
        == len(scores)
        == sum(s["count"] for s in results["segments"].values())
    )
    assert results["summary"]["churn_rate"] == pytest.approx(predictions.churned.mean())
    assert results["summary"]["revenue_at_risk"] == pytest.approx(
        scores[scores.risk_tier == "high"].clv.sum()
    )
    for entry in results["model_performance"]:
        assert entry["roc_auc"] == pytest.approx(
            roc_auc_score(predictions.churned, predictions[f"p_{entry['model']}"])
        )
    assert {
        t["run_id"]
        for n, t in results["tables"].items()
        if n not in ("uploads", "contacts", "rejected_rows", "transactions")
    } == {results["run_id"]}


def test_every_json_document_is_as_declared(folder):
    places = {path.relative_to(folder).as_posix() for path in folder.rglob("*.json")}
    assert {"results.json", "champion.json", "staged/quality.json", "candidates/svm.json"} <= places
    for place in places:
        document_model(place).model_validate_json((folder / place).read_text(encoding="utf-8"))


def test_the_clv_of_a_scored_customer_holds_the_champions_probability(folder):
    scores = _table(folder, "customer_scores").merge(
        _table(folder, "customer_value"), on="customer_id", suffixes=("", "_in_value")
    )
    assert np.allclose(scores.clv, scores.clv_in_value)
    scored = scores[scores.churn_probability.notna()]
    p = scored.churn_probability
    assert np.allclose(scored.clv, (1 - p) * scored.value_if_retained + p * scored.value_if_churned)


def test_the_warehouse_holds_the_same_rows_as_the_tables(folder, results):
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        for name, table in results["tables"].items():
            assert connection.execute(f"SELECT count(*) FROM {name}").fetchone() == (table["rows"],)


def test_the_champion_is_in_the_registry_beside_a_nested_run_per_model(home, results):
    import mlflow

    database = f"sqlite:///{home / 'mlruns' / 'mlflow.db'}"
    client = mlflow.MlflowClient(tracking_uri=database, registry_uri=database)
    version = client.get_model_version_by_alias("churn_tea", "champion")
    assert str(version.version) == str(results["champion"]["version"])
    experiment = client.get_experiment_by_name("churn_tea")
    nested = client.search_runs(
        [experiment.experiment_id], filter_string=f"tags.mlflow.parentRunId = '{version.run_id}'"
    )
    assert {"logistic_regression", "random_forest", "xgboost", "lightgbm", "svm"} <= {
        run.info.run_name for run in nested
    }
    for run in nested:
        assert run.data.metrics and (run.data.params or run.info.run_name in ("hiatus", "bg_nbd"))


def test_dagster_knows_the_run_with_its_checks(home, results):
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home / "data" / "dagster")) as instance:
        run = instance.get_run_by_id(results["run_id"])
        assert run is not None and run.status == dg.DagsterRunStatus.SUCCESS
        assert run.tags["dagster/partition"] == "tea"
        latest = instance.get_latest_materialization_event(dg.AssetKey("customer_scores"))
        assert latest is not None and latest.asset_materialization is not None
        assert (
            latest.asset_materialization.metadata["dagster/row_count"].value
            == results["summary"]["total_customers"]
        )


def test_a_notebook_gets_the_same_tables_from_the_stages(home, folder):
    run = open_shop(Settings(home=home), "tea")
    made = {
        "shap_values": explain_shop(run).table,
        "feature_importance": rank_features(run).table,
        "decision_rules": shop_rules(run),
        "customer_scores": score_shop(run, "again").scores,
        "risk_segments": segment_shop(run).segments,
        "churn_drivers": shop_drivers(run),
        "roi_scenarios": shop_scenarios(run),
        "recommendations": recommend_actions(run).found.groups,
        "churn_forecast": shop_forecast(run)[0],
        "early_warnings": shop_warnings(run),
    }
    for name, table in made.items():
        stored = _table(folder, name)
        again = conform(name, table).to_pandas()
        numbers = stored.select_dtypes("number").columns
        pd.testing.assert_frame_equal(again[numbers], stored[numbers], rtol=1e-9, obj=name)
        words = stored.columns.difference(numbers)
        assert again[words].astype(str).equals(stored[words].astype(str)) or name == "customer_scores", name
    loaded = {key[0] for key in run.loaded}
    shared = {"bought_products", "training_snapshots"}  # read once for several answers
    assert loaded == {"champion", "champion_at_date", "explanation", "return_models"} | shared


def test_dagster_the_file_and_the_results_name_one_version_of_each_table(home, folder, results):
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home / "data" / "dagster")) as instance:
        events = instance.all_logs(results["run_id"], of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        made = {
            m.asset_key.to_user_string(): m
            for m in (e.asset_materialization for e in events)
            if m is not None
        }
    assert {p.stem for p in folder.glob("*.parquet")} == set(results["tables"])
    compared = 0
    for name, said in results["tables"].items():
        stored = stored_table(folder, name)
        assert stored is not None
        assert (stored.version.run_id, stored.version.data_version) == (said["run_id"], said["data_version"])
        assert stored.rows == said["rows"]
        if name in made:
            compared += 1
            assert made[name].tags["dagster/data_version"] == said["data_version"], name
            assert made[name].metadata["dagster/row_count"].value == said["rows"]
    assert compared >= 15
