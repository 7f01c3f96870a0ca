"""Quotation marks that open and never close: each would swallow the lines after it into one cell.

A cell may hold line breaks, an address for example. It has swallowed rows where lines inside it are whole
rows by themselves, or the last row's other cells. Only such a file is copied without the marks at fault,
which are those of a line that no line soon after it closes."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from churn_pipeline.ingest.files.csv_dialect import Dialect

_LONGEST_CELL = 20
"""Lines that one cell may hold and still be believed."""


def has_swallowed_rows(table: pa.Table, odd: list[tuple[int, str]], dialect: Dialect) -> bool:
    """Whether a cell of the table, or one of the lines that did not fit (number, text), holds whole rows."""
    cells = (cell for column in table.columns for cell in _with_line_breaks(column))
    texts = [text for _, text in odd]
    return _end_swallowed(table, texts, dialect) or any(
        _rows_inside(cell, dialect, table.num_columns) for cell in [*cells, *texts]
    )


def copy_without_stray_quotes(
    source: Path, target: Path, encoding: str, dialect: Dialect, width: int
) -> list[int]:
    """Copies a text file; a line whose quotation mark never closes loses its marks. Returns the numbers of
    these lines, from 1."""
    stray: list[int] = []
    inside = False
    with (
        source.open(encoding=encoding, newline="") as lines,
        target.open("w", encoding=encoding, newline="") as copy,
    ):
        for number, line, following in _with_following(lines):
            odd = line.count(dialect.quote) % 2 == 1
            if odd and not inside and not _closes(following, dialect, width):
                stray.append(number)
                copy.write(line.replace(dialect.quote, ""))
                continue
            inside = inside != odd
            copy.write(line)
    return stray


def _with_line_breaks(column: pa.ChunkedArray) -> list[str]:
    if not len(column) or pc.max(pc.binary_length(column)).as_py() < _LONGEST_CELL:
        return []
    found: list[str] = column.filter(pc.match_substring(column, "\n")).to_pylist()
    return found


def _end_swallowed(table: pa.Table, odd: list[str], dialect: Dialect) -> bool:
    """Whether a mark opens in the last line: it swallowed the line's other cells and is odd, or its end."""
    ends = [column[-1].as_py() or "" for column in table.columns] if table.num_rows else []
    return any(cell.endswith(("\n", "\r")) for cell in ends) or any(
        text.count(dialect.quote) % 2 for text in odd[-1:] if dialect.quote
    )


def _rows_inside(cell: str, dialect: Dialect, width: int) -> bool:
    inner = cell.splitlines()[1:]
    return width > 1 and any(_width(line, dialect) == width for line in inner)


def _width(line: str, dialect: Dialect) -> int:
    return len(
        next(
            csv.reader(
                [line], delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=dialect.escape
            ),
            [],
        )
    )


def _closes(following: list[str], dialect: Dialect, width: int) -> bool:
    """Whether one of the following lines closes the cell that was opened, with no whole row on the way."""
    for line in following:
        if line.count(dialect.quote) % 2:
            return True
        if _width(line, dialect) == width:
            return False
    return False


def _with_following(lines: Iterator[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Every line with its number, from 1, and the few lines after it."""
    ahead = list(islice(lines, _LONGEST_CELL + 1))
    number = 1
    while ahead:
        yield number, ahead[0], ahead[1:]
        number += 1
        ahead = [*ahead[1:], *islice(lines, 1)]
