"""What the features ask of whatever computes them: five verbs over named relations, in SQL."""

from typing import Protocol

import pyarrow as pa


class Engine(Protocol):
    """A place with relations that have names, `transactions` (the ledger) among them. SQL is written in
    DuckDB's dialect, without functions that it alone has; an engine of another dialect transpiles it. `$name`
    stands for a parameter."""

    def parameter(self, name: str, value: int) -> None:
        """From now on `$name` stands for the value."""

    def register(self, name: str, rows: pa.Table) -> None:
        """Makes the rows a relation, in the place of one of that name."""

    def relation(self, name: str, sql: str, *, kept: bool = False) -> None:
        """Names what a SELECT gives, in the place of a relation of that name. kept: computed now, once;
        otherwise where it is read."""

    def append(self, name: str, sql: str) -> None:
        """Adds the rows of a SELECT to a kept relation, column by column of the same name; columns that it
        lacks are null."""

    def fetch(self, sql: str) -> pa.Table:
        """The rows of a SELECT."""
