"""Files that spreadsheets open without harm: what is a formula stays text, lists become readable."""

import csv
import io
import re
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from churn_pipeline.core.errors import BadInput
from churn_pipeline.reports.tables import written_tables
from churn_pipeline.reports.tables.written_tables import csv_text, write_csv, write_parquet, write_xlsx

HOSTILE = ['=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]
HARMLESS = ["+49 170 123-45", "-12.5", "C-17", "a=b", "", "名前", 'say "hi", twice\nover']


def table_of(texts: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "note": texts,
            "amount": [-1.5] * len(texts),
            "at": [datetime(2024, 5, 1, 12)] * len(texts),
            "reasons": [["=first", "second"]] * len(texts),
            "factors": [[{"factor": "overdue", "impact": float("nan")}]] * len(texts),
        }
    )


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_cell_of_a_csv_file_begins_a_formula(tmp_path: Path) -> None:
    write_csv(table_of([*HOSTILE, *HARMLESS]), tmp_path / "t.csv")
    rows = csv_rows(tmp_path / "t.csv")
    found = [row["note"] for row in rows]
    assert found[: len(HOSTILE)] == ["'" + text.replace("\r", "\n") for text in HOSTILE]
    assert found[len(HOSTILE) :] == HARMLESS
    assert {row["reasons"] for row in rows} == {"'=first; second"}
    assert {row["factors"] for row in rows} == {'[{"factor": "overdue", "impact": null}]'}
    assert {row["amount"] for row in rows} == {"-1.5"}


def test_the_text_of_a_table_is_that_of_its_file(tmp_path: Path) -> None:
    table = table_of([*HOSTILE, *HARMLESS])
    write_csv(table, tmp_path / "t.csv")
    assert csv_text(table) == (tmp_path / "t.csv").read_bytes().decode()


def test_tables_for_spreadsheets_are_written_here_alone() -> None:
    """Whoever writes CSV or workbooks elsewhere lets formulas of customers' names and ids through."""
    writes = re.compile(r"\.to_csv\(|\.to_excel\(|csv\.writer|csv\.DictWriter|import xlsxwriter")
    package = Path(written_tables.__file__).parents[2]
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if path.relative_to(package).parts[0] != "samples" and writes.search(path.read_text("utf-8"))
    }
    assert found == {"reports/tables/written_tables.py"}


def test_a_heading_is_no_formula_either(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"=1+1": [1]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "'=1+1\n1\n"


def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers(tmp_path: Path) -> None:
    texts = [t for t in (*HOSTILE, *HARMLESS) if t]
    write_xlsx(table_of(texts), tmp_path / "t.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[0] == ["note", "amount", "at", "reasons", "factors"]
    assert [row[0].replace("\r\n", "\n") for row in rows[1:]] == [t.replace("\r", "\r") for t in texts]
    assert rows[1][1:4] == [-1.5, datetime(2024, 5, 1, 12), "=first; second"]
    import zipfile

    sheet = zipfile.ZipFile(tmp_path / "t.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "hyperlink" not in sheet.lower().replace("hyperlink(", "")


def test_a_workbook_leaves_cells_without_a_value_empty(tmp_path: Path) -> None:
    frame = pd.DataFrame({"p": [0.5, None], "at": [pd.NaT, pd.Timestamp("2024-01-01")], "t": [None, "x"]})
    write_xlsx(frame, tmp_path / "t.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[1] == [0.5, "", ""] and rows[2][0] == "" and rows[2][2] == "x"


def test_more_rows_than_a_worksheet_holds_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written_tables, "MOST_ROWS_OF_A_SHEET", 3)
    with pytest.raises(BadInput, match=r"^4 rows do not fit .* holds 3: export as csv or parquet\.$"):
        write_xlsx(table_of(["a", "b", "c", "d"]), tmp_path / "t.xlsx")


def test_parquet_keeps_everything_as_it_is(tmp_path: Path) -> None:
    write_parquet(table_of(HOSTILE), tmp_path / "t.parquet")
    read = pd.read_parquet(tmp_path / "t.parquet")
    assert read["note"].tolist() == HOSTILE and list(read["reasons"][0]) == ["=first", "second"]


def test_ids_are_no_numbers_for_a_spreadsheet():
    table = pd.DataFrame({"customer_id": ["+49", "-5", "=1", "C-17"], "phone": ["+49 170", "-5", "=1", "x"]})
    found = pd.read_csv(io.StringIO(csv_text(table)), dtype=str)
    assert found["customer_id"].tolist() == ["'+49", "'-5", "'=1", "C-17"]
    assert found["phone"].tolist() == ["+49 170", "-5", "'=1", "x"]
