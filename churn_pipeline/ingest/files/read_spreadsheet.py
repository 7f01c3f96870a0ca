"""Excel and OpenDocument workbooks into cells, with calamine."""

import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from churn_pipeline.core.errors import BadInput
from churn_pipeline.ingest.files.damage import damage_told
from churn_pipeline.ingest.files.raw import Origin, RawTable, column_names, numbered


@damage_told(
    "a workbook",
    "save it again without a password, or as CSV",
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    UnicodeError,
)
def read_spreadsheet(
    path: Path, name: str, wanted: frozenset[str] = frozenset(), sheet: str | None = None
) -> RawTable:
    """Reads one sheet: the one asked for, else the one with the `wanted` columns, else the one with most
    rows.

    Raises:
        BadInput: damaged, encrypted, without a table, or without the sheet asked for.
    """
    workbook = CalamineWorkbook.from_path(str(path))
    names = list(workbook.sheet_names)
    if sheet is not None and sheet not in names:
        raise BadInput(f"{name} has no sheet {sheet!r}; sheets seen: {', '.join(names)}.")
    tables = {
        s: _table(workbook.get_sheet_by_name(s).to_python(skip_empty_area=True))
        for s in ([sheet] if sheet else names)
    }
    filled = {s: t for s, t in tables.items() if len(t[1]) > 1}
    if not filled:
        raise BadInput(
            f"{name} holds no sheet with a header and rows: "
            f"deliver a sheet with a header row and one row per purchase."
        )
    fits = {s: len(wanted & set(column_names(t[1][0]))) for s, t in filled.items()}
    chosen = max(filled, key=lambda s: (fits[s], len(filled[s][1])))
    skipped, rows = filled[chosen]
    columns = column_names(rows[0])
    cells = {c: pa.array([r[i] for r in rows[1:]], pa.string()) for i, c in enumerate(columns)}
    others = [s for s in filled if s != chosen]
    warnings = (f"sheet {chosen!r} was read, not {', '.join(map(repr, others))}.",) if others else ()
    origin = Origin("spreadsheet", sheet=chosen, sheets=tuple(names), skipped_lines=skipped)
    return RawTable(numbered(cells), origin, warnings=warnings, header=tuple(rows[0]))


def _table(rows: list[list[Any]]) -> tuple[int, list[list[str]]]:
    """Rows of texts from the header on, and how many rows stand above it: the header is the first row at
    least half filled."""
    texts = [[_text(c) for c in row] for row in rows]
    width = max((len(r) for r in texts), default=0)
    used = max((sum(bool(c) for c in r) for r in texts), default=0)
    start = next(
        (
            i
            for i, r in enumerate(texts)
            if sum(bool(c) for c in r) > used / 2 and sum(bool(c) for c in r) > 1
        ),
        len(texts),
    )
    return start, [[*r, *[""] * (width - len(r))] for r in texts[start:]]


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a decimal part, dates in ISO form."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="milliseconds" if cell.microsecond else "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
