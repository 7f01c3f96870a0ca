"""Tables as files: CSV and workbooks that no spreadsheet takes for formulas, and Parquet."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import number

MOST_ROWS_OF_A_SHEET = 1_048_575
"""Of a worksheet, below its heading."""
LONGEST_CELL = 32_767
COLUMN_WIDTH = 16
BETWEEN = "; "

FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
"""How a cell begins that a spreadsheet may take for a formula (OWASP, CSV injection)."""
HARMLESS = r"^[+\-][0-9 ()./\-]*$"
"""Begins like one but can only be a number: phone numbers with their country."""
IDS = ("customer_id", "order_id")
"""Columns in which +49 and -5 are names, and no spreadsheet may make numbers of them."""


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """UTF-8, commas, one heading. Lists become text; a text that a spreadsheet could take for a formula gets
    an apostrophe in front."""
    _harmless(table).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def csv_text(table: pd.DataFrame) -> str:
    """The same as a text, for a small table."""
    return str(_harmless(table).to_csv(index=False, lineterminator="\n"))


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """The table as it is, lists included."""
    table.to_parquet(path, index=False, compression="zstd")


def write_xlsx(table: pd.DataFrame, path: Path) -> None:
    """One worksheet with a fixed heading and a filter; every text is written as text, never as a formula or a
    link. BadInput where the table has more rows than a worksheet."""
    if len(table) > MOST_ROWS_OF_A_SHEET:
        raise BadInput(
            f"{number(len(table))} rows do not fit into a worksheet, which holds "
            f"{number(MOST_ROWS_OF_A_SHEET)}: export as csv or parquet."
        )
    import xlsxwriter

    flat = _flat(table)
    with xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    ) as book:
        sheet, bold = book.add_worksheet("Export"), book.add_format({"bold": True, "bottom": 1})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(0, len(flat.columns) - 1), COLUMN_WIDTH)
        sheet.autofilter(0, 0, len(flat), max(0, len(flat.columns) - 1))
        for place, name in enumerate(flat.columns):
            sheet.write_string(0, place, str(name), bold)
        writers = [_cell_writer(sheet, kind) for kind in flat.dtypes]
        for row, cells in enumerate(flat.itertuples(index=False, name=None), start=1):
            for place, (write, cell) in enumerate(zip(writers, cells, strict=True)):
                if cell is not None and cell == cell and cell is not pd.NaT:
                    write(row, place, cell)


def without_formulas(texts: pd.Series, *, may_be_numbers: bool = True) -> pd.Series:
    """The texts, with an apostrophe before those that a spreadsheet could take for a formula; may_be_numbers:
    not before +49 170 123, which a telephone number is."""
    lines = texts.astype("string").str.replace(r"\r\n?", "\n", regex=True)  # a bare one would begin a new row
    suspect = lines.str.contains(FORMULA, regex=True)
    if may_be_numbers:
        suspect &= ~lines.str.contains(HARMLESS, regex=True)
    return lines.where(~suspect.fillna(False).astype(bool), "'" + lines)


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Flat, and no cell or heading begins a formula."""
    flat = _flat(table)
    for name in flat.columns[_is_text(flat)]:
        flat[name] = without_formulas(flat[name], may_be_numbers=name not in IDS)
    flat.columns = pd.Index(without_formulas(pd.Series(flat.columns, dtype=object)))
    return flat


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """The same with lists of texts as one text each, and lists of anything else as JSON."""
    flat = table.copy(deep=False)
    for name in flat.columns:
        if pd.api.types.is_object_dtype(flat[name].dtype):
            flat[name] = [_cell_text(value) for value in flat[name]]
    return flat


def _cell_text(value: Any) -> Any:
    if not isinstance(value, list | tuple | np.ndarray):
        return value
    if all(isinstance(item, str) for item in value):
        return BETWEEN.join(value)
    return json.dumps(json_safe(list(value)), ensure_ascii=False)


def _is_text(table: pd.DataFrame) -> list[bool]:
    return [pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.StringDtype) for kind in table.dtypes]


def _cell_writer(sheet: Any, kind: Any) -> Callable[[int, int, Any], Any]:
    if pd.api.types.is_bool_dtype(kind):
        return lambda row, place, cell: sheet.write_boolean(row, place, bool(cell))
    if pd.api.types.is_numeric_dtype(kind):
        return lambda row, place, cell: sheet.write_number(row, place, cell) if np.isfinite(cell) else None
    if pd.api.types.is_datetime64_any_dtype(kind):
        return lambda row, place, cell: sheet.write_datetime(row, place, cell.to_pydatetime())
    return lambda row, place, cell: sheet.write_string(row, place, str(cell)[:LONGEST_CELL])
