"""Numbers, percent, money, dates and plurals as they stand in sentences: whatever a person reads is built
with these.

The house style is one everywhere: 1,234 and 12.3, 38 %, EUR 1,115, 2024-03-31, 1 customer and 2 customers.
How many digits a reader needs is decided here, on the value's own decimals; the marks between the digits, the
side that the currency stands on and the order of a date are those of the shop's locale (CLDR, by Babel)."""

import math
import string
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

ENGLISH = "en"
_LOCALE: ContextVar[str] = ContextVar("locale", default=ENGLISH)
PERCENT_UNITS = ("share", "probability", "0-1")
NOT_COUNTED = (
    *PERCENT_UNITS,
    "currency",
    "days",
    "ratio",
    "-1 to 1",
    "difference",
    "log units",
    "standard deviations",
)


def speak(locale: str) -> None:
    """From here on, in this step, request or thread, what is worded has the marks of `locale` (de, fr_CH)."""
    _LOCALE.set(locale)


@contextmanager
def in_locale(locale: str) -> Iterator[None]:
    """What is worded inside has the marks of `locale`."""
    before = _LOCALE.set(locale)
    try:
        yield
    finally:
        _LOCALE.reset(before)


def number(value: float, decimals: int | None = None) -> str:
    """1,234 or 12.3 or 0.42: no more digits than a reader needs, unless `decimals` says how many."""
    if decimals is None:
        decimals = 0 if abs(value) >= 100 or float(value).is_integer() else 1 if abs(value) >= 10 else 2
    return _marked(_plain(value, decimals), decimals, _LOCALE.get())


def money(value: float, currency: str) -> str:
    """An amount with the shop's currency where it has one: EUR 1,115, €9.90, in German 1.115 EUR, 9,90 €;
    cents below 100 only."""
    decimals = 0 if abs(value) >= 100 else 2
    digits = number(abs(value), decimals)
    sign = "-" if value < 0 and not _is_zero(value, decimals) else ""
    if currency and _currency_is_last(_LOCALE.get()):
        return f"{sign}{digits} {currency}"
    return f"{sign}{currency}{' ' if len(currency) > 1 else ''}{digits}"


def percent(share: float, decimals: int | None = None) -> str:
    """A share (0-1) in percent: 64 %, 4.2 % where it is small, below 0.1 %, over 99 %; or with so many
    decimals, to be compared."""
    if decimals is not None:
        return f"{number(100 * share, decimals)} %"
    if 0 < share < 0.0005:
        return "below 0.1 %"
    if 0.995 <= share < 1:
        return "over 99 %"
    return f"{number(100 * share, 0 if abs(share) >= 0.0995 or share == 0 else 1)} %"


def change(share: float, decimals: int = 0) -> str:
    """A relative change with its sign: +12 %, -40 %, 0 %."""
    sign = "+" if share > 0 and not _is_zero(100 * share, decimals) else ""
    return f"{sign}{number(100 * share, decimals)} %"


def day(when: date) -> str:
    """A date in a line or table: 2024-03-31, in German 31.03.2024."""
    return f"{when:%Y-%m-%d}" if _LOCALE.get() == ENGLISH else _dated(when, "medium", _LOCALE.get())


def written_day(when: date) -> str:
    """A date in a letter: 31 March 2024, in German 31. März 2024."""
    return f"{when.day} {when:%B %Y}" if _LOCALE.get() == ENGLISH else _dated(when, "long", _LOCALE.get())


def quantity(value: float, unit: str, currency: str = "") -> str:
    """A value with the unit that the feature catalogue or a phrase gives it: 78 days, EUR 12.50, 38 %, 1
    order a month, 1.6 times."""
    if unit in PERCENT_UNITS:
        return percent(value)
    if unit == "-1 to 1":
        return change(value)
    if unit == "difference":
        return f"{change(value).removesuffix(' %')} points"
    if unit == "currency":
        return money(value, currency)
    if unit == "log units":
        return f"a factor of {number(math.exp(value), 1)}"
    if unit == "ratio":
        return f"{number(value, 1)} times"
    digits = number(value, 0 if abs(value - round(value)) < 0.05 or abs(value) >= 20 else 1)
    return f"{digits} {singular(unit) if digits == '1' else unit}".rstrip()


def is_counted(unit: str) -> bool:
    """Whether the unit is a plural of things that are counted, as orders are and money is not: 'fewer', not
    'less'."""
    return unit not in NOT_COUNTED


def counted(how_many: int, plural: str) -> str:
    """1 customer, 287 customers, 1,203 customers. plural: what is counted, as in 'orders a month'."""
    return f"{number(how_many)} {singular(plural) if how_many == 1 else plural}"


def counted_doing(how_many: int, plural: str, one: str, several: str) -> str:
    """1 customer is, 287 customers are. plural: what is counted; one, several: the verb."""
    return f"{counted(how_many, plural)} {one if how_many == 1 else several}"


def singular(plural: str) -> str:
    """'orders a month' as 'order a month', 'categories' as 'category', 'recent orders' as 'recent order'."""
    noun, a, rest = plural.partition(" a ")
    return f"{noun[:-3] + 'y' if noun.endswith('ies') else noun.removesuffix('s')}{a}{rest}"


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: '; did you mean limit?', or '.' where none is alike."""
    by_letters = {name.lower(): name for name in known}
    alike = get_close_matches(given.lower(), by_letters, n=2)
    return f"; did you mean {' or '.join(by_letters[name] for name in alike)}?" if alike else "."


def filled(template: str, values: Mapping[str, Any]) -> str:
    """A sentence of a YAML file with its values put in: '{rows:number} rows, {share:percent} of all',
    '{rows:counted rows} {rows:is|are} kept'; other formats are Python's."""
    return _TEMPLATES.vformat(template, (), values)


class _Templates(string.Formatter):
    """Python's format strings, with the house style as formats of their own."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec.startswith("counted "):
            return counted(value, format_spec.removeprefix("counted "))
        if "|" in format_spec:
            one, several = format_spec.split("|")
            return one if value == 1 else several
        style = {"number": number, "percent": percent}.get(format_spec)
        return style(value) if style else str(super().format_field(value, format_spec))


_TEMPLATES = _Templates()


def _plain(value: float, decimals: int) -> str:
    """Digits with a point and no other mark, never a minus before nothing."""
    digits = f"{value:.{decimals}f}"
    return digits if digits.strip("-0.") else digits.removeprefix("-")


def _is_zero(value: float, decimals: int) -> bool:
    """Whether nothing but zeros is shown."""
    return not _plain(value, decimals).strip("0.")


@cache
def _currency_is_last(locale: str) -> bool:
    """Whether the currency stands behind the amount, as in 9,90 €."""
    from babel import Locale

    return str(Locale.parse(locale).currency_formats["standard"].pattern).split(";")[0].endswith("¤")


@lru_cache(maxsize=65_536)
def _dated(when: date, length: str, locale: str) -> str:
    from babel.dates import format_date

    return str(format_date(when, length, locale=locale))


@lru_cache(maxsize=65_536)
def _marked(digits: str, decimals: int, locale: str) -> str:
    """Plain digits with the locale's marks. Kept, because the sentences of a shop's customers hold the same
    numbers over and over."""
    if not math.isfinite(float(digits)):
        return digits
    from babel.numbers import format_decimal  # here: commands and definitions load faster

    return str(
        format_decimal(
            Decimal(digits), format=f"#,##0.{'0' * decimals}" if decimals else "#,##0", locale=locale
        )
    )
