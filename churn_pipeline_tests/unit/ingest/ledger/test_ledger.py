"""The ledger over several uploads: every row exactly once, corrections replace, a crash leaves the former
ledger whole."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json, read_table, stored_table
from churn_pipeline.ingest.ledger import publish_ledger as publish
from churn_pipeline.ingest.ledger.files_held_back import quarantine
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.stage import Staged, stage_uploads
from churn_pipeline.shop.config import ColumnField, ShopConfig
from churn_pipeline.shop.directory import load_shop, shop_folder

SHOP = "corner"
MAPPING = {ColumnField.CUSTOMER_ID: "customer", ColumnField.DATE: "day", ColumnField.AMOUNT: "total"}
HEADER = "customer,day,total,sku"
JANUARY = ["a,2024-01-01,5,x", "a,2024-01-01,5,x", "b,2024-01-20,7,y", ",2024-01-21,3,x"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write_rows(name: str, rows: list[str]) -> Path:
        path = tmp_path / name
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        return path

    return write_rows


def ingest(settings: Settings, *files: Path, **options) -> Staged:
    """Stages and publishes."""
    try:
        config = load_shop(settings, SHOP)
    except NotFound:
        config = ShopConfig(name=SHOP)
    options = {"mapping": MAPPING, "exact_mapping": True, "run_id": "run"} | options
    staged = stage_uploads(settings, config, list(files), **options)
    publish_staged(settings, SHOP, "run")
    return staged


def ledger(settings: Settings) -> pd.DataFrame:
    return read_table(shop_folder(settings, SHOP), "transactions")


def test_the_same_file_twice_adds_nothing(settings, write):
    file = write("january.csv", JANUARY)
    first = ingest(settings, file)
    before = ledger(settings)
    second = ingest(settings, file)
    pd.testing.assert_frame_equal(ledger(settings), before)
    assert second.data_version == first.data_version
    assert second.counts.get("rows_added", 0) == 0
    assert second.counts["files_known"] == 1
    uploads, rejected = (read_table(shop_folder(settings, SHOP), t) for t in ("uploads", "rejected_rows"))
    assert (len(uploads), uploads.rows_kept[0], uploads.rows_in[0]) == (1, 3, 4)
    assert rejected.reason.tolist() == ["anonymous_sale"]


def test_of_overlapping_exports_each_row_counts_as_often_as_where_it_is_most_frequent(settings, write):
    ingest(settings, write("one.csv", JANUARY))
    overlap = [*JANUARY, "a,2024-01-01,5,x", "c,2024-02-01,9,x"]
    counts = ingest(settings, write("two.csv", overlap)).counts
    assert (counts["rows_added"], counts["rows_known"]) == (2, 3)
    rows = ledger(settings)
    assert rows.customer_id.tolist() == ["a", "a", "a", "b", "c"]
    assert rows.upload_sha256.nunique() == 2
    assert len(read_table(shop_folder(settings, SHOP), "rejected_rows")) == 1


def test_the_order_of_uploads_does_not_change_the_content(settings, write, tmp_path):
    files = [write("one.csv", JANUARY), write("two.csv", [*JANUARY[1:], "c,2024-02-01,9,x"])]
    there, back = ingest(settings, *files), ingest(Settings(home=tmp_path / "other"), *files[::-1])
    assert there.data_version == back.data_version


def test_replace_takes_the_place_of_its_period_only(settings, write):
    ingest(settings, write("january.csv", [*JANUARY, "a,2024-02-02,11,x"]))
    counts = ingest(
        settings, write("corrected.csv", ["a,2024-01-01,6,x", "b,2024-01-20,8,y"]), replace=True
    ).counts
    assert (counts["rows_replaced"], counts["rows_added"]) == (3, 2)
    assert sorted(ledger(settings).amount) == [6.0, 8.0, 11.0]


def test_another_mapping_of_a_known_file_reads_its_rows_again(settings, write):
    file, later = write("january.csv", JANUARY), write("february.csv", ["c,2024-02-01,9,x"])
    ingest(settings, file, later)
    ingest(settings, file, mapping=MAPPING | {ColumnField.PRODUCT: "sku"})
    rows = ledger(settings)
    assert rows["product"].fillna("none").tolist() == ["x", "x", "y", "none"]
    assert len(read_table(shop_folder(settings, SHOP), "uploads")) == 2


def test_originals_and_mapping_are_kept(settings, write):
    file = write("january.csv", JANUARY)
    ingest(settings, file, timezone="Europe/Berlin")
    sha256 = read_table(shop_folder(settings, SHOP), "uploads").upload_sha256[0]
    assert (
        shop_folder(settings, SHOP) / "uploads" / sha256 / "january.csv"
    ).read_bytes() == file.read_bytes()
    saved = load_shop(settings, SHOP)
    assert (saved.mapping, saved.timezone) == (MAPPING, "Europe/Berlin")
    ingest(settings, write("february.csv", ["c,2024-02-01,9,x"]), mapping=None, exact_mapping=False)
    assert ledger(settings).customer_id.tolist() == ["a", "a", "b", "c"]


def test_the_settled_order_of_day_and_month_holds_for_later_files(settings, write):
    ingest(settings, write("one.csv", ["a,31/01/2024,5,x"]))
    ingest(settings, write("two.csv", ["a,03/02/2024,5,x", "b,02/03/2024,5,x", "b,01/02/2024,5,x"]))
    assert ledger(settings).ts.dt.strftime("%Y-%m-%d").tolist() == [
        "2024-01-31",
        "2024-02-03",
        "2024-02-01",
        "2024-03-02",
    ]


def test_staging_alone_leaves_the_published_ledger(settings, write):
    ingest(settings, write("january.csv", JANUARY))
    stage_uploads(
        settings,
        load_shop(settings, SHOP),
        [write("february.csv", ["c,2024-02-01,9,x"])],
        exact_mapping=False,
    )
    assert len(ledger(settings)) == 3
    assert len(read_table(shop_folder(settings, SHOP) / "staged", "transactions")) == 4


def test_without_files_the_ledger_is_staged_unchanged(settings, write):
    version = ingest(settings, write("january.csv", JANUARY)).data_version
    staged = ingest(settings)
    assert (staged.data_version, len(ledger(settings))) == (version, 3)


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("step", range(6))
def test_a_crash_while_publishing_leaves_one_whole_ledger(settings, write, monkeypatch, step):
    ingest(settings, write("january.csv", JANUARY))
    calls = iter(range(100))

    def dying(action):
        def call(*arguments):
            if next(calls) == step:
                raise Killed
            return action(*arguments)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(publish, "_move", dying(publish._move))
        patch.setattr(publish, "save_shop", dying(publish.save_shop))
        patch.setattr(publish, "write_document", dying(publish.write_document))
        with pytest.raises(Killed):
            ingest(settings, write("february.csv", ["c,2024-02-01,9,x"]))
    assert len(ledger(settings)) in (3, 4)
    ingest(settings, write("february.csv", ["c,2024-02-01,9,x"]))
    assert ledger(settings).customer_id.tolist() == ["a", "a", "b", "c"]
    assert len(read_table(shop_folder(settings, SHOP), "uploads")) == 2


def test_publishing_twice_changes_nothing_and_tables_name_the_run(settings, write):
    stage_uploads(
        settings, ShopConfig(name=SHOP), [write("january.csv", JANUARY)], mapping=MAPPING, exact_mapping=True
    )
    first = publish_staged(settings, SHOP, "run-7")
    assert (
        publish_staged(settings, SHOP, "run-8")
        == first
        == stored_table(shop_folder(settings, SHOP), "transactions")
    )
    assert (first.version.run_id, first.rows) == ("run-7", len(ledger(settings)))


def test_publishing_nothing_is_told(settings):
    with pytest.raises(NotFound, match="nothing staged"):
        publish_staged(settings, SHOP, "run")


def test_excluded_customers_are_set_aside(settings, write):
    config = ShopConfig(name=SHOP, exclude_customers=["b"])
    staged = stage_uploads(
        settings, config, [write("january.csv", JANUARY)], mapping=MAPPING, exact_mapping=True
    )
    assert staged.counts["rejected_excluded"] == 1


def test_duplicates_are_dropped_where_the_shop_says_so(settings, write):
    config = ShopConfig(name=SHOP, duplicates="drop")
    counts = stage_uploads(
        settings, config, [write("january.csv", JANUARY)], mapping=MAPPING, exact_mapping=True
    ).counts
    assert (counts["ledger_rows"], counts["rejected_exact_duplicate"]) == (2, 1)


def test_contacts_keep_the_newest_details(settings, tmp_path):
    file = tmp_path / "mail.csv"
    file.write_text(
        "customer,day,total,email\na,2024-01-02,5,new@x.org\na,2024-01-01,5,old@x.org\nb,2024-01-01,5,\n"
    )
    ingest(settings, file, mapping=MAPPING | {ColumnField.EMAIL: "email"})
    contacts = read_table(shop_folder(settings, SHOP), "contacts")
    assert contacts[["customer_id", "email"]].values.tolist() == [["a", "new@x.org"]]


def test_a_file_without_usable_rows_is_refused(settings, write):
    with pytest.raises(BadInput, match="none of its 1 rows can be used"):
        ingest(settings, write("bad.csv", [",2024-01-01,5,x"]))


def test_a_missing_file_and_an_oversized_one_are_refused(settings, write, tmp_path):
    with pytest.raises(BadInput, match="is not there"):
        ingest(settings, tmp_path / "nowhere.csv")
    small = Settings(home=tmp_path / "home", max_upload_mb=1)
    with pytest.raises(BadInput, match="the limit is 1 MB"):
        ingest(small, write("large.csv", ["a,2024-01-01,5," + "x" * 1_100_000]))


def test_quarantine_keeps_file_and_reason(settings, write):
    file = write("bad.csv", ["a"])
    place = quarantine(settings, SHOP, file, "no dates")
    assert place.read_text().startswith(HEADER) and not file.exists()
    assert read_json(place.parent / "reason.json")["reason"] == "no dates"
