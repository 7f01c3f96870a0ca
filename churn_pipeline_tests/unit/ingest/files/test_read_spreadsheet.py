"""The sheet of a workbook: the largest unless one is asked for, the same one again when the ledger is folded
anew."""

from pathlib import Path

import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.inspect import inspect_file
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.repair import rebuild_ledger
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import load_shop, shop_folder
from churn_pipeline_tests.builders.workbooks import write_workbook

HEADER = ["customer_id", "date", "amount"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def years(tmp_path: Path) -> Path:
    """One sheet a year; the later one is longer."""
    rows = {
        year: [[f"C{n}", f"{year}-03-{n + 1:02}", f"{n + 0.5}"] for n in range(year - 2015)]
        for year in (2023, 2024)
    }
    return write_workbook(
        tmp_path / "years.xlsx", {str(year): [HEADER, *cells] for year, cells in rows.items()}
    )


def test_the_largest_sheet_is_read_and_the_others_are_named(settings: Settings, years: Path):
    found = inspect_file(years, settings)
    assert (found["sheet"], found["sheets"], found["rows"]) == ("2024", ["2023", "2024"], 9)
    assert found["warnings"] == ["sheet '2024' was read, not '2023'."]


def test_the_sheet_that_is_asked_for_is_read_also_when_the_ledger_is_rebuilt(settings: Settings, years: Path):
    staged = stage_uploads(settings, ShopConfig(name="tea"), [years], sheet="2023", exact_mapping=False)
    assert staged.counts["rows_added"] == 8
    publish_staged(settings, "tea", "")
    ledger = read_table(shop_folder(settings, "tea"), "transactions")
    assert set(ledger.ts.dt.year) == {2023}
    rebuild_ledger(settings, "tea", ["transactions"])
    assert read_table(shop_folder(settings, "tea"), "transactions").equals(ledger)


def test_another_sheet_of_a_known_workbook_takes_the_place_of_the_first(settings: Settings, years: Path):
    for sheet in ("2023", "2024"):
        config = load_shop(settings, "tea") if sheet == "2024" else ShopConfig(name="tea")
        stage_uploads(settings, config, [years], sheet=sheet, exact_mapping=False)
        publish_staged(settings, "tea", "")
    assert set(read_table(shop_folder(settings, "tea"), "transactions").ts.dt.year) == {2024}


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(settings: Settings, years: Path):
    with pytest.raises(BadInput, match=r"years\.xlsx has no sheet 'May'; sheets seen: 2023, 2024"):
        inspect_file(years, settings, sheet="May")


def test_a_text_file_has_no_sheets(settings: Settings, tmp_path: Path):
    file = tmp_path / "sales.csv"
    file.write_text("customer_id,date,amount\nC1,2024-01-01,3\n")
    with pytest.raises(
        BadInput, match=r"sales\.csv is no workbook, so it has no sheet 'May': leave the sheet out"
    ):
        inspect_file(file, settings, sheet="May")
