"""Delimiter, quoting and header of a delimited text, from its first lines."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Dialect:
    """How the lines of a delimited text split into cells, and where the table begins."""

    delimiter: str
    quote: str
    escape: str | None
    skipped_lines: int
    header: tuple[str, ...]
    has_header: bool


def find_dialect(sample: str) -> Dialect:
    """The dialect of a sample of whole lines: the delimiter under which most lines have the same number of
    cells."""
    text = sample.removeprefix("\ufeff")
    declared = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    skipped = 1 if declared else 0
    body = text[declared.end() :] if declared else text
    delimiter = declared[1] if declared else _delimiter(body)
    quote = "'" if _single_quoted(body, delimiter) else '"'
    escape = "\\" if f"\\{quote}" in body else None
    rows = _rows(body, delimiter, quote, escape)
    start = _table_start(rows)
    header = rows[start] if start < len(rows) else []
    widths = Counter(len(r) for r in rows[start + 1 :] if r)
    width = widths.most_common(1)[0][0] if widths else len(header)
    has_header = not _looks_like_data(header)
    names = header if has_header else [""] * width
    if width == len(header) + 1:
        names = (
            [*names, ""]
            if all(r[-1].strip() == "" for r in rows[start + 1 :] if len(r) == width)
            else ["", *names]
        )
    return Dialect(
        delimiter, quote, escape, skipped + _lines_before(body, rows, start), tuple(names), has_header
    )


def _rows(text: str, delimiter: str, quote: str, escape: str | None) -> list[list[str]]:
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote,
        escapechar=escape,
        doublequote=True,
    )
    return list(reader)


def _delimiter(text: str) -> str:
    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(r) for r in _rows(text, delimiter, '"', None) if r)
        (width, rows), total = widths.most_common(1)[0] if widths else (1, 0), sum(widths.values())
        return (0.0, 0) if width == 1 or not total else (rows / total, width)

    scores = {d: score(d) for d in DELIMITERS}
    best = max(DELIMITERS, key=lambda d: (round(scores[d][0], 1), scores[d][1]))
    return best if scores[best][1] > 1 else ","


def _single_quoted(text: str, delimiter: str) -> bool:
    """Whether cells are wrapped in apostrophes: they open and close most cells, which a text with apostrophes
    in it does not do."""
    d = re.escape(delimiter)
    return (
        '"' not in text
        and len(re.findall(rf"(?:^|{d})'[^'\n]*'(?={d}|\r?$)", text, re.MULTILINE)) > text.count("'") / 4 > 1
    )


def _table_start(rows: list[list[str]]) -> int:
    """Index of the header: the first row as wide as the table; titles and blank lines above it are
    narrower."""
    widths = Counter(len(r) for r in rows if len(r) > 1)
    if not widths:
        return next((i for i, r in enumerate(rows) if r), 0)
    width = widths.most_common(1)[0][0]
    return next(
        i
        for i, r in enumerate(rows)
        if len(r) >= width - 1 and len(r) > 1 and sum(bool(c.strip()) for c in r) >= max(1, (width - 1) / 2)
    )


def _lines_before(text: str, rows: list[list[str]], start: int) -> int:
    """Number of physical lines before the header; rows above it with quoted line breaks are longer than a
    line."""
    del text
    return sum(1 + sum(c.count("\n") for c in row) for row in rows[:start])


def _looks_like_data(header: list[str]) -> bool:
    """Whether the first row is data already: a number or date among its cells, where column names have
    none."""
    return any(
        re.fullmatch(r"[-+]?[€$£]?\d[\d.,]*|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*", c.strip()) for c in header
    )
