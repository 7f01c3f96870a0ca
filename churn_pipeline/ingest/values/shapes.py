"""Shapes: texts with every digit written as 9. A column of a million texts has a handful of shapes, so Python
can decide per shape what the texts mean, and SQL applies the decision to all rows by the number of their
shape."""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MISSING = frozenset(("", "null", "none", "nan", "nat", "n/a", "na", "#n/a", "\\n", "-", "--", "?"))
"""Cells of a date or number column that say 'nothing here' (lower case)."""


@dataclass(frozen=True)
class Shape:
    """One shape of a column: its number, the number of rows, and its smallest and largest text."""

    code: int
    text: str
    rows: int
    low: str
    high: str


@dataclass(frozen=True)
class ShapedColumn:
    """A column whose texts are SQL `text` and whose shapes' numbers are SQL `code`; the shapes by frequency,
    those of MISSING left out."""

    name: str
    text: str
    code: str
    shapes: tuple[Shape, ...]

    def codes(self, shapes: Iterable[str]) -> list[int]:
        """The numbers of the shapes with these texts."""
        wanted = set(shapes)
        return [s.code for s in self.shapes if s.text in wanted]

    def cases(self, sql_by_shape: dict[str, str], kind: str) -> str:
        """SQL that reads each shape by its own SQL; null (of type `kind`) for the others."""
        shapes_by_sql: dict[str, list[str]] = {}
        for shape, sql in sql_by_shape.items():
            shapes_by_sql.setdefault(sql, []).append(shape)
        branches = [
            f"WHEN {self.code} IN ({', '.join(map(str, self.codes(s)))}) THEN {sql}"
            for sql, s in shapes_by_sql.items()
            if self.codes(s)
        ]
        return f"(CASE {' '.join(branches)} END)" if branches else f"CAST(NULL AS {kind})"


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts without white space around them, the no-break kinds and zero bytes included."""
    return pc.utf8_trim(column, " \0\t\r\n\v\f\u00a0\u2007\u202f\u3000\ufeff\u200b")


def shape_codes(column: pa.ChunkedArray) -> tuple[pa.Array, list[str]]:
    """The number of each text's shape (null for null), and the shapes by number."""
    texts = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    shaped = _with_nines(pa.concat_arrays([texts]) if texts.offset else texts)
    encoded = shaped.dictionary_encode()
    return encoded.indices, encoded.dictionary.to_pylist()


def _with_nines(texts: pa.StringArray) -> pa.StringArray:
    """Every ASCII digit as 9, in one pass over the bytes (UTF-8 has no digit bytes within other
    characters)."""
    validity, offsets, data = texts.buffers()
    if data is None:
        return texts
    characters = np.frombuffer(data, np.uint8).copy()
    characters[(characters >= ord("0")) & (characters <= ord("9"))] = ord("9")
    return pa.StringArray.from_buffers(len(texts), offsets, pa.py_buffer(characters), validity)


def shaped_column(
    connection: duckdb.DuckDBPyConnection, relation: str, name: str, text: str, code: str, shapes: list[str]
) -> ShapedColumn:
    """The column with its shapes counted; `text` and `code` are columns of `relation`."""
    query = (
        f"SELECT {code}, count(*), min({text}), max({text}) FROM {relation} WHERE {code} IS NOT NULL GROUP "  # noqa: S608
        f"BY 1 ORDER BY 2 DESC, 1"
    )
    found = [
        Shape(number, shapes[number], rows, low, high)
        for number, rows, low, high in connection.execute(query).fetchall()
    ]
    return ShapedColumn(name, text, code, tuple(s for s in found if s.low.lower() not in MISSING))
