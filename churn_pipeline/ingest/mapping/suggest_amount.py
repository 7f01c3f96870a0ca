"""Which column is the amount, which the quantity, the unit price and the discount: by name, and by how the
numbers hang together."""

from dataclasses import dataclass

import numpy as np

from churn_pipeline.ingest.mapping.column_facts import ColumnFacts, Sample
from churn_pipeline.ingest.mapping.field_names import about_else, name_score
from churn_pipeline.ingest.mapping.proposal import Suggestion, best, named, with_contents
from churn_pipeline.ingest.mapping.relations import (
    is_count,
    is_line_total,
    is_price_of_all_pieces,
    one_value_share,
)
from churn_pipeline.shop.config import ColumnField as F

_LEAST, _LIKELY = 0.3, 0.5
_COMPARED = 14
_ORDER_LEVEL = 0.95


@dataclass(frozen=True)
class _Numbers:
    """Number columns that may hold money or pieces: their facts, values, and scores by name."""

    facts: dict[str, ColumnFacts]
    values: dict[str, np.ndarray]

    def scores(self, field: F) -> dict[str, float]:
        """Name scores as far as the contents are numbers."""
        return {c: with_contents(name_score(c, field), f.numbers) for c, f in self.facts.items()}


def suggest_amounts(sample: Sample, chosen: dict[F, Suggestion]) -> dict[F, Suggestion]:
    """Suggestions for amount, quantity, unit price and discount; columns in `chosen` are taken."""
    numbers = _numbers(sample, {s.column for s in chosen.values()})
    amounts, prices, quantities = (numbers.scores(f) for f in (F.AMOUNT, F.UNIT_PRICE, F.QUANTITY))
    _swap_units(numbers, amounts, prices, quantities)
    for column, values in numbers.values.items():
        if not is_count(values) and quantities[column] < 0.8:
            quantities[column] *= 0.6
    quantity = best(quantities, _LEAST)
    _apply_products(numbers, amounts, prices, quantity)
    if quantity is not None:
        _apply_price_growth(sample, chosen, numbers, amounts, prices, quantity.column)
        amounts[quantity.column] = prices[quantity.column] = 0.0
    _apply_order_totals(sample, chosen, numbers, amounts, prices, quantity)
    _apply_lonely_number(numbers, amounts, prices)
    return _picked(numbers, amounts, prices, quantity)


def _picked(
    numbers: _Numbers, amounts: dict[str, float], prices: dict[str, float], quantity: Suggestion | None
) -> dict[F, Suggestion]:
    """The columns by their final scores: a total, else a price times a quantity, else a price alone."""
    found: dict[F, Suggestion] = {} if quantity is None else {F.QUANTITY: quantity}
    amount = best(amounts, _LEAST)
    price = best(
        {c: s for c, s in prices.items() if amount is None or c != amount.column or s > amount.confidence},
        _LEAST,
    )
    priced = quantity is not None and quantity.confidence > 0.45 and price is not None
    if amount is not None and (amount.confidence >= _LIKELY or not priced):
        found[F.AMOUNT] = amount
    elif price is not None and not priced:
        found[F.AMOUNT] = Suggestion(price.column, round(min(price.confidence, 0.8), 2))
    if price is not None and all(s.column != price.column for s in found.values()):
        found[F.UNIT_PRICE] = price
    taken = {s.column for s in found.values()}
    discount = best({c: s for c, s in numbers.scores(F.DISCOUNT).items() if c not in taken}, _LEAST)
    return found if discount is None else found | {F.DISCOUNT: discount}


def _numbers(sample: Sample, taken: set[str]) -> _Numbers:
    """Columns mostly of numbers that are not taken and no dates, those with telling names first, at most
    _COMPARED unnamed ones."""
    facts = {c: f for c, f in sample.facts.items() if f.numbers > 0 and f.dates < 0.1 and c not in taken}
    spoken = {
        c: f
        for c, f in facts.items()
        if any(name_score(c, x) > 0 for x in (F.AMOUNT, F.UNIT_PRICE, F.QUANTITY, F.DISCOUNT))
    }
    silent = {c: f for c, f in facts.items() if c not in spoken and not named(c)}
    kept = spoken | dict(list(silent.items())[:_COMPARED])
    return _Numbers(kept, {c: sample.numbers(c) for c in kept})


def _swap_units(
    numbers: _Numbers, amounts: dict[str, float], prices: dict[str, float], quantities: dict[str, float]
) -> None:
    """An `amount` that counts pieces is the quantity, where another column holds money (amount as in 'amount
    of units')."""
    for column, score in amounts.items():
        money = [
            c
            for c, v in numbers.values.items()
            if c != column and not is_count(v) and max(amounts[c], prices[c]) > 0.45
        ]
        if (
            score > _LIKELY
            and is_count(numbers.values[column])
            and money
            and max(quantities.values()) < score
        ):
            quantities[column], amounts[column] = score, 0.0


def _apply_products(
    numbers: _Numbers, amounts: dict[str, float], prices: dict[str, float], quantity: Suggestion | None
) -> None:
    """Columns that are quantity x another column are line totals, and that other one is the unit price."""
    counts = (
        [quantity.column]
        if quantity
        else [c for c, v in numbers.values.items() if is_count(v) and len(np.unique(v)) > 2][:3]
    )
    money = [c for c in numbers.values if c not in counts and not is_count(numbers.values[c])]
    money = sorted(money, key=lambda c: -max(amounts[c], prices[c]))[:_COMPARED]
    for count in counts:
        for total in money:
            for price in money:
                if price != total and is_line_total(
                    numbers.values[total], numbers.values[count], numbers.values[price]
                ):
                    silent = amounts[total] < _LEAST and not named(total)
                    if amounts[total] >= _LEAST or silent:
                        amounts[total] = min(0.99, max(amounts[total], 0.4) + 0.25)
                        prices[total] = 0.0
                        prices[price] = max(prices[price], 0.7)
                        amounts[price] *= 0.3


def _apply_price_growth(
    sample: Sample,
    chosen: dict[F, Suggestion],
    numbers: _Numbers,
    amounts: dict[str, float],
    prices: dict[str, float],
    quantity: str,
) -> None:
    """A price that grows with the quantity within one product is the line's amount."""
    product = chosen.get(F.PRODUCT)
    if product is None:
        return
    for column, score in prices.items():
        if score > 0.45 and is_price_of_all_pieces(
            numbers.values[column], numbers.values[quantity], sample.texts[product.column]
        ):
            amounts[column], prices[column] = max(amounts[column], 0.7), 0.0


def _apply_order_totals(
    sample: Sample,
    chosen: dict[F, Suggestion],
    numbers: _Numbers,
    amounts: dict[str, float],
    prices: dict[str, float],
    quantity: Suggestion | None,
) -> None:
    """An order's total repeated on each of its lines would count as often as it has lines: a line's own
    amount or price goes first."""
    order = chosen.get(F.ORDER_ID)
    if order is None:
        return
    groups = sample.texts[order.column]
    shares = {
        c: one_value_share(numbers.values[c].tolist(), groups)
        for c in amounts
        if max(amounts[c], prices[c]) > _LEAST
    }
    repeated = {c for c, share in shares.items() if share is not None and share > _ORDER_LEVEL}
    own = [c for c in shares if c not in repeated and amounts[c] >= 0.4]
    priced = quantity is not None and any(prices[c] > _LIKELY and c not in repeated for c in shares)
    if repeated and (own or priced):
        for column in repeated:
            amounts[column] *= 0.3


def _apply_lonely_number(numbers: _Numbers, amounts: dict[str, float], prices: dict[str, float]) -> None:
    """Without any telling name, the only column with cents is the amount."""
    if max([*amounts.values(), *prices.values()], default=0.0) >= _LEAST:
        return
    silent = [c for c in numbers.facts if not named(c) and not about_else(c, F.AMOUNT)]
    cents = [c for c in silent if numbers.facts[c].decimals > 0.5 and numbers.facts[c].numbers > 0.9]
    for column in cents:
        amounts[column] = 0.55 if len(cents) == 1 else 0.4
