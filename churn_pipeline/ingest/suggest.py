"""A mapping suggested from the names and the contents of a file's columns, with a confidence for each field."""

import re
from collections import Counter
from dataclasses import dataclass

from churn_pipeline.ingest.amounts import read_shape
from churn_pipeline.ingest.date_shapes import EPOCHS, EXCEL, date_forms
from churn_pipeline.ingest.date_words import plain_shape
from churn_pipeline.ingest.field_names import name_score
from churn_pipeline.ingest.raw import RawTable
from churn_pipeline.ingest.shapes import MISSING
from churn_pipeline.shops import ColumnField as F

_SAMPLE_ROWS = 5_000
_NUMBERS = (F.AMOUNT, F.QUANTITY, F.UNIT_PRICE, F.DISCOUNT)
_LEAST = 0.3


@dataclass(frozen=True)
class ColumnFacts:
    """What a sample of a column's cells looks like; shares are of its filled cells."""

    name: str
    filled: float
    dates: float
    bare_numbers_as_dates: float
    numbers: float
    decimals: float
    emails: float
    distinct: float
    examples: tuple[str, ...]

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
class Suggestion:
    """One field's column and how sure that is, 0-1."""

    column: str
    confidence: float


def column_facts(raw: RawTable) -> list[ColumnFacts]:
    """Facts of every column, from up to 5,000 rows spread over the file."""
    step = max(1, raw.cells.num_rows // _SAMPLE_ROWS)
    sample = raw.cells.take(list(range(0, raw.cells.num_rows, step))[:_SAMPLE_ROWS])
    return [_facts(c, [v.strip() for v in sample.column(c).to_pylist() if v is not None]) for c in raw.columns]


def _facts(name: str, cells: list[str]) -> ColumnFacts:
    filled = [c for c in cells if c.lower() not in MISSING]
    if not filled:
        return ColumnFacts(name, 0, 0, 0, 0, 0, 0, 0, ())
    shapes = Counter(re.sub("[0-9]", "9", c) for c in filled)
    forms = {s: date_forms(plain_shape(s)) for s in shapes}
    bare = {
        s
        for s, f in forms.items()
        if (f and any(d.format in EPOCHS or d.format == EXCEL for d in f[1].values())) or re.fullmatch("9{8,14}", s)
    }
    numbers = {s: read_shape(s) for s in shapes}

    def share(chosen: set[str]) -> float:
        return sum(shapes[s] for s in chosen) / len(filled)

    return ColumnFacts(
        name,
        filled=len(filled) / len(cells),
        dates=share({s for s, f in forms.items() if f and s not in bare}),
        bare_numbers_as_dates=share(bare),
        numbers=share({s for s, n in numbers.items() if n}),
        decimals=sum(_has_fraction(c) for c in filled) / len(filled),
        emails=sum(bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", c)) for c in filled) / len(filled),
        distinct=len(set(filled)) / len(filled),
        examples=tuple(dict.fromkeys(filled))[:3],
    )


def _has_fraction(cell: str) -> bool:
    """Whether a cell ends as a price does; 12345.0 is a whole number that was read as a float."""
    return bool(re.search(r"\d[.,]\d{1,4}\D*$", cell)) and not cell.endswith(".0")


def suggest_mapping(facts: list[ColumnFacts]) -> dict[F, Suggestion]:
    """The best column of each field, each column used once; fields that nothing speaks for are left out."""
    priced = any(name_score(c.name, F.QUANTITY) > 0.8 for c in facts)
    scores = {(f, c.name): _score(f, c, priced=priced) for f in F for c in facts}
    chosen: dict[F, Suggestion] = {}
    for (field, column), score in sorted(scores.items(), key=lambda item: -item[1]):
        if score >= _LEAST and field not in chosen and all(s.column != column for s in chosen.values()):
            chosen[field] = Suggestion(column, round(score, 2))
    if F.AMOUNT not in chosen and not {F.QUANTITY, F.UNIT_PRICE} <= set(chosen):
        _price_as_amount(chosen)
    return chosen


def _named(column: ColumnFacts) -> bool:
    """Whether the name says some field, so that the contents need not guess."""
    return any(name_score(column.name, f) for f in F)


def _price_as_amount(chosen: dict[F, Suggestion]) -> None:
    """A price without a quantity is the amount."""
    if F.UNIT_PRICE in chosen:
        price = chosen.pop(F.UNIT_PRICE)
        chosen[F.AMOUNT] = Suggestion(price.column, round(min(price.confidence, 0.8), 2))


def _score(field: F, column: ColumnFacts, *, priced: bool) -> float:
    """Name and contents together: contents that cannot be the field rule it out, fitting ones alone are worth little."""
    if not column.filled:
        return 0.0
    name = name_score(column.name, field)
    if field is F.DATE:
        return _with_contents(
            name, max(column.dates, column.bare_numbers_as_dates if name > 0.7 else 0.0), alone=0.6 * (column.dates > 0.9)
        )
    if field is F.AMOUNT:
        return _with_contents(name, column.numbers, alone=0.4 * (column.decimals > 0.5 and column.dates < 0.1 and not _named(column)))
    if field in _NUMBERS:
        return _with_contents(name if field is not F.UNIT_PRICE or priced or name < 0.9 else name - 0.1, column.numbers, alone=0.0)
    if field is F.EMAIL:
        return _with_contents(name, column.emails, alone=0.9 * (column.emails > 0.9))
    if column.dates > 0.5 or (field is F.CUSTOMER_ID and column.decimals > 0.5):
        return 0.0
    if field is F.CUSTOMER_ID:
        repeated = 0.005 < column.distinct < 0.9 and column.filled > 0.7
        return name + 0.02 * repeated if name else 0.35 * (repeated and column.numbers > 0.9 and column.decimals == 0)
    if field in (F.NAME, F.STATUS) and column.numbers > 0.5:
        return 0.0
    return name


def _with_contents(name: float, fit: float, alone: float) -> float:
    """The name's score as far as the contents fit; a column of just that name is believed on little evidence."""
    if name == 0.0:
        return alone
    if fit > 0.9:
        return name
    if name > 0.9 and fit > 0:
        return name * max(fit, 0.55)
    return name * fit if fit > 0.3 else 0.0
