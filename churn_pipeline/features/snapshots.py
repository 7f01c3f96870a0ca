"""Snapshots: the features of every eligible customer at every cutoff, from one pass over the ledger.

Rows become purchases once; a customer's purchases before each cutoff are then aggregated for all cutoffs in one statement. Nothing at or
after the newest cutoff is read for features, and nothing at or after a cutoff enters that cutoff's rows. Sums are DECIMAL until they
are finished, so that the result is the same, bit by bit, at any number of threads.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from churn_pipeline.churn_definition.labels import eligible_sql, register_cutoffs
from churn_pipeline.features.catalogue import CATALOGUE, Feature
from churn_pipeline.features.purchase_features import fit_at_cutoffs, purchase_features
from churn_pipeline.features.templates import HISTORY_FAMILIES, merged, template
from churn_pipeline.orders import SALE, order_key, orders_sql
from churn_pipeline.storage import duckdb_over


def build_snapshots(
    folder: Path, cutoffs: Sequence[datetime], horizon: int, min_orders: int, *, labelled: bool, threads: int = 0
) -> pa.Table:
    """Features of all customers eligible at each cutoff, ordered by cutoff and customer_id.

    Columns: customer_id (string), cutoff (timestamp[us]), the features (float64; null where the catalogue says so) and, if `labelled`,
    churned (int8). Features whose ledger columns are empty before the newest cutoff are left out. A labelled cutoff has to be mature:
    ValueError otherwise. NotFound when the shop has no transactions. threads: of DuckDB, 0: all.
    """
    with duckdb_over(folder, ["transactions"], threads) as connection:
        register_cutoffs(connection, cutoffs)
        _prepare(connection, max(cutoffs), horizon, min_orders)
        return _assemble(connection, horizon, labelled)


def _prepare(connection: duckdb.DuckDBPyConnection, newest: datetime, horizon: int, min_orders: int) -> None:
    """Makes the tables population, purchases and totals."""
    connection.execute("SET preserve_insertion_order = false")
    # A relation's filter cannot take a parameter in a view, so the newest cutoff comes from the table of cutoffs.
    known = "SELECT * FROM transactions WHERE ts < (SELECT max(cutoff) FROM cutoffs)"
    connection.execute(f"CREATE TEMP VIEW sale_rows AS SELECT *, {order_key()} AS order_key FROM ({known}) WHERE {SALE}")  # noqa: S608
    connection.execute(f"CREATE TEMP VIEW return_rows AS SELECT * FROM ({known}) WHERE is_return")  # noqa: S608
    connection.execute(f"CREATE TEMP TABLE purchases AS {template('purchases')}")
    connection.execute(f"CREATE TEMP TABLE orders AS {orders_sql()}")
    connection.execute(f"CREATE TEMP TABLE population AS {eligible_sql('orders', horizon, min_orders)}")
    connection.execute("DROP TABLE orders")
    connection.execute(f"CREATE TEMP TABLE history AS {template('history')}")
    connection.execute(f"CREATE TEMP TABLE totals AS {merged(HISTORY_FAMILIES)}")
    connection.execute("DROP TABLE history")


def _assemble(connection: duckdb.DuckDBPyConnection, horizon: int, labelled: bool) -> pa.Table:
    """The finished snapshots from population and totals, with the purchase models' features beside them."""
    inputs = connection.sql(
        "SELECT customer_id, cutoff, model_x, model_t_x, model_t, model_value FROM totals ORDER BY cutoff, customer_id"
    ).df()
    modelled = purchase_features(inputs, fit_at_cutoffs(connection), horizon)
    connection.register(
        "modelled", pa.Table.from_pandas(pd.concat([inputs[["customer_id", "cutoff"]], modelled], axis=1), preserve_index=False)
    )
    features = [f"CAST({f.name} AS DOUBLE) AS {f.name}" for f in available(connection)]
    label = ["CAST(churned AS TINYINT) AS churned"] if labelled else []
    statement = f"""
        SELECT customer_id, cutoff, {", ".join(features + label)}
        FROM totals JOIN population USING (customer_id, cutoff) JOIN modelled USING (customer_id, cutoff)
        ORDER BY cutoff, customer_id
    """  # noqa: S608 - names of the catalogue
    table = connection.sql(statement).to_arrow_table()
    if labelled and table["churned"].null_count:
        raise ValueError("a labelled cutoff must be mature: cutoff + horizon at most data end")
    return table


def available(connection: duckdb.DuckDBPyConnection) -> list[Feature]:
    """The features whose ledger columns have a value before the newest cutoff, in the catalogue's order."""
    needed = sorted({column for f in CATALOGUE for column in f.needs})
    if not needed:
        return list(CATALOGUE)
    counts = connection.execute(f"SELECT {', '.join(f'count({c})' for c in needed)} FROM sale_rows").fetchone()  # noqa: S608
    filled = {column for column, count in zip(needed, counts or (), strict=True) if count}
    return [f for f in CATALOGUE if set(f.needs) <= filled]
