"""The training tables of a shop: sparse older cutoffs beside the training, the same customers in the same
folds."""

import pandas as pd

from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.data.embargo import build_training_tables, capped_at_each_cutoff, cutoff_plan
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run


def test_level_snapshots_are_older_than_the_training_and_share_its_folds(tmp_path):
    ledger = simulated_ledger(200, days=730)
    write_table(tmp_path, "transactions", ledger, TableVersion("run", "version"))
    run = shop_run(tmp_path, ShopConfig(name="tea"), horizon=30)
    tables, plan = build_training_tables(run), cutoff_plan(run)
    level, training = tables.level, tables.training
    assert tuple(level["cutoff"].drop_duplicates()) == tuple(map(pd.Timestamp, plan.level))
    assert level["cutoff"].max() < training["cutoff"].min() and "split" not in level
    assert set(training["split"]) == {"train", "test"}
    folds = pd.concat([level, training, tables.embargoed]).groupby("customer_id")["fold"].nunique()
    assert folds.max() == 1
    assert level["churned"].isin([0, 1]).all() and level["churned"].nunique() == 2
    T = training.loc[training["split"] == "test", "cutoff"].iloc[0]
    assert (level["cutoff"] - (T - pd.Timedelta(days=364))).abs().min() <= pd.Timedelta(days=30)


def test_each_cutoff_is_capped_alone():
    cutoffs = pd.to_datetime(["2024-01-01"] * 60 + ["2024-02-01"] * 60)
    rows = pd.DataFrame({"customer_id": [f"c{i}" for i in range(60)] * 2, "cutoff": cutoffs})
    kept = capped_at_each_cutoff(rows.iloc[:90], 40)
    assert kept["cutoff"].value_counts(sort=False).tolist() == [40, 30]
    assert capped_at_each_cutoff(rows.iloc[:0]).empty
