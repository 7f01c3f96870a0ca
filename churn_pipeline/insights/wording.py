"""Numbers as they stand in sentences. Every sentence of the insights is built with these, so that a number reads the same everywhere."""

from churn_pipeline.explain.wording import money as money

SPAN_UNITS = ("days", "orders", "months", "orders a month")


def number(value: float) -> str:
    """1,234 or 12.3 or 0.42: no more digits than a reader needs."""
    decimals = 0 if abs(value) >= 100 or float(value).is_integer() else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{decimals}f}"
    return f"{0:.0f}" if text.strip("-0.") == "" else text


def percent(share: float) -> str:
    """A share (0-1) in percent: 64 %, or 0.4 % where it is small, or below 0.1 %."""
    if 0 < share < 0.0005:
        return "below 0.1 %"
    return f"{100 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100 * share:.1f} %"


def quantity(value: float, unit: str, currency: str) -> str:
    """A value with the unit that the feature catalogue gives it."""
    if unit == "currency":
        return money(value, currency)
    if unit in ("share", "probability"):
        return percent(value)
    return f"{number(value)} {_singular(unit) if number(value) == '1' else unit}" if unit in SPAN_UNITS else number(value)


def _singular(unit: str) -> str:
    """day, order, month, order a month."""
    noun, space, rest = unit.partition(" ")
    return f"{noun.removesuffix('s')}{space}{rest}"


def customers(count: int) -> str:
    """1 customer, 287 customers, 1,203 customers."""
    return f"{count:,} customer{'' if count == 1 else 's'}"
