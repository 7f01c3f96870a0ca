"""Rows that are no sale, or not to be counted: they go, stay gone, and are set aside once."""

import pytest

from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.directory import load_shop, save_shop
from churn_pipeline_tests.builders.delivered_files import SHOP, deliver, ledger


def test_a_cancelled_row_without_order_id_goes(settings, tmp_path):
    rows = "customer,date,amount,state\na,2024-02-01,5,done\na,2024-02-02,6,done\na,2024-02-09,7,done\n"
    deliver(settings, tmp_path / "1.csv", rows)
    deliver(settings, tmp_path / "2.csv", rows.replace("6,done", "6,cancelled").replace("02-09,7", "02-10,8"))
    assert ledger(settings).amount.tolist() == [5, 7, 8]


@pytest.mark.parametrize("state", ["pending", "cancelled"])
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "the newer one first"])
def test_an_order_that_is_no_sale_in_the_newest_export_is_none(settings, tmp_path, state, turned):
    head = "customer,order,date,amount,state\n"
    rows = "a,1,2024-02-01,5,done\na,2,2024-02-02,6,done\na,3,2024-02-02,8,draft\na,4,2024-02-09,7,done\n"
    later = rows.replace("6,done", f"6,{state}").replace("8,draft", "8,done") + "a,5,2024-02-10,1,done\n"
    exports = {"1.csv": head + rows, "2.csv": head + later}
    for name in sorted(exports, reverse=turned):
        deliver(settings, tmp_path / name, exports[name])
    assert ledger(settings).sort_values("order_id").amount.tolist() == [5, 8, 7, 1]
    reason = "cancelled" if state == "cancelled" else "unfinished"
    assert ledger(settings, "rejected_rows")[["order_id", "reason"]].to_numpy().tolist() == [["2", reason]]


def test_an_order_that_a_newer_file_cancelled_stays_gone_when_an_older_one_arrives_late(settings, tmp_path):
    """Nothing else is known of its day, so only the row set aside says that it was called off."""
    newer = """customer,order,date,amount,state
a,1,2024-01-02 10:00:00,5,completed
a,2,2024-01-05 10:00:00,10,cancelled
a,3,2024-01-08 10:00:00,20,completed
"""
    older = """customer,order,date,amount,state
a,2,2024-01-05 10:00:00,10,completed
"""
    deliver(settings, tmp_path / "newer.csv", newer)
    deliver(settings, tmp_path / "older.csv", older)
    assert sorted(ledger(settings).order_id) == ["1", "3"]


def test_excluding_a_customer_holds_for_the_whole_ledger_and_can_be_taken_back(settings, tmp_path):
    deliver(settings, tmp_path / "1.csv", "customer,date,amount\na,2024-01-01,5\nb,2024-01-20,7\n")
    deliver(settings, tmp_path / "2.csv", "customer,date,amount\na,2024-02-01,5\nb,2024-02-20,7\n")
    whole = ledger(settings)
    config = load_shop(settings, SHOP)
    save_shop(settings, config.model_copy(update={"exclude_customers": ["b"]}))
    deliver(settings, tmp_path / "3.csv", "customer,date,amount\na,2024-03-01,5\nb,2024-03-02,7\n")
    assert set(ledger(settings).customer_id) == {"a"}
    assert ledger(settings, "rejected_rows").reason.tolist() == ["excluded"] * 3
    save_shop(settings, config)
    stage_uploads(settings, config, [], exact_mapping=True, run_id="run")
    publish_staged(settings, SHOP, "run")
    assert len(ledger(settings)) == 6 and whole.merge(ledger(settings)).shape == whole.shape
    assert len(ledger(settings, "rejected_rows")) == 0


def test_rows_set_aside_are_those_of_the_ledger_as_it_stands(settings, tmp_path):
    deliver(
        settings,
        tmp_path / "1.csv",
        "customer,date,amount\na,2024-01-01,5\nb,someday,7\nb,2024-01-20,x\nb,2024-01-31,7\n",
    )
    assert sorted(ledger(settings, "rejected_rows").reason) == ["bad_amount", "bad_date"]
    deliver(
        settings,
        tmp_path / "2.csv",
        "customer,date,amount\na,2024-01-01,5\nb,2024-01-20,8\nb,2024-01-31,7\n",
        replace=True,
    )
    assert len(ledger(settings, "rejected_rows")) == 0


def test_a_row_set_aside_counts_once_also_with_one_more_column(settings, tmp_path):
    deliver(settings, tmp_path / "1.csv", "customer,order,date,amount\na,1,2024-01-01,5\n,2,2024-01-20,7\n")
    wider = "customer,order,date,amount,category\na,1,2024-01-01,5,k\n,2,2024-01-20,7,k\nb,3,2024-02-01,1,k\n"
    deliver(settings, tmp_path / "2.csv", wider)
    assert ledger(settings, "rejected_rows").reason.tolist() == ["anonymous_sale"]
