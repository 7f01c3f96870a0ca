"""What a delivered file holds before anything is understood: cells as text."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

import pyarrow as pa

from churn_pipeline.ingest.ledger.rejections import Reason

ROW_NUMBER = "__row_number"
"""Column of `RawTable.cells` that numbers the file's data rows from 1; unusable lines keep their number, so
it may have gaps."""


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
    """All cells as strings (null: no cell), with ROW_NUMBER (int64) as the first column; the others are named
    as in the file.

    header: the names as they stand in the file, where it can repeat one. repeated: such a name -> what its
        columns are called here."""

    cells: pa.Table
    origin: Origin
    unusable: tuple[UnusableLine, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    header: tuple[str, ...] = ()
    repeated: dict[str, tuple[str, ...]] = field(default_factory=dict)

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
        wanted = _plain(cell) or f"column_{position}"
        name, repeat = wanted, 2
        while name in names or name == ROW_NUMBER:
            name, repeat = f"{wanted}_{repeat}", repeat + 1
        names.append(name)
    return names


def _plain(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split())


def repeats_settled(raw: RawTable) -> RawTable:
    """The table with repeated column names settled: equal columns are read once, others become NAME_1,
    NAME_2, ... (`repeated`)."""
    places: dict[str, list[int]] = defaultdict(list)
    for position, cell in enumerate(raw.header):
        places[_plain(cell)].append(position)
    names = dict(enumerate(raw.columns))
    dropped: set[int] = set()
    repeated: dict[str, tuple[str, ...]] = {}
    warnings: list[str] = []
    for name, positions in places.items():
        if not name or len(positions) == 1:
            continue
        if all(raw.cells.column(1 + p).equals(raw.cells.column(1 + positions[0])) for p in positions):
            dropped |= set(positions[1:])
            warnings.append(
                f"column {name!r} comes {len(positions)} times with the same cells and is read once."
            )
            continue
        taken = {c for p, c in enumerate(raw.columns) if p not in positions}
        repeated[name] = tuple(_free(f"{name}_{n}", taken) for n in range(1, len(positions) + 1))
        names |= dict(zip(positions, repeated[name], strict=True))
    if not dropped and not repeated:
        return raw
    kept = [p for p in names if p not in dropped]
    cells = pa.table({ROW_NUMBER: raw.cells.column(0), **{names[p]: raw.cells.column(1 + p) for p in kept}})
    return replace(raw, cells=cells, warnings=(*raw.warnings, *warnings), repeated=repeated)


def _free(name: str, taken: set[str]) -> str:
    """The name, with an underscore added until no other column has it."""
    return name if name not in taken else _free(name + "_", taken)


def numbered(columns: dict[str, pa.ChunkedArray | pa.Array], row_numbers: pa.Array | None = None) -> pa.Table:
    """The cells with their row numbers (1, 2, ... unless given) in front."""
    rows = len(next(iter(columns.values()))) if columns else 0
    numbers = row_numbers if row_numbers is not None else pa.array(range(1, rows + 1), pa.int64())
    return pa.table({ROW_NUMBER: numbers, **columns})
