"""A campaign through the real commands: drawn after one run, its orders delivered with the next, which then
knows who was contacted."""

import json

import pandas as pd
import pytest

from churn_pipeline_tests.builders.commands import Churn, churn_in, raw_file
from churn_pipeline_tests.builders.treated_shops import HORIZON, STARTS_AT, shop_ledger

pytestmark = pytest.mark.slow
MAPS = [
    f"--map={field}={column}"
    for field, column in (
        ("customer_id", "customer"),
        ("order_id", "order"),
        ("date", "when"),
        ("amount", "total"),
    )
]


def told(churn: Churn, *arguments: object) -> str:
    done = churn(*arguments)
    assert done.code == 0, done.err[-2000:]
    return done.out


def test_the_next_training_and_the_grades_know_the_campaign(tmp_path):
    churn, ledger = churn_in(tmp_path / "home"), shop_ledger(customers=1200, seed=3)
    before = raw_file(tmp_path / "before.csv", ledger[ledger["ts"] < STARTS_AT])
    after = raw_file(tmp_path / "after.csv", ledger[ledger["ts"] >= STARTS_AT])
    first = json.loads(
        told(
            churn, "run", before, "--shop", "tea", *MAPS, "--horizon", HORIZON, "--effort", "quick", "--json"
        )
    )
    assert "campaigns" not in first["training"]
    draw = ("campaign", "create", "--shop", "tea", "--name", "Spring", "--best", "--control", "0.3", "--json")
    plan = json.loads(told(churn, *draw))
    second = json.loads(told(churn, "run", after, "--shop", "tea", *MAPS, "--json"))
    labels = second["training"]["campaigns"]
    assert labels["contacted_rows_left_out"] > plan["treated"] and labels["without_control"] == []
    share = labels["control_rows"] / (labels["control_rows"] + labels["rows_that_controls_stand_for"])
    assert share == pytest.approx(0.3, abs=0.03)
    folder = tmp_path / "home" / "data" / "shops" / "tea"
    members = pd.read_parquet(folder / "campaign_members.parquet")
    contacted = set(members.loc[members["arm"] != "control", "customer_id"])
    rows = pd.read_parquet(folder / "training_snapshots.parquet")
    touched = rows[rows["cutoff"] + pd.Timedelta(days=HORIZON) > pd.Timestamp(STARTS_AT)]
    assert len(touched) and not set(touched["customer_id"]) & contacted
    scorings = pd.read_parquet(folder / "graded_scorings.parquet")
    graded = scorings[scorings["outcome"] == "known"].iloc[-1]
    assert graded["contacted"] == plan["treated"]
    assert graded["churn_rate"] != graded["churn_rate_happened"]
    assert "were contacted by a campaign meanwhile" in told(churn, "grade", "--shop", "tea")
    results = json.loads(
        told(churn, "campaign", "results", "--shop", "tea", "--campaign", "spring", "--json")
    )
    assert results["complete"] and {o["segment"] for o in results["outcomes"]} > {None}
