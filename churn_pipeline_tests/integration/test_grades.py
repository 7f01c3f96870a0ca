"""A scoring, graded by the real command once its horizon has passed, against labels counted here from the raw
file."""

import json
from pathlib import Path

import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from churn_pipeline.core.wording import percent
from churn_pipeline_tests.builders.commands import COLUMNS, HORIZON, MAPS, churn_in, raw_file
from churn_pipeline_tests.builders.ledgers import simulated_ledger

pytestmark = pytest.mark.slow


def test_grades_agree_with_labels_from_the_raw_file(tmp_path: Path):
    churn = churn_in(tmp_path / "home")
    sales = simulated_ledger(customers=500, days=500, seed=3)
    scored_until = sales.ts.min().normalize() + pd.Timedelta(days=400)
    early, late = (
        raw_file(tmp_path / "early.csv", sales[sales.ts < scored_until]),
        raw_file(tmp_path / "all.csv", sales),
    )
    assert churn("run", early, "--shop", "tea", "--horizon", HORIZON, "--effort", "quick", *MAPS).code == 0
    waiting = json.loads(churn("grade", "--shop", "tea", "--json").out)
    assert [s["outcome"] for s in waiting] == ["not_yet_known"]

    assert churn("ingest", late, "--shop", "tea").code == 0
    (grade,) = json.loads(churn("grade", "--shop", "tea", "--json").out)
    graded = pd.read_parquet(tmp_path / "home" / "data" / "shops" / "tea" / "graded_predictions.parquet")

    raw = pd.read_csv(late, dtype={COLUMNS["customer_id"]: str}, parse_dates=[COLUMNS["ts"]])
    bought = raw[(raw[COLUMNS["amount"]] > 0) & (raw[COLUMNS["quantity"]].fillna(1) > 0)]
    orders = bought.groupby([COLUMNS["customer_id"], COLUMNS["order_id"]])[COLUMNS["ts"]].min()
    as_of = graded["as_of"].iloc[0]
    inside = orders[(orders >= as_of) & (orders < as_of + pd.Timedelta(days=HORIZON))]
    churned = (~graded["customer_id"].isin(inside.index.get_level_values(0))).astype(int)
    assert graded["churned"].tolist() == churned.tolist() and 0 < churned.mean() < 1
    assert grade["graded"] == len(graded) and grade["outcome"] == "known"
    assert grade["churn_rate"] == pytest.approx(churned.mean())
    assert grade["roc_auc"] == pytest.approx(roc_auc_score(churned, graded["churn_probability"]))
    assert grade["log_loss"] == pytest.approx(log_loss(churned, graded["churn_probability"]))
    assert percent(churned.mean(), 1) in churn("grade", "--shop", "tea").out
