"""Deliveries by the real command: the same file twice, an overlapping export, a corrected one, a sheet of a
workbook."""

from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline_tests.builders.commands import COLUMNS, Churn, raw_file
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.workbooks import write_workbook

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    return simulated_ledger(customers=200, days=400, seed=11)


@pytest.fixture(scope="module")
def first(churn: Churn, home: Path, sales: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the first 300 days, ingested."""
    early = sales[sales.ts < sales.ts.min() + pd.Timedelta(days=300)]
    file = raw_file(tmp_path_factory.mktemp("files") / "first.csv", early)
    done = churn("ingest", file, "--shop", "kiosk")
    assert done.code == 0, done.err
    return file


def ledger(home: Path) -> pd.DataFrame:
    return pd.read_parquet(home / "data" / "shops" / "kiosk" / "transactions.parquet")


def turnover(frame: pd.DataFrame) -> float:
    return round(float(frame.amount.sum()), 2)


def test_deliveries_one_after_the_other(
    churn: Churn, home: Path, sales: pd.DataFrame, first: Path, tmp_path: Path
):
    whole = ledger(home)
    again = churn("ingest", first, "--shop", "kiosk")
    assert again.code == 0 and "was delivered before, nothing is added" in again.err
    assert ledger(home).equals(whole)

    day = sales.ts.min() + pd.Timedelta(days=250)
    overlapping = raw_file(tmp_path / "overlapping.csv", sales[sales.ts >= day.normalize()])
    told = churn("ingest", overlapping, "--shop", "kiosk")
    added = len(sales) - len(whole)
    assert (
        f"{added:,} rows added" in told.out
        and f"{(sales.ts >= day.normalize()).sum() - added:,} known" in told.out
    )
    assert len(ledger(home)) == len(sales) and turnover(ledger(home)) == turnover(sales)

    late = sales[sales.ts >= day.normalize()]
    corrected = raw_file(tmp_path / "corrected.csv", late.assign(amount=late.amount + 1))
    assert f"{len(late):,} replaced" in churn("ingest", corrected, "--shop", "kiosk", "--replace").out
    assert len(ledger(home)) == len(sales)
    assert turnover(ledger(home)) == pytest.approx(turnover(sales) + len(late), abs=0.01)
    register = pd.read_parquet(home / "data" / "shops" / "kiosk" / "uploads.parquet")
    assert register.file_name.tolist() == ["first.csv", "overlapping.csv", "corrected.csv"]
    assert set(ledger(home).upload_sha256) <= set(register.upload_sha256)


def test_a_workbooks_sheet(churn: Churn, home: Path, sales: pd.DataFrame, tmp_path: Path):
    rows = sales[list(COLUMNS)].rename(columns=COLUMNS).astype(str)
    sheets = {
        "read me": [["about", "these sales"]] * 2000,
        "sales": [list(rows.columns), *rows.to_numpy().tolist()],
    }
    workbook = write_workbook(tmp_path / "sales.xlsx", sheets)
    done = churn("ingest", workbook, "--shop", "cafe", "--sheet", "sales")
    assert done.code == 0, done.err
    stored = pd.read_parquet(home / "data" / "shops" / "cafe" / "transactions.parquet")
    assert len(stored) == len(sales) and turnover(stored) == turnover(sales)
