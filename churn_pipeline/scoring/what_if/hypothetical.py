"""What a person may suppose of a customer: orders that were never placed, and features set by hand; read from
text and checked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

import numpy as np

from churn_pipeline.core.errors import BadInput

ORDER = re.compile(r"(?P<at>\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?):(?P<amount>[0-9.]+)")
EXAMPLE = "write DATE:AMOUNT, for example 2025-01-31:40"


@dataclass(frozen=True)
class HypotheticalOrder:
    """An order that the customer might place: when (shop time), for how much (> 0, currency), of what."""

    at: datetime
    amount: float
    product: str | None = None
    category: str | None = None
    discount: float | None = None


FURTHEST = timedelta(days=5 * 365)
"""After data end; an order later than that says nothing of today's customer."""


def parse_order(text: str) -> HypotheticalOrder:
    """DATE:AMOUNT, for example 2025-01-31:40 or 2025-01-31T18:30:12.50; BadInput otherwise."""
    found = ORDER.fullmatch(text.strip())
    if not found:
        raise BadInput(f"{text!r} is no hypothetical order: {EXAMPLE}.")
    try:
        return HypotheticalOrder(datetime.fromisoformat(found["at"]), float(found["amount"]))
    except ValueError as error:
        raise BadInput(f"{text!r} is no hypothetical order ({error}): {EXAMPLE}.") from error


LARGEST_VALUE = 1e12
"""Of a feature; beyond it models that count in single precision overflow."""


def parse_feature(text: str) -> tuple[str, float]:
    """FEATURE=VALUE as (name, value); BadInput otherwise."""
    name, equals, value = text.partition("=")
    try:
        number = float(value) if equals else float("nan")
    except ValueError:
        number = float("nan")
    if not abs(number) <= LARGEST_VALUE:
        raise BadInput(
            f"{text!r} sets no feature: write FEATURE=NUMBER, for example days_since_last_purchase=0, no "
            f"larger than {LARGEST_VALUE:g}."
        )
    return name.strip(), number


def require_features(asked: Iterable[str], known: Sequence[str]) -> None:
    """BadInput for a feature that the model does not have, naming those that are written alike."""
    for name in asked:
        if name not in known:
            plain = name.strip().lower().replace(" ", "_").replace("-", "_")
            alike = get_close_matches(plain, known, n=3) or [one for one in known if plain in one][:3]
            meant = f"; did you mean {' or '.join(alike)}?" if alike else "."
            raise BadInput(
                f"The model has no feature {name[:60]!r}{meant} It has {len(known)} features, such as "
                f"{', '.join(list(known)[:3])}."
            )


def require_orders(orders: Iterable[HypotheticalOrder], data_end: datetime) -> None:
    """BadInput for an amount that is not above 0 and for a date before the last day of the ledger, where
    everything is known already."""
    first = data_end - timedelta(days=1)
    for order in orders:
        if not (np.isfinite(order.amount) and order.amount > 0):
            raise BadInput(
                f"A hypothetical order of {order.amount:g} cannot be replayed: give an amount above 0, "
                f"for example 2025-01-31:40."
            )
        if order.at < first:
            raise BadInput(
                f"The hypothetical order of {order.at:%Y-%m-%d} lies in the past, which the ledger knows: "
                f"give a date from {first:%Y-%m-%d} on."
            )
        if order.at > data_end + FURTHEST:
            raise BadInput(
                f"The hypothetical order of {order.at:%Y-%m-%d} lies more than five years after the ledger: "
                f"give a date soon after {first:%Y-%m-%d}."
            )


def judged_at(data_end: datetime, orders: Sequence[HypotheticalOrder]) -> datetime:
    """The midnight after the last hypothetical order, at least data end."""
    return max([data_end, *(datetime(o.at.year, o.at.month, o.at.day) + timedelta(days=1) for o in orders)])
