"""How a table is declared, and the columns that many tables share."""

from dataclasses import dataclass

import pyarrow as pa

TIME = pa.timestamp("us")


@dataclass(frozen=True)
class TableSchema:
    """A table's name, what one row is, and its columns. `open` tables carry further columns, such as
    features."""

    name: str
    row: str
    schema: pa.Schema
    open: bool = False


def column(name: str, kind: pa.DataType, meaning: str, nullable: bool = True) -> pa.Field:
    """A column with its meaning, which Dagster's catalogue and the documents show."""
    return pa.field(name, kind, nullable=nullable, metadata={"description": meaning})


def estimate(name: str, meaning: str, interval: str, nullable: bool = True) -> tuple[pa.Field, ...]:
    """An estimate in three columns: itself and, as name_low and name_high, the ends of an interval."""
    return (
        column(name, pa.float64(), meaning, nullable),
        column(f"{name}_low", pa.float64(), interval, nullable),
        column(f"{name}_high", pa.float64(), "upper end", nullable),
    )


def table(name: str, row: str, *fields: pa.Field, open: bool = False) -> TableSchema:  # noqa: A002
    """A declared table; `row` says what one row of it is."""
    return TableSchema(name, row, pa.schema(list(fields)), open)


CUSTOMER = column("customer_id", pa.string(), "the shop's customer id, trimmed text", nullable=False)
AS_OF = column("as_of", TIME, "cutoff of the features: data end", nullable=False)
CUTOFF = column("cutoff", TIME, "instant as of which the features are computed", nullable=False)
FOLD = column("fold", pa.int8(), "cross-validation fold of the customer, 0-4", nullable=False)
CHURNED = column("churned", pa.int8(), "label: 1 when no order in [cutoff, cutoff + H)", nullable=False)
