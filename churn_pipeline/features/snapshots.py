"""Snapshots: the features of every eligible customer at every cutoff, from one pass over the ledger.

Rows become purchase days once, a group of customers at a time, so that memory does not grow with the ledger's rows; the days before each
cutoff are then aggregated for all cutoffs in one statement. Nothing at or after the newest cutoff is read for features, and nothing at or
after a cutoff enters that cutoff's rows. Sums are DECIMAL until they are finished, so that the result is the same, bit by bit, at any
number of threads.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from churn_pipeline.churn_definition.labels import churned_sql, data_end_sql, last_orders_sql, register_cutoffs
from churn_pipeline.features.catalogue import CATALOGUE, Feature
from churn_pipeline.features.purchase_features import fit_at_cutoff, purchase_features
from churn_pipeline.features.purchases import customer_groups, known_needs, make_codes, make_known_rows, make_purchase_days
from churn_pipeline.features.rest_of_shop import RestOfShop
from churn_pipeline.features.templates import HISTORY_FAMILIES, TOTALS_FAMILIES, merged, template
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
    make_codes(connection, needs)
    statements = _statements({f.family for f in features})
    for number, customers in enumerate(customer_groups(connection)):
        make_purchase_days(connection, needs, customers)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE eligible AS {last_orders_sql('orders', horizon, min_orders)}")
        for table, sql in statements.items():
            connection.execute(f"INSERT INTO {table} {sql}" if number else f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}")
    if rest is not None:
        rest.join_totals(connection)
    parts = [_snapshot(connection, cutoff, features, horizon, rest, labelled) for cutoff in sorted(set(cutoffs))]
    return pa.concat_tables(parts)


def _statements(families: Collection[str]) -> dict[str, str]:
    """Tables that grow by each group of customers, and the SQL of a group's rows, in their order.

    order_ends: the time of the last order. population: who is eligible at which cutoff, and the next order. totals: the features of the
    given families that need no other customers. summaries: what BG/NBD is fitted on.
    """
    totals = merged(tuple(f for f in HISTORY_FAMILIES if f in families))
    return {
        "order_ends": "SELECT max(ordered_at) AS last_order_at FROM orders",
        "population": "SELECT * FROM eligible",
        "totals": f"""
            WITH history AS ({template("history")}\n)
            SELECT customer_id, cutoff, CAST(COLUMNS(* EXCLUDE (customer_id, cutoff, base_gap_quantiles)) AS DOUBLE) FROM ({totals})
        """,  # noqa: S608 - templates of ours
        "summaries": template("summaries"),
    }


def _snapshot(
    connection: duckdb.DuckDBPyConnection,
    cutoff: datetime,
    features: Sequence[Feature],
    horizon: int,
    rest: RestOfShop | None,
    labelled: bool,
) -> pa.Table:
    """The finished rows of one cutoff: totals, the features of the purchase models and of the snapshot, in the catalogue's order."""
    here = f"cutoff = TIMESTAMP '{cutoff:%Y-%m-%d}'"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW snapshot AS SELECT * FROM totals WHERE {here}")  # noqa: S608 - a time
    inputs = connection.sql(
        "SELECT customer_id, COLUMNS('^model_') FROM snapshot SEMI JOIN population USING (customer_id, cutoff) ORDER BY customer_id"
    ).df()
    models = fit_at_cutoff(connection, cutoff, inputs) if rest is None else rest.models
    modelled = pd.concat([inputs[["customer_id"]], purchase_features(inputs, models, horizon)], axis=1)
    connection.register("modelled", pa.Table.from_pandas(modelled, preserve_index=False))
    columns = [f"CAST({f.name} AS DOUBLE) AS {f.name}" for f in features] + [f"{churned_sql(horizon)} AS churned"] * labelled
    statement = f"""
        SELECT customers.customer_id, cutoff, {", ".join(columns)}
        FROM snapshot
        JOIN ({merged(TOTALS_FAMILIES)}) USING (customer_id, cutoff)
        JOIN modelled USING (customer_id)
        JOIN population USING (customer_id, cutoff)
        JOIN customers ON customers.code = snapshot.customer_id
        CROSS JOIN (SELECT {data_end_sql("max(last_order_at)")} AS data_end FROM order_ends)
        ORDER BY snapshot.customer_id
    """  # noqa: S608 - names of the catalogue
    table = connection.sql(statement).to_arrow_table()
    if labelled and table["churned"].null_count:
        raise ValueError("a labelled cutoff must be mature: cutoff + horizon at most data end")
    return table
