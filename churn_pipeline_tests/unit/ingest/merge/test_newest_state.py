"""Overlapping uploads: what a later one knows more of enriches, what it knows otherwise corrects, and it is
told."""

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from churn_pipeline.cli.output import delivered_in_words
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, read_arrow, write_table
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline.shop.orders import orders_sql
from churn_pipeline_tests.builders.delivered_files import SHOP, between, deliver, ledger
from churn_pipeline_tests.builders.overlapping_exports import (
    FIRST_ENDS,
    SECOND_BEGINS,
    later_state,
    one_year_of_orders,
)


def test_one_more_mapped_column_enriches_the_overlap(settings, tmp_path):
    orders = one_year_of_orders()
    plain = ["customer", "order", "date", "amount"]
    first, second = orders[orders.date < FIRST_ENDS], orders[orders.date >= SECOND_BEGINS]
    deliver(settings, tmp_path / "1.csv", first[plain])
    told = deliver(settings, tmp_path / "2.csv", second[[*plain, "category"]])
    rows, overlap = ledger(settings), (first.date >= SECOND_BEGINS).sum()
    assert (len(rows), rows.amount.sum()) == (5_409, 215_644)
    assert rows.category.notna().sum() == len(second)
    assert (told.counts["rows_enriched"], told.counts["rows_corrected"], told.counts["rows_added"]) == (
        overlap,
        0,
        len(second) - overlap,
    )
    receipt = ledger(settings, "uploads").set_index("file_name").loc["2.csv"]
    assert receipt.rows_enriched == overlap
    assert f"{overlap:,} enriched" in delivered_in_words(told.counts)


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "the newer one first"])
def test_orders_cancelled_and_corrected_between_two_exports(settings, tmp_path, turned):
    orders = one_year_of_orders()
    columns = ["customer", "order", "date", "amount", "state"]
    first, second = orders[orders.date < FIRST_ENDS], later_state(orders)[lambda f: f.date >= SECOND_BEGINS]
    exports = {"1.csv": first[columns], "2.csv": second[columns]}
    told = [deliver(settings, tmp_path / name, exports[name]) for name in sorted(exports, reverse=turned)]
    transactions = ledger(settings)  # noqa: F841 - read by DuckDB
    (found,) = duckdb.sql(
        f"SELECT count(*), CAST(sum(order_value) AS DOUBLE) FROM ({orders_sql()})"
    ).fetchall()
    assert found == (5_241, 205_615)
    if not turned:
        assert (told[1].counts["rows_corrected"], told[1].counts["rows_removed"]) == (168, 168)
        assert "168 corrected, 168 removed" in delivered_in_words(told[1].counts)


def middle(settings: Settings) -> list[list[object]]:
    rows = ledger(settings)
    inside = rows[~rows.order_id.isin(["first", "last"])].sort_values(["ts", "amount"])
    return (
        inside.astype(object)
        .where(inside.notna(), None)[["customer_id", "order_id", "amount", "product"]]
        .to_numpy()
        .tolist()
    )


@pytest.mark.parametrize(
    ("before", "after", "counted"),
    [
        ("a,7,2024-02-01 10:00,5,", "a,7,2024-02-01 10:00,5,pen", "rows_enriched"),
        ("a,7,2024-02-01 10:00,5,pen", "a,7,2024-02-01 10:00,5,fountain pen", "rows_corrected"),
        ("a,7,2024-02-01 10:00,5,pen", "a,7,2024-02-01 10:00,4,pen", "rows_corrected"),
        ("a,7,2024-02-01 10:00,5,pen", "a,7,2024-02-02 11:00,5,pen", "rows_corrected"),
    ],
    ids=["blank cell filled", "renamed product", "amount", "date"],
)
def test_a_known_order_takes_its_newest_state(settings, tmp_path, before, after, counted):
    deliver(settings, tmp_path / "1.csv", between(before))
    told = deliver(settings, tmp_path / "2.csv", between(after).replace("2024-03-01", "2024-03-02"))
    fields = after.split(",")
    assert middle(settings) == [[fields[0], fields[1], float(fields[3]), fields[4]]]
    assert told.counts[counted] >= 1


def test_a_date_that_gains_a_time_is_the_same_row_and_keeps_it(settings, tmp_path):
    days = "customer,date,amount\na,2024-03-05,5\na,2024-03-06,6\nb,2024-03-09,7\n"
    times = "customer,date,amount\na,2024-03-05 14:12,5\na,2024-03-06 09:30,6\nb,2024-03-10 10:00,7\n"
    deliver(settings, tmp_path / "1.csv", days)
    told = deliver(settings, tmp_path / "2.csv", times)
    assert (told.counts["rows_enriched"], told.counts["rows_added"]) == (2, 1)
    deliver(settings, tmp_path / "3.csv", days + "c,2024-03-11,8\n")
    assert ledger(settings).ts.astype(str).tolist() == [
        "2024-03-05 14:12:00", "2024-03-06 09:30:00", "2024-03-09 00:00:00", "2024-03-10 10:00:00",
        "2024-03-11 00:00:00",
    ]  # fmt: skip


def test_orders_that_vanished_are_told_and_stay(settings, tmp_path):
    lines = [f"a,{n},2024-02-{n + 1:02d} 10:00,5,pen" for n in range(20)]
    deliver(settings, tmp_path / "1.csv", between(*lines))
    told = deliver(
        settings, tmp_path / "2.csv", between(*lines[:10], *lines[12:]).replace("2024-03-01", "2024-03-02")
    )
    assert len(middle(settings)) == 20
    assert any(
        "2 of the 21 orders that the ledger has between" in w and "--replace" in w for w in told.warnings
    )


def test_corrections_without_order_ids_are_told(settings, tmp_path):
    rows = [f"a,2024-02-{n + 1:02d} 10:00,{n + 5}" for n in range(20)]
    deliver(settings, tmp_path / "1.csv", "\n".join(["customer,date,amount", *rows]))
    told = deliver(
        settings,
        tmp_path / "2.csv",
        "\n".join(["customer,date,amount", *rows[:9], "a,2024-02-10 10:00,3", *rows[10:]]),
    )
    assert len(ledger(settings)) == 21
    assert any("1 of its rows are nearly known" in w for w in told.warnings)


def test_the_contact_of_the_newest_row_wins_whatever_came_last(settings, tmp_path):
    deliver(settings, tmp_path / "new.csv", "customer,date,amount,email\na,2024-02-01,5,new@x.org\n")
    deliver(
        settings,
        tmp_path / "old.csv",
        "customer,date,amount,email\na,2023-02-01,5,old@x.org\nb,2023-02-01,5,b@x.org\n",
    )
    assert dict(ledger(settings, "contacts")[["customer_id", "email"]].to_numpy()) == {
        "a": "new@x.org",
        "b": "b@x.org",
    }


def test_of_two_exports_that_end_alike_the_one_exported_later_is_the_newer_one(settings, tmp_path):
    def export(amount: int, day: str) -> str:
        lines = ("a,1,2024-01-01 08:00,1", f"a,2,2024-01-05 08:00,{amount}", "a,3,2024-01-09 08:00,1")
        return "customer,order,date,amount,exported\n" + "".join(f"{line},{day}\n" for line in lines)

    deliver(settings, tmp_path / "late.csv", export(7, "2024-01-12 06:00:00"))
    deliver(settings, tmp_path / "early.csv", export(5, "2024-01-11 06:00:00"))
    assert ledger(settings).sort_values("ts").amount.tolist() == [1, 7, 1]


def test_a_ledger_of_the_former_version_is_merged_anew_with_the_next_delivery(settings, tmp_path):
    deliver(
        settings,
        tmp_path / "1.csv",
        "customer,order,date,amount\na,1,2024-01-01 08:00,5\nb,2,2024-01-20 08:00,7\n",
    )
    deliver(
        settings,
        tmp_path / "2.csv",
        "customer,order,date,amount,category\nb,2,2024-01-20 08:00,7,k\nb,3,2024-02-01 08:00,8,k\n",
    )
    folder, version = shop_folder(settings, SHOP), TableVersion("run", "old")
    doubled = pd.concat([ledger(settings), ledger(settings).query("order_id == '2'").assign(category=None)])
    write_table(folder, "transactions", doubled, version)
    new = {
        "first_event",
        "last_event",
        "exported_at",
        "has_times",
        "rows_corrected",
        "rows_enriched",
        "rows_removed",
    }
    uploads = read_arrow(folder, "uploads").to_pandas()
    table = read_arrow(folder, "uploads")
    pq.write_table(table.select([c for c in table.column_names if c not in new]), folder / "uploads.parquet")
    deliver(
        settings,
        tmp_path / "3.csv",
        "customer,order,date,amount\nb,4,2024-03-01 08:00,1\nb,5,2024-03-02 08:00,1\n",
    )
    assert sorted(ledger(settings).amount) == [1, 1, 5, 7, 8]
    assert len(ledger(settings, "uploads")) == len(uploads) + 1
