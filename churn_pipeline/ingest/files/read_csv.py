"""Delimited text into cells, with Arrow's reader; lines that do not fit are kept aside with their number."""

import csv
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from churn_pipeline.core.errors import BadInput
from churn_pipeline.ingest.files.csv_dialect import Dialect, find_dialect
from churn_pipeline.ingest.files.damage import damage_told
from churn_pipeline.ingest.files.raw import Origin, RawTable, UnusableLine, column_names, numbered
from churn_pipeline.ingest.files.stray_quotes import copy_without_stray_quotes, has_swallowed_rows

SAMPLE_BYTES = 256 * 1024


@damage_told("delimited text", "save it as a CSV file in UTF-8", csv.Error, UnicodeError, pa.ArrowException)
def read_csv(path: Path, name: str, encoding: str) -> RawTable:
    """Reads a delimited text file.

    Args:
        path: the file.
        name: what messages call it.
        encoding: Python name of its encoding.

    Raises:
        BadInput: nothing but a header, no table in it, or characters that are none in this encoding.
    """
    dialect = find_dialect(sample_text(path, encoding))
    names = column_names(list(dialect.header))
    if not names:
        raise BadInput(f"{name} is empty: deliver a file with a header row and one row per purchase.")
    table, odd = _read(path, encoding, dialect, names)
    warnings: tuple[str, ...] = ()
    if has_swallowed_rows(table, odd, dialect):
        table, odd, warnings = _read_without_stray_quotes(path, encoding, dialect, names)
    repaired, unusable = _repair(odd, dialect, len(names))
    if table.num_rows == 0 and not repaired:
        raise BadInput(
            f"{name} has a header ({', '.join(names)}) but no rows: deliver a file with one row per purchase."
        )
    origin = Origin(
        "csv", encoding, dialect.delimiter, skipped_lines=dialect.skipped_lines, has_header=dialect.has_header
    )
    return RawTable(
        _with_repaired(table, repaired, [number for number, _ in odd]),
        origin,
        tuple(unusable),
        warnings,
        dialect.header,
    )


def sample_text(path: Path, encoding: str) -> str:
    """The file's first whole lines."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    text = head.decode(encoding, errors="ignore")
    if len(head) < SAMPLE_BYTES:
        return text
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end > 0 else text


def _read(
    path: Path, encoding: str, dialect: Dialect, names: list[str]
) -> tuple[pa.Table, list[tuple[int, str]]]:
    """The rows of the expected width, and the others with their row number (from 1)."""
    odd: list[tuple[int, str]] = []
    before = dialect.skipped_lines + int(dialect.has_header)
    table = pacsv.read_csv(
        path,
        read_options=pacsv.ReadOptions(
            column_names=names, skip_rows=before, encoding=encoding, use_threads=False, block_size=8 << 20
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote,
            escape_char=dialect.escape or False,
            newlines_in_values=True,
            invalid_row_handler=_keeper(odd, before),
        ),
        convert_options=pacsv.ConvertOptions(
            column_types={n: pa.string() for n in names}, strings_can_be_null=False
        ),
    )
    return table, odd


def _read_without_stray_quotes(
    path: Path, encoding: str, dialect: Dialect, names: list[str]
) -> tuple[pa.Table, list[tuple[int, str]], tuple[str, ...]]:
    """The same of a copy in which every quotation mark closes, with a warning that names the lines at
    fault."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.csv"
        lines = copy_without_stray_quotes(path, copy, encoding, dialect, len(names))
        table, odd = _read(copy, encoding, dialect, names)
    if not lines:
        return table, odd, ()
    named = ", ".join(map(str, lines[:5])) + (f" and {len(lines) - 5:,} more" if len(lines) > 5 else "")
    return table, odd, (f"a quotation mark never closes in line {named}: read without quotation marks.",)


def _keeper(odd: list[tuple[int, str]], before: int) -> Callable[[pacsv.InvalidRow], str]:
    def keep(row: pacsv.InvalidRow) -> str:
        odd.append(((row.number or 0) - before, row.text))
        return "skip"

    return keep


def _repair(
    odd: list[tuple[int, str]], dialect: Dialect, width: int
) -> tuple[list[tuple[int, list[str]]], list[UnusableLine]]:
    """Rows whose missing cells at the end, or blank ones too many, do no harm; the rest is unusable."""
    repaired, unusable = [], []
    for number, text in odd:
        cells = next(
            csv.reader(
                [text], delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=dialect.escape
            ),
            [],
        )
        if len(cells) <= width or not any(c.strip() for c in cells[width:]):
            repaired.append((number, [*cells, *[""] * (width - len(cells))][:width]))
        else:
            unusable.append(UnusableLine(number, text))
    return repaired, unusable


def _with_repaired(
    table: pa.Table, repaired: list[tuple[int, list[str]]], odd_numbers: list[int]
) -> pa.Table:
    """The table with true row numbers and the repaired rows in their places."""
    if not odd_numbers:
        return numbered(dict(zip(table.column_names, table.columns, strict=True)))
    taken = set(odd_numbers)
    numbers = pa.array([n for n in range(1, table.num_rows + len(taken) + 1) if n not in taken], pa.int64())
    regular = numbered(dict(zip(table.column_names, table.columns, strict=True)), numbers)
    if not repaired:
        return regular
    columns = {
        name: pa.array([cells[i] for _, cells in repaired], pa.string())
        for i, name in enumerate(table.column_names)
    }
    both = pa.concat_tables([regular, numbered(columns, pa.array([n for n, _ in repaired], pa.int64()))])
    return both.take(pc.sort_indices(both, sort_keys=[(both.column_names[0], "ascending")]))
