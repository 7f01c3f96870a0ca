"""What an export is: header rows as systems write them, dates, numbers and blanks in their manner."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from churn_pipeline_tests.builders.exports.sales import orders_of

Cells = dict[str, object]


@dataclass(frozen=True)
class Export:
    """One system's file: `cells` makes its columns from the sale lines (or from the orders); `mapping` is
    what a person would map.

    `truth` is the column of the sale lines that sums to the ledger's amounts.
    """

    name: str
    mapping: dict[str, str]
    cells: Callable[[pd.DataFrame], Cells]
    by_order: bool = False
    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    header: bool = True
    truth: str = "total"
    also: dict[str, str] = field(default_factory=dict)

    def text(self, lines: pd.DataFrame) -> str:
        """The file's text."""
        rows = orders_of(lines) if self.by_order else lines
        frame = pd.DataFrame(self.cells(rows), index=rows.index)
        return frame.to_csv(index=False, sep=self.separator, decimal=self.decimal, header=self.header)


def money(values: pd.Series, symbol: str = "$") -> pd.Series:
    """Amounts as tills print them: $1,234.50, negatives in brackets."""
    return values.map(lambda v: f"({symbol}{-v:,.2f})" if v < 0 else f"{symbol}{v:,.2f}")


def german(values: pd.Series, after: str = "") -> pd.Series:
    """1.234,50 and a currency behind it."""
    return values.map(lambda v: f"{v:,.2f}".translate(str.maketrans(",.", ".,")) + after)


def first_line(d: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Values on the first line of each order only, as header fields are exported."""
    return values.where(d.line == 1, "").astype(object)
