"""Snapshots: the features of every eligible customer at every cutoff, from one pass over the ledger.

Rows become purchases once; a customer's purchases before each cutoff are then aggregated for all cutoffs in one statement. Nothing at or
after the newest cutoff is read for features, and nothing at or after a cutoff enters that cutoff's rows. Sums are DECIMAL until they
are finished, so that the result is the same, bit by bit, at any number of threads.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from churn_pipeline.churn_definition.labels import eligible_sql, register_cutoffs
from churn_pipeline.features.catalogue import CATALOGUE, Feature
from churn_pipeline.features.purchase_features import fit_at_cutoffs, purchase_features
from churn_pipeline.features.purchases import known_needs, make_customers, make_known_rows, make_purchases
from churn_pipeline.features.rest_of_shop import RestOfShop
from churn_pipeline.features.templates import HISTORY_FAMILIES, TOTALS_FAMILIES, merged, template
from churn_pipeline.orders import orders_sql
from churn_pipeline.storage import duckdb_over


def build_snapshots(
    folder: Path, cutoffs: Sequence[datetime], horizon: int, min_orders: int, *, labelled: bool, threads: int = 0
) -> pa.Table:
    """Features of all customers eligible at each cutoff, ordered by cutoff and customer_id.

    Columns: customer_id (string), cutoff (timestamp[us]), the features (float64; null where the catalogue says so) and, if `labelled`,
    churned (int8). Features that need a ledger column without any value before the newest cutoff are left out. Raises ValueError for a
    cutoff that is not midnight and, if `labelled`, for one that is not mature; NotFound when the shop has no transactions.
    threads: of DuckDB, 0: all.
    """
    if not cutoffs or any(cutoff.time() != time(0) for cutoff in cutoffs):
        raise ValueError("cutoffs must be midnights, at least one")
    with duckdb_over(folder, ["transactions"], threads) as connection:
        connection.execute("SET preserve_insertion_order = false")
        return snapshots_over(connection, cutoffs, horizon, min_orders, labelled=labelled)


def snapshots_over(
    connection: duckdb.DuckDBPyConnection,
    cutoffs: Sequence[datetime],
    horizon: int,
    min_orders: int,
    *,
    labelled: bool,
    rest: RestOfShop | None = None,
) -> pa.Table:
    """`build_snapshots` of a connection with a relation `transactions`, in which it makes temporary tables.

    rest: where the relation holds some customers of a shop only, what their features need to know of the others.
    """
    connection.execute(f"SET VARIABLE horizon = {int(horizon)}")
    register_cutoffs(connection, cutoffs)
    make_known_rows(connection)
    needs = known_needs(connection) if rest is None else rest.needs
    features = [f for f in CATALOGUE if needs.issuperset(f.needs)]
    make_customers(connection)
    make_purchases(connection, needs)
    _make_population(connection, horizon, min_orders)
    _make_totals(connection, {f.family for f in features})
    _make_modelled(connection, horizon, rest)
    if rest is not None:
        rest.join_totals(connection)
    return _assembled(connection, features, labelled)


def _make_population(connection: duckdb.DuckDBPyConnection, horizon: int, min_orders: int) -> None:
    """Makes the table population: who is eligible at which cutoff, and the label where it is known."""
    coded = f"SELECT code AS customer_id, ordered_at FROM ({orders_sql()}) JOIN customers USING (customer_id)"  # noqa: S608 - our own SQL
    connection.execute(f"CREATE TEMP TABLE orders AS {coded}")
    connection.execute(f"CREATE TEMP TABLE population AS {eligible_sql('orders', horizon, min_orders)}")
    connection.execute("DROP TABLE orders")


def _make_totals(connection: duckdb.DuckDBPyConnection, families: Collection[str]) -> None:
    """Makes the table totals: the features of the given families that need no other customers."""
    connection.execute(f"CREATE TEMP VIEW history AS {template('history')}")
    connection.execute(f"CREATE TEMP TABLE totals AS {merged(tuple(f for f in HISTORY_FAMILIES if f in families))}")


def _make_modelled(connection: duckdb.DuckDBPyConnection, horizon: int, rest: RestOfShop | None) -> None:
    """Makes the table modelled: the features of the purchase models."""
    keys = ["customer_id", "cutoff"]
    inputs = connection.sql(f"SELECT {', '.join(keys)}, COLUMNS('^model_') FROM totals ORDER BY cutoff, customer_id").df()  # noqa: S608
    models = fit_at_cutoffs(connection, inputs) if rest is None else dict.fromkeys(inputs["cutoff"], rest.models)
    rows = pd.concat([inputs[keys], purchase_features(inputs, models, horizon)], axis=1)
    connection.register("modelled", pa.Table.from_pandas(rows, preserve_index=False))


def _assembled(connection: duckdb.DuckDBPyConnection, features: Sequence[Feature], labelled: bool) -> pa.Table:
    """The finished snapshots: totals, modelled and the families over totals, in the catalogue's order."""
    columns = [f"CAST({f.name} AS DOUBLE) AS {f.name}" for f in features] + ["churned"] * labelled
    statement = f"""
        SELECT customers.customer_id, cutoff, {", ".join(columns)}
        FROM totals
        JOIN ({merged(TOTALS_FAMILIES)}) USING (customer_id, cutoff)
        JOIN modelled USING (customer_id, cutoff)
        JOIN population USING (customer_id, cutoff)
        JOIN customers ON customers.code = totals.customer_id
        ORDER BY cutoff, totals.customer_id
    """  # noqa: S608 - names of the catalogue
    table = connection.sql(statement).to_arrow_table()
    if labelled and table["churned"].null_count:
        raise ValueError("a labelled cutoff must be mature: cutoff + horizon at most data end")
    return table
