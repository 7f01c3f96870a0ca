"""The registry by the real commands: training again, rollback, scoring with the older version."""

import json

import pandas as pd
import pytest

from churn_pipeline_tests.builders.commands import churn_in
from churn_pipeline_tests.builders.odd_shops import ODD_SHOPS

MAPS = ["--map=customer_id=customer", "--map=date=date", "--map=amount=amount"]


def test_models_are_listed_and_an_unknown_version_is_refused(churn, results):
    listed = json.loads(churn("models", "--shop", "tea", "--json").out)
    assert (
        listed["champion"] == results["champion"]["version"]
        and listed["history"] == results["champion"]["history"]
    )
    done = churn("promote", "--shop", "tea", "--version", "99")
    assert (
        done.code == 2
        and done.last_line
        == "Shop 'tea' has no model version '99'; see its versions with: churn models --shop tea"
    )


@pytest.mark.slow
def test_the_same_file_again_rollback_and_another_horizon(tmp_path):
    churn, folder = churn_in(tmp_path / "home"), tmp_path / "home" / "data" / "shops" / "again"
    file = tmp_path / "sales.csv"
    ODD_SHOPS["small"]().to_csv(file, index=False)

    def trained():
        done = churn("run", file, "--shop", "again", "--horizon", 45, "--json", *MAPS)
        assert done.code == 0, done.err
        return json.loads(done.out), pd.read_parquet(folder / "customer_scores.parquet")

    first, scores = trained()
    second, same = trained()
    assert (first["champion"]["version"], second["champion"]["version"]) == ("1", "2")
    assert (
        first["champion"]["params"] == second["champion"]["params"]
        and first["champion"]["kind"] == second["champion"]["kind"]
    )
    pd.testing.assert_series_equal(scores["churn_probability"], same["churn_probability"])

    assert churn("promote", "--shop", "again", "--version", 1, "--reason", "a trial").code == 0
    assert churn("promote", "--shop", "again", "--version", 1).code == 2
    assert churn("score", "--shop", "again").code == 0
    results = json.loads((folder / "results.json").read_text())
    assert results["champion"]["version"] == "1" and results["champion"]["history"][-1]["reason"] == "a trial"
    assert pd.read_parquet(folder / "score_history.parquet")["model_version"].tolist()[-1] == "1"
    tables = results["tables"]
    assert tables["test_predictions"]["run_id"] == results["run_id"]
    assert tables["model_comparison"]["run_id"] == tables["training_snapshots"]["run_id"] == second["run_id"]
    compared = json.loads((folder / "model_comparison.json").read_text())
    assert (
        compared["model_performance"] == second["model_performance"]
        and compared["mlflow_run_id"] == second["training"]["mlflow_run_id"]
    )

    done = churn("backtest", "--shop", "again", "--cutoffs", 40)
    assert done.code == 2 and "The history is too short for a backtest at 40 cutoffs" in done.last_line
    done = churn("backtest", "--shop", "again", "--effort", "quick", "--json")
    assert done.code == 0 and len(json.loads(done.out)["cutoffs"]) == 4, done.err

    config = folder / "shop.yaml"
    config.write_text(config.read_text().replace("horizon: 45", "horizon: 60"))
    assert churn("ingest", file, "--shop", "again", *MAPS).code == 0
    done = churn("score", "--shop", "again")
    assert (
        done.code == 2 and "was trained for a horizon of 45 days, but the shop's is 60 now" in done.last_line
    )
