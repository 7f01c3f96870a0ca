"""The suite judges one version of a ledger once, staged and published alike."""

import pandas as pd

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.quality.stage import judged_ledger, profile_shop
from churn_pipeline.quality.suite import check_ledger
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.run import ShopRun
from churn_pipeline_tests.builders.ledger_folder import put_ledger
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run

CONFIG = ShopConfig(name="tea", currency="EUR")


def test_the_report_on_the_staged_ledger_is_that_of_the_published_one_until_it_changes(tmp_path):
    ledger = simulated_ledger(customers=120, days=500)
    run = shop_run(put_ledger(tmp_path / "tea", ledger), CONFIG)
    staged = ShopRun(
        run.settings, CONFIG, ShopStore(put_ledger(tmp_path / "tea" / "staged", ledger)), run.loaded
    )
    report = judged_ledger(staged)
    assert judged_ledger(run) is report
    now = {"latest_possible"}  # an hour of the day at which it was judged
    again = check_ledger(run.store, CONFIG, run.settings)
    assert again.results == report.results
    assert {k: v for k, v in again.statistics.items() if k not in now} == {
        k: v for k, v in report.statistics.items() if k not in now
    }
    profiled = profile_shop(run)
    assert profiled.score == report.score == profiled.document["quality"]["score"]
    write_table(
        run.store.folder, "transactions", pd.concat([ledger, ledger.tail(1)]), TableVersion("run", "2")
    )
    assert judged_ledger(run).statistics["rows"] == report.statistics["rows"] + 1
