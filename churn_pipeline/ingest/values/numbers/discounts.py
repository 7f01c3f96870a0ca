"""Whether a discount column holds money, percent or a fraction: said by the shop or its name, or by its
values against amounts."""

import re
from dataclasses import dataclass
from typing import Literal

import duckdb

from churn_pipeline.core.sql import one_row
from churn_pipeline.core.wording import number, percent
from churn_pipeline.ingest.files.raw import ROW_NUMBER

DiscountKind = Literal["amount", "percent", "fraction"]

_SAMPLE = 100_000
_FEWEST, _FEW_LEVELS, _ROUND = 20, 25, 0.9
_USUAL_AMOUNT = 10.0
_ABOVE_AMOUNT = 0.05
MOSTLY = 0.5
_NAMED_PERCENT = re.compile(
    r"%|percent|pct|prozent|pourcent|porcent|percentu|procent|\brate\b|_rate\b|satz", re.IGNORECASE
)


@dataclass(frozen=True)
class DiscountFacts:
    """The discounted rows of a sample: how many, different values and the largest one, shares (0-1) of values
    that are multiples of 5, of whole ones and of rows whose discount is above the amount paid, the median
    amount, and the share of rows whose discount is written with a minus although the amount has none."""

    rows: int
    levels: int
    largest: float
    multiples_of_five: float
    whole: float
    above_amount: float
    median_amount: float
    minus: float = 0.0


def discount_facts(
    connection: duckdb.DuckDBPyConnection, relation: str, discount: str, amount: str
) -> DiscountFacts:
    """The facts of SQL expressions over a relation with ROW_NUMBER; of every k-th row where there are more
    than 100,000."""
    (rows,) = one_row(connection, f"SELECT count(*) FROM {relation}")  # noqa: S608
    found = one_row(
        connection,
        f"""
        WITH sample AS MATERIALIZED (
            SELECT * FROM {relation} WHERE {ROW_NUMBER} % {max(1, rows // _SAMPLE)} = 0
        ), numbers AS MATERIALIZED (
            SELECT abs({discount}) AS d, abs({amount}) AS a, ({discount}) < 0 AND ({amount}) > 0 AS minus
            FROM sample)
        SELECT count(*), count(DISTINCT d), coalesce(max(d), 0),
            coalesce(avg(CASE WHEN d % 5 = 0 THEN 1 ELSE 0 END), 0),
            coalesce(avg(CASE WHEN d = round(d) THEN 1 ELSE 0 END), 0),
            coalesce(avg(CASE WHEN d > a THEN 1 ELSE 0 END), 0), coalesce(median(a), 0),
            coalesce(avg(CASE WHEN minus THEN 1 ELSE 0 END), 0)
        FROM numbers WHERE d > 0 AND a > 0 AND isfinite(d) AND isfinite(a)
        """,  # noqa: S608 - our own expressions
    )
    return DiscountFacts(*found)


def discount_kind(
    facts: DiscountFacts, column: str, said: DiscountKind | None
) -> tuple[DiscountKind | None, str]:
    """The kind and a sentence about it ('' where nothing has to be told); None where the sample is too small
    to settle it for the shop."""
    if said is not None:
        return said, ""
    below_one = facts.largest <= 1
    if _NAMED_PERCENT.search(column) and facts.rows:
        return _told("fraction" if below_one else "percent", column, "as its name says")
    if facts.rows < _FEWEST:
        return None, ""
    few = 2 < facts.levels <= _FEW_LEVELS
    odd = facts.levels <= _FEW_LEVELS and facts.above_amount >= _ABOVE_AMOUNT and facts.whole >= _ROUND
    steps = few and facts.largest <= 100 and facts.multiples_of_five >= _ROUND
    if few and below_one and facts.median_amount >= _USUAL_AMOUNT:
        return _told(
            "fraction",
            column,
            f"no value is above 1 where the usual amount is {number(facts.median_amount, 2)}",
        )
    if steps and facts.above_amount >= _ABOVE_AMOUNT:
        return _told(
            "percent", column, f"{percent(facts.above_amount)} of its values would be more than was paid"
        )
    if (facts.levels <= _FEW_LEVELS and below_one) or steps or (odd and facts.largest <= 100):
        kind = "a fraction" if below_one else "percent"
        return (
            "amount",
            f"column {column!r} is read as money; if it is {kind}, "
            f"set discount_is in the shop's shop.yaml and deliver it again.",
        )
    return "amount", ""


def _told(kind: DiscountKind, column: str, why: str) -> tuple[DiscountKind, str]:
    return (
        kind,
        f"column {column!r} is read as {kind} and turned into money ({why}); if it is not, "
        f"set discount_is in the shop's shop.yaml.",
    )


def in_money(kind: DiscountKind | None, discount: str, amount: str) -> str:
    """SQL of the discount in currency, the amount being what was paid after it: of p percent, amount x p /
    (100 - p)."""
    if kind in (None, "amount"):
        return discount
    whole = 100 if kind == "percent" else 1
    return (
        f"CASE WHEN ({discount}) < {whole} THEN round(abs({amount}) * ({discount}) / ({whole} - "
        f"({discount})), 4) END"
    )
