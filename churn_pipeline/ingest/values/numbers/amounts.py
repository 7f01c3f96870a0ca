"""Numbers as people write them: decimal commas, thousands separators, currencies, brackets and trailing minus
for negatives.

Each shape of a column (see shapes.py) is read on its own where it can be (1.234,56 and 12.50 leave no doubt);
only `1.234` or `1,234` needs the whole column: it is a thousand where the column also holds numbers below a
thousand without the separator, a decimal number where some number of a thousand and more goes without, and a
question to the shop where nothing tells."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.sql import literal
from churn_pipeline.ingest.values.shapes import Shape, ShapedColumn

Decimal = Literal[".", ","]

_CURRENCIES: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("currency_names.yaml").read_text(encoding="utf-8")
)
CURRENCY_CODES = frozenset(_CURRENCIES["codes"])
_CURRENCY_WORDS = [*_CURRENCIES["codes"], *_CURRENCIES["words"], *_CURRENCIES["symbols"]]
_CURRENCY = "|".join(re.escape(word) for word in sorted(_CURRENCY_WORDS, key=len, reverse=True))
_WRITTEN = re.compile(_CURRENCY, re.IGNORECASE)
_MINUS = "−–-"
_GROUPS = " \u00a0\u2009\u202f'’_"
_NO_CENTS = "-−–—"
"""Written for cents that are none: 12,- and CHF 12.— are whole prices, nothing is taken back."""
_NUMBER = rf"(?:9[9.,{_GROUPS}]*9|9)(?:[.,](?![.,9])[{_NO_CENTS}]{{,2}})?|[.,]9+"
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<sign1>[+{_MINUS}])?\s*(?:{_CURRENCY})?\s*(?P<sign2>[+{_MINUS}])?\s*(?P<number>{_NUMBER})"
    rf"\s*(?P<sign3>[+{_MINUS}])?\s*(?P<percent>%)?\s*(?:{_CURRENCY})?\s*(?P<sign4>[{_MINUS}])?(?P<credit>\s*CR)?\s*(?P<close>\))?",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"[+-]?9+(\.9*)?e[+-]?9{1,3}", re.IGNORECASE)
_GROUPED = {s: re.compile(rf"9{{1,3}}(?:{re.escape(s)}999)+") for s in ".,"}
_INDIAN = {s: re.compile(rf"9{{1,2}}(?:{re.escape(s)}99)*{re.escape(s)}999") for s in ".,"}


@dataclass(frozen=True)
class NumberShape:
    """How every text of one shape is read: the number's place in it, its decimal sign and its sign."""

    start: int
    length: int
    decimal: Decimal | None
    negative: bool
    percent: bool = False
    scientific: bool = False


@dataclass(frozen=True)
class _Parts:
    start: int
    number: str
    negative: bool
    percent: bool


def is_currency(text: str) -> bool:
    """Whether a text is a code, a name or a sign that currencies are known by."""
    return text in _CURRENCY_WORDS


def _parts(shape: str) -> _Parts | None:
    """The number within a shape; None where the shape is no number."""
    match = _AMOUNT.fullmatch(shape)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [s for s in (match["sign1"], match["sign2"], match["sign3"], match["sign4"]) if s]
    if len(signs) > 1:
        return None
    minus = any(s in _MINUS for s in signs)
    return _Parts(
        match.start("number"),
        match["number"].rstrip(_NO_CENTS),
        minus or bool(match["open"]) or bool(match["credit"]),
        bool(match["percent"]),
    )


def _decimal_of(number: str) -> Decimal | Literal["none", "ask"] | None:
    """The decimal sign of a shape's number, 'ask' where only the whole column can tell; None where the
    separators make no number."""
    number = re.sub(f"[{_GROUPS}]", "", number)
    dots, commas = number.count("."), number.count(",")
    if not dots and not commas:
        return "none"
    if dots and commas:
        decimal: Decimal = "." if number.rindex(".") > number.rindex(",") else ","
        group: Decimal = "," if decimal == "." else "."
        whole = number.split(decimal)[0]
        fits = number.count(decimal) == 1 and (
            _GROUPED[group].fullmatch(whole) or _INDIAN[group].fullmatch(whole)
        )
        return decimal if fits else None
    sign: Decimal = "." if dots else ","
    if dots + commas > 1:
        return "none" if _GROUPED[sign].fullmatch(number) or _INDIAN[sign].fullmatch(number) else None
    return "ask" if _GROUPED[sign].fullmatch(number) else sign


def read_shape(shape: str, single: dict[str, bool] | None = None) -> NumberShape | None:
    """How texts of this shape are read; None where they are no number.

    `single` says for '.' and ',' whether one of it before exactly three digits groups thousands (True) or is
    the decimal sign (False)."""
    if _SCIENTIFIC.fullmatch(shape):
        return NumberShape(0, len(shape), ".", negative=False, scientific=True)
    parts = _parts(shape)
    decimal = _decimal_of(parts.number) if parts else None
    if parts is None or decimal is None:
        return None
    if decimal == "ask":
        sign: Decimal = "." if "." in parts.number else ","
        decimal = "none" if (single or {}).get(sign, False) else sign
    return NumberShape(
        parts.start, len(parts.number), None if decimal == "none" else decimal, parts.negative, parts.percent
    )


def _thousands(shapes: Iterable[Shape], sign: Decimal, column: str) -> bool | None:
    """Whether `sign` before exactly three digits groups thousands in this column; None where no shape raises
    the question.

    BadInput where neither the other numbers of the column nor its leading zeros tell.
    """
    other: Decimal = "," if sign == "." else "."
    asked, verdicts, example, plain_small = False, set(), "", False
    for shape in shapes:
        parts = _parts(shape.text)
        if parts is None:
            continue
        number, decimal = parts.number, _decimal_of(parts.number)
        if decimal == "ask" and sign in number:
            asked, example = True, example or shape.low
            text = shape.low[parts.start :]
            if text.startswith("0") or (len(number.split(sign)[0]) == 1 and shape.low[parts.start] == "0"):
                verdicts.add(False)
        elif decimal == sign:
            verdicts.add(False)
        elif decimal == other or (decimal == "none" and sign in number):
            verdicts.add(True)
        elif decimal == "none" and number == "9" * len(number):
            plain_small = plain_small or len(number) <= 3
            if len(number) > 3:
                verdicts.add(False)
    if not asked:
        return None
    if len(verdicts) == 1:
        return verdicts.pop()
    if not verdicts and plain_small:
        return True
    raise BadInput(
        f"Numbers such as {example!r} in column {column!r} can be thousands or three decimals, "
        f"and the rest of the column does not tell: "
        f"set decimal_sign to '.' or ',' in the shop's shop.yaml, or export the column with two decimals."
    )


def _thousands_or(
    shapes: Sequence[Shape], sign: Decimal, column: str, elsewhere: Decimal | None
) -> bool | None:
    try:
        return _thousands(shapes, sign, column)
    except BadInput:
        if elsewhere is None:
            raise
        return elsewhere != sign


def currencies(shapes: Iterable[Shape]) -> Counter[str]:
    """Rows by the currency written with the number; numbers without one are not counted."""
    found: Counter[str] = Counter()
    for shape in shapes:
        parts = _parts(shape.text)
        beside = (
            shape.text[: parts.start] + " " + shape.text[parts.start + len(parts.number) :] if parts else ""
        )
        if written := _WRITTEN.search(beside):
            found[_CURRENCIES["same"].get(written[0], written[0].upper())] += shape.rows
    return found


def told_decimal(columns: Iterable[Sequence[Shape]]) -> Decimal | None:
    """The decimal sign that the numbers of several columns of one file leave no doubt about; None where they
    tell none, or both."""
    signs: set[Decimal] = set()
    for shape in (s for shapes in columns for s in shapes):
        parts = _parts(shape.text)
        decimal = _decimal_of(parts.number) if parts else None
        if decimal in (".", ","):
            signs.add(decimal)  # type: ignore[arg-type]
    return signs.pop() if len(signs) == 1 else None


def read_shapes(
    shapes: Sequence[Shape], column: str, decimal: Decimal | None = None, elsewhere: Decimal | None = None
) -> dict[str, NumberShape]:
    """How each shape of a number column is read; shapes that are no number are left out.

    `decimal`: the shop's setting, if any. `elsewhere`: the sign of the file's other numbers, for a column
    that does not tell itself."""
    single: dict[str, bool] = {}
    for sign in (".", ","):
        thousands = (decimal != sign) if decimal else _thousands_or(shapes, sign, column, elsewhere)  # type: ignore[arg-type]
        if thousands is not None:
            single[sign] = thousands
    readings = {s.text: read_shape(s.text, single) for s in shapes}
    return {text: reading for text, reading in readings.items() if reading is not None}


def number_sql(column: ShapedColumn, readings: dict[str, NumberShape]) -> str:
    """SQL (DOUBLE) of a column's numbers; null where the shape is no number. Percent signs are dropped."""
    return column.cases(
        {shape: _reading_sql(column.text, shape, reading) for shape, reading in readings.items()}, "DOUBLE"
    )


def _reading_sql(text: str, shape: str, reading: NumberShape) -> str:
    number = shape[reading.start : reading.start + reading.length]
    if reading.scientific or (
        reading.decimal != ","
        and not set(number) - set("9.")
        and number.count(".") == (reading.decimal == ".")
    ):
        digits = (
            text if len(number) == len(shape) else f"substr({text}, {reading.start + 1}, {reading.length})"
        )
    else:
        drop = _GROUPS + {".": ",", ",": ".", None: ".,"}[reading.decimal]
        to = "." if reading.decimal else ""
        digits = (
            f"translate(substr({text}, {reading.start + 1}, {reading.length}), "
            f"{literal((reading.decimal or '') + drop)}, {literal(to)})"
        )
    return f"{'-' if reading.negative else ''}TRY_CAST({digits} AS DOUBLE)"
