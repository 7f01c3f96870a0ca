"""What columns of a sample say about each other: a total is quantity x price, an order has one customer, a
customer comes back."""

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

_FEWEST = 15
_CLOSE = 0.02
_RATIO = (0.4, 1.7)


def is_line_total(total: np.ndarray, quantity: np.ndarray, price: np.ndarray) -> bool:
    """Whether `total` is quantity x price, up to one factor (tax) and a few discounts, in the rows with more
    than one piece."""
    with np.errstate(all="ignore"):
        ratio = total / (quantity * price)
    told = ratio[np.isfinite(ratio) & (np.abs(quantity) > 1) & (ratio > 0)]
    if len(told) < _FEWEST:
        return False
    usual = float(np.median(told))
    return _RATIO[0] < usual < _RATIO[1] and float(np.mean(np.abs(told / usual - 1) < _CLOSE)) > 0.6


def is_price_of_all_pieces(price: np.ndarray, quantity: np.ndarray, product: Sequence[str]) -> bool:
    """Whether a price grows with the quantity within one product, as a line's total does and a unit price
    does not."""
    by_product: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(product):
        if name and np.isfinite(price[row]) and price[row] > 0 and quantity[row] > 0:
            by_product[name].append(row)
    growth, expected = [], []
    for rows in by_product.values():
        pieces = quantity[rows]
        one, more = price[rows][pieces == 1], price[rows][pieces > 1]
        if len(one) and len(more):
            growth.append(np.log(np.median(more) / np.median(one)))
            expected.append(np.log(np.median(pieces[pieces > 1])))
    return len(growth) >= 3 and float(np.median(np.array(growth) / np.array(expected))) > 0.6


def is_count(values: np.ndarray) -> bool:
    """Whether numbers look like pieces: whole, small, few different ones."""
    known = values[np.isfinite(values)]
    whole = known[known == np.round(known)]
    return (
        len(known) > 0
        and len(whole) > 0.98 * len(known)
        and float(np.median(np.abs(known))) <= 6
        and len(np.unique(known)) <= 60
    )


def one_value_share(values: Sequence[object], groups: Sequence[str]) -> float | None:
    """Share of the groups of several rows in which all filled values are the same one; None where fewer than
    15 groups can tell."""
    seen: dict[str, set[object]] = defaultdict(set)
    rows: dict[str, int] = defaultdict(int)
    for value, group in zip(values, groups, strict=True):
        if group:
            rows[group] += 1
            if value != "" and value == value:
                seen[group].add(value)
    several = [len(seen[g]) for g, n in rows.items() if n > 1 and seen[g]]
    return sum(n == 1 for n in several) / len(several) if len(several) >= _FEWEST else None


def returning_share(ids: Sequence[str], days: Sequence[str]) -> float | None:
    """Share of the ids of several rows that occur on more than one day; None where fewer than 15 ids have
    several rows."""
    share = one_value_share(days, ids)
    return None if share is None else 1 - share


def days_of(texts: Sequence[str]) -> list[str]:
    """Dates as written without their times, so that equal days are equal texts."""
    return [_day(t) for t in texts]


def _day(text: str) -> str:
    if text.replace(".", "").isdigit():
        whole = text.partition(".")[0]
        if len(whole) in (9, 10):
            return str(int(whole) // 86_400)
        if len(whole) in (12, 13) and not whole.startswith("20"):
            return str(int(whole) // 86_400_000)
        return whole[:8]
    return re.sub(r"[T ,]*\d{1,2}[:.h]\d\d(?:[:.]\d.*|\D.*|)$", "", text)
