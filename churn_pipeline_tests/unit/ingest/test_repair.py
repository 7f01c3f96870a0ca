"""Damaged tables are named in one sentence and brought back: the ledger from the kept files, others from the
warehouse file."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import (
    TableVersion,
    duckdb_over,
    is_damaged,
    read_arrow,
    read_table,
    table_path,
    write_json,
    write_table,
    write_warehouse,
)
from churn_pipeline.core.tables import SCORE_HISTORY, TABLES
from churn_pipeline.ingest.ledger.kept_uploads import UPLOADS_DIR, kept_entries
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.repair import LEDGER, repair_shop
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.config import ColumnField, ShopConfig
from churn_pipeline.shop.directory import load_shop, shop_folder

SHOP = "corner"
MAPPING = {
    ColumnField.CUSTOMER_ID: "customer",
    ColumnField.DATE: "day",
    ColumnField.AMOUNT: "total",
    ColumnField.EMAIL: "mail",
}
JANUARY = (
    "customer,day,total,mail\na,2024-01-01,5,a@x\na,2024-01-01,5,a@x\nb,2024-01-20,7,b@x\n,2024-01-21,3,\n"
)
FEBRUARY = "customer,day,total,mail\nb,2024-01-20,7,b@y\nc,2024-02-02,9,c@x\n"
CORRECTED = "customer,day,total,mail\na,2024-01-01,6,a@x\nb,2024-01-20,7,b@x\n"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """A ledger of three deliveries, the last of which corrects the first."""
    config = ShopConfig(name=SHOP)
    for name, text, replace in (
        ("1.csv", JANUARY, False),
        ("2.csv", FEBRUARY, False),
        ("3.csv", CORRECTED, True),
    ):
        (tmp_path / name).write_text(text)
        stage_uploads(
            settings,
            config,
            [tmp_path / name],
            mapping=MAPPING,
            exact_mapping=True,
            replace=replace,
            run_id="run",
        )
        publish_staged(settings, SHOP, "run")
        config = load_shop(settings, SHOP)
    return shop_folder(settings, SHOP)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def ledger(folder: Path) -> dict[str, pd.DataFrame]:
    return {name: read_table(folder, name) for name in LEDGER}


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[60] ^= 4
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("damaged", "damage"),
    [
        (("transactions",), flip_a_bit),
        (("uploads",), truncate),
        (("contacts",), empty),
        (("rejected_rows",), flip_a_bit),
        (LEDGER, truncate),
    ],
    ids=["transactions", "uploads", "contacts", "rejected_rows", "all"],
)
def test_a_damaged_ledger_is_rebuilt_from_the_kept_files(settings, folder, damaged, damage):
    before = ledger(folder)
    for name in damaged:
        damage(table_path(folder, name))
        with pytest.raises(ChurnError, match=rf"{name}.parquet is damaged .*churn repair --shop {SHOP}"):
            read_table(folder, name)
    (said,) = repair_shop(settings, SHOP)
    assert "rebuilt from 3 kept files: 3 rows" in said and all(name in said for name in damaged)
    for name, frame in ledger(folder).items():
        pd.testing.assert_frame_equal(frame, before[name])
    assert repair_shop(settings, SHOP) == []


def test_a_ledger_that_is_gone_is_rebuilt_too(settings, folder):
    before = ledger(folder)
    for name in LEDGER:
        table_path(folder, name).unlink()
    repair_shop(settings, SHOP)
    pd.testing.assert_frame_equal(ledger(folder)["transactions"], before["transactions"])
    assert repair_shop(settings, "never_heard_of") == []


def test_a_publication_that_a_crash_interrupted_does_not_stand_in_the_way(settings, folder):
    write_json(folder / "staged" / "publishing.json", {"run_id": "run"})
    (folder / "staged" / "staged.json").write_text("{")
    truncate(table_path(folder, "transactions"))
    assert "rebuilt" in repair_shop(settings, SHOP)[0]
    assert len(read_table(folder, "transactions")) == 3


def test_without_an_original_its_kept_rows_serve(settings, folder):
    """As after a customer of it was forgotten."""
    before = ledger(folder)
    for original in (folder / UPLOADS_DIR).rglob("2.csv"):
        original.unlink()
    truncate(table_path(folder, "transactions"))
    assert "rebuilt from 3 kept files: 3 rows" in repair_shop(settings, SHOP)[0]
    pd.testing.assert_frame_equal(ledger(folder)["transactions"], before["transactions"])


def test_without_an_original_and_its_rows_the_sentence_says_which_period_to_deliver(settings, folder):
    for original in (folder / UPLOADS_DIR).rglob("2.csv"):
        shutil.rmtree(original.parent / "kept_rows")
        original.unlink()
    truncate(table_path(folder, "transactions"))
    with pytest.raises(ChurnError, match=r"2\.csv.*deliver the period again"):
        repair_shop(settings, SHOP)
    assert table_path(folder, "transactions").exists(), "nothing was thrown away"


def test_the_receipts_hold_the_register(settings, folder):
    assert kept_entries(folder) == read_arrow(folder, "uploads").to_pylist()


@pytest.fixture
def scored(folder: Path) -> Path:
    """The shop after a run: receipts of a scoring, results.json that names them, and the warehouse file."""
    at = pd.Timestamp("2024-03-01")
    row = {
        "customer_id": "a",
        "as_of": at,
        "status": "eligible",
        "churn_probability": 0.5,
        "return_probability": 0.5,
        "risk_tier": "medium",
        "clv": 1.0,
        "scored_at": at,
    }
    rows = pd.DataFrame([row | {"run_id": "run-1", "model_version": "1", "due_at": at}])
    write_table(folder, SCORE_HISTORY.name, rows, TableVersion("run-1", "v1"))
    write_json(
        folder / "results.json",
        {"tables": {SCORE_HISTORY.name: {"run_id": "run-1", "data_version": "v1", "rows": 1}}},
    )
    write_warehouse(folder)
    return folder


def test_what_no_run_can_make_anew_comes_back_from_the_warehouse(settings, scored):
    before = read_table(scored, SCORE_HISTORY.name)
    truncate(table_path(scored, SCORE_HISTORY.name))
    assert repair_shop(settings, SHOP) == [
        f"score_history of shop {SHOP} was damaged and is restored from warehouse.duckdb."
    ]
    pd.testing.assert_frame_equal(read_table(scored, SCORE_HISTORY.name), before)


@pytest.mark.parametrize("spoil", ["warehouse", "results.json"])
def test_without_a_copy_the_damaged_file_is_set_aside(settings, scored, spoil):
    (scored / "warehouse.duckdb").write_bytes(b"no database") if spoil == "warehouse" else (
        scored / "results.json"
    ).unlink()
    path = table_path(scored, SCORE_HISTORY.name)
    truncate(path)
    assert "is set aside" in repair_shop(settings, SHOP, tuple(TABLES))[0]
    assert not path.exists() and path.with_name("score_history.parquet.damaged").exists()


def test_every_flipped_bit_of_the_data_is_noticed(folder):
    path = table_path(folder, "transactions")
    whole = path.read_bytes()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    before = read_table(folder, "transactions")
    for position in range(4, footer, 7):
        data = bytearray(whole)
        data[position] ^= 1 << position % 8
        path.write_bytes(data)
        assert is_damaged(path) or read_table(folder, "transactions").equals(before), position


def test_a_query_names_the_damaged_table(folder):
    truncate(table_path(folder, "contacts"))
    with (
        pytest.raises(ChurnError, match=r"contacts\.parquet is damaged"),
        duckdb_over(folder, ["transactions", "contacts"]),
    ):
        pass
