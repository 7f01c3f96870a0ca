"""What a delivered file holds before anything is understood: cells as text."""

from dataclasses import dataclass, field

import pyarrow as pa

from churn_pipeline.ingest.reasons import Reason

ROW_NUMBER = "__row_number"
"""Column of `RawTable.cells` that numbers the file's data rows from 1; unusable lines keep their number, so it may have gaps."""


@dataclass(frozen=True)
class UnusableLine:
    """A line that does not fit the table, for example with too many cells."""

    row_number: int
    text: str
    reason: Reason = Reason.BAD_COLUMNS


@dataclass(frozen=True)
class Origin:
    """How the file was read; None where it does not apply to its kind."""

    kind: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    skipped_lines: int = 0
    has_header: bool = True


@dataclass(frozen=True)
class RawTable:
    """All cells as strings (null: no cell), with ROW_NUMBER (int64) as the first column; the others are named as in the file."""

    cells: pa.Table
    origin: Origin
    unusable: tuple[UnusableLine, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def columns(self) -> list[str]:
        return [c for c in self.cells.column_names if c != ROW_NUMBER]

    def sql_name(self, column: str) -> str:
        """The column's name in SQL, where names that differ in case alone would be the same."""
        return f"c{self.columns.index(column)}"

    @property
    def rows_in(self) -> int:
        return self.cells.num_rows + len(self.unusable)


def column_names(cells: list[str]) -> list[str]:
    """Usable names from a header row: trimmed, blank ones numbered, repeated ones suffixed _2, _3, ..."""
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        wanted = " ".join(cell.replace("\ufeff", "").split()) or f"column_{position}"
        name, repeat = wanted, 2
        while name in names or name == ROW_NUMBER:
            name, repeat = f"{wanted}_{repeat}", repeat + 1
        names.append(name)
    return names


def numbered(columns: dict[str, pa.ChunkedArray | pa.Array], row_numbers: pa.Array | None = None) -> pa.Table:
    """The cells with their row numbers (1, 2, ... unless given) in front."""
    rows = len(next(iter(columns.values()))) if columns else 0
    numbers = row_numbers if row_numbers is not None else pa.array(range(1, rows + 1), pa.int64())
    return pa.table({ROW_NUMBER: numbers, **columns})
