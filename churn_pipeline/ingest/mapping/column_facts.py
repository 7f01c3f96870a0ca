"""What each column of a file looks like, from blocks of neighbouring rows spread over it: dates, numbers,
texts, ids."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from churn_pipeline.core.errors import BadInput
from churn_pipeline.ingest.files.raw import RawTable
from churn_pipeline.ingest.values.dates.date_shapes import EPOCHS, EXCEL, date_forms
from churn_pipeline.ingest.values.dates.date_words import plain_shape
from churn_pipeline.ingest.values.numbers.amounts import NumberShape, read_shapes
from churn_pipeline.ingest.values.shapes import MISSING, Shape

_CELLS, _MOST_ROWS, _FEWEST_ROWS = 400_000, 8_000, 200
_BLOCK = 250
_YEAR, _MONTH, _DAY = "(?:19[5-9]|20[0-4])\\d", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12]\\d|3[01])"
_DAY_DIGITS = re.compile(
    rf"{_YEAR}{_MONTH}{_DAY}(?:\d{{4}}|\d{{6}})?|(?:{_DAY}{_MONTH}|{_MONTH}{_DAY}){_YEAR}"
)
_EPOCH_SECONDS = (631_152_000, 2_051_222_400)  # 1990 to 2034


@dataclass(frozen=True)
class ColumnFacts:
    """What a sample of a column's cells looks like; shares are of its filled cells, `filled` of all.

    dates: in a written form that leaves no doubt that it is one. digits_as_dates: digits alone that would be
        a plausible day (20240131) or Unix time; serials: that would be an Excel day number. decimals: with
        cents. distinct: different values among the filled ones."""

    name: str
    filled: float
    dates: float = 0.0
    digits_as_dates: float = 0.0
    serials: float = 0.0
    numbers: float = 0.0
    decimals: float = 0.0
    emails: float = 0.0
    worded: float = 0.0
    distinct: float = 0.0
    values: int = 0
    examples: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """date, number, email or text; empty where the sample holds nothing."""
        if not self.filled:
            return "empty"
        if self.dates > 0.8:
            return "date"
        if self.numbers > 0.8:
            return "number"
        return "email" if self.emails > 0.8 else "text"


@dataclass(frozen=True)
class Sample:
    """Rows of a file, as trimmed texts by column ('' where a cell is missing or says so), and the facts of
    every column."""

    texts: dict[str, list[str]]
    facts: dict[str, ColumnFacts]

    def numbers(self, column: str) -> np.ndarray:
        """The column's cells as doubles; NaN where a cell is no number."""
        texts = self.texts[column]
        readings = _number_readings(texts)
        return np.array([_number(t, readings.get(_shape(t))) for t in texts])


def sample_of(raw: RawTable) -> Sample:
    """Up to 8,000 rows, fewer of very wide files, in blocks of 250 neighbours, so that the lines of one order
    stay together."""
    rows = raw.cells.num_rows
    wanted = min(_MOST_ROWS, max(_FEWEST_ROWS, _CELLS // max(1, len(raw.columns))))
    if rows <= wanted:
        cells = raw.cells
    else:
        starts = np.linspace(0, rows - _BLOCK, max(1, wanted // _BLOCK)).astype(int)
        cells = raw.cells.take(np.unique((starts[:, None] + np.arange(_BLOCK)).ravel()))
    texts = {c: [_text(v) for v in cells.column(c).to_pylist()] for c in raw.columns}
    return Sample(texts, {c: _facts(c, t) for c, t in texts.items()})


def _text(value: str | None) -> str:
    text = (value or "").strip()
    return "" if text.lower() in MISSING else text


def _facts(name: str, texts: list[str]) -> ColumnFacts:
    filled = [t for t in texts if t]
    if not filled:
        return ColumnFacts(name, 0.0)
    shapes = Counter(map(_shape, filled))
    forms = {s: date_forms(plain_shape(s)) for s in shapes}
    bare = {
        s
        for s, f in forms.items()
        if f and any(d.format in EPOCHS or d.format == EXCEL for d in f[1].values())
    }
    bare |= {s for s in shapes if re.fullmatch(r"9{8,14}(?:\.9*)?", s)}
    readings = _number_readings(filled)

    def share(shown: int) -> float:
        return shown / len(filled)

    return ColumnFacts(
        name,
        filled=len(filled) / len(texts),
        dates=share(sum(n for s, n in shapes.items() if forms[s] and s not in bare)),
        digits_as_dates=share(sum(map(_plausible_time, filled))) if bare else 0.0,
        serials=share(sum(t[:5].isdigit() and 20_000 < int(t[:5]) < 60_000 for t in filled))
        if bare & {"99999", "99999.9"}
        else 0.0,
        numbers=share(sum(n for s, n in shapes.items() if s in readings)),
        decimals=share(sum(map(_has_fraction, filled))),
        emails=share(sum(bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", t)) for t in filled)),
        worded=share(sum(" " in t for t in filled)),
        distinct=len(set(filled)) / len(filled),
        values=len(set(filled)),
        examples=tuple(dict.fromkeys(filled))[:3],
    )


def _shape(text: str) -> str:
    return re.sub("[0-9]", "9", text)


def _plausible_time(text: str) -> bool:
    """Whether digits alone are a day (20240131), a day with its time, or Unix seconds or milliseconds of our
    days."""
    if _DAY_DIGITS.fullmatch(text.removesuffix(".0")):
        return True
    whole = text.partition(".")[0]
    if not whole.isdigit() or len(whole) not in (9, 10, 12, 13):
        return False
    seconds = int(whole) // (1000 if len(whole) > 10 else 1)
    return _EPOCH_SECONDS[0] < seconds < _EPOCH_SECONDS[1]


def _has_fraction(cell: str) -> bool:
    """Whether a cell ends as a price does; 12345.0 is a whole number that was read as a float."""
    return bool(re.search(r"\d[.,]\d{1,4}\D*$", cell)) and not cell.endswith(".0")


def _number_readings(texts: list[str]) -> dict[str, NumberShape]:
    """How each shape of a column is read as a number; three digits behind a single separator count as
    decimals where nothing tells."""
    counts: dict[str, list[str]] = {}
    for text in texts:
        counts.setdefault(_shape(text), []).append(text)
    shapes = [Shape(i, s, len(t), min(t), max(t)) for i, (s, t) in enumerate(counts.items()) if s]
    try:
        return read_shapes(shapes, "")
    except BadInput:
        return read_shapes(shapes, "", decimal=".")


def _number(text: str, reading: NumberShape | None) -> float:
    if reading is None:
        return np.nan
    digits = text[reading.start : reading.start + reading.length]
    if reading.scientific:
        return float(digits)
    kept = "".join(c for c in digits if c.isdigit() or c == reading.decimal).replace(",", ".")
    value = float(kept) if kept.strip(".") else np.nan
    return -value if reading.negative else value
