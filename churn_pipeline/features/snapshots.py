"""Snapshots: the features of every eligible customer at every cutoff, from one pass over the ledger.

Rows become purchase days once, a group of customers at a time, so that memory does not grow with the ledger's
rows; the days before each cutoff are then aggregated for all cutoffs in one statement. Nothing at or after
the newest cutoff is read for features, and nothing at or after a cutoff enters that cutoff's rows. Sums are
DECIMAL until they are finished, so that the result is the same, bit by bit, at any number of threads."""

from collections.abc import Collection, Sequence
from datetime import datetime, time

import pandas as pd
import pyarrow as pa

from churn_pipeline.churn_definition.labels import (
    CUTOFFS,
    ELIGIBLE,
    churned_sql,
    data_end_sql,
    last_orders_sql,
    numbered_sql,
)
from churn_pipeline.core.enums import Status
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.features.catalogue import CATALOGUE, Feature
from churn_pipeline.features.engines.duckdb_engine import duckdb_engine
from churn_pipeline.features.engines.engine import Engine
from churn_pipeline.features.purchase_features import NAMES, models_by_cutoff, purchase_features
from churn_pipeline.features.purchases import (
    customer_groups,
    known_needs,
    make_codes,
    make_known_rows,
    make_purchase_days,
)
from churn_pipeline.features.rest_of_shop import RestOfShop
from churn_pipeline.features.templates import HISTORY_FAMILIES, TOTALS_FAMILIES, expressions, merged, template


def build_snapshots(
    store: ShopStore,
    cutoffs: Sequence[datetime],
    horizon: int,
    min_orders: int,
    *,
    labelled: bool,
    threads: int = 0,
    statuses: Sequence[Status] = ELIGIBLE,
    chosen: pa.Table | None = None,
) -> pa.Table:
    """Features of all customers with one of the `statuses` at each cutoff, ordered by cutoff and customer_id.

    chosen: customer_id and cutoff of the rows wanted, where not all are. Features that rank customers (the
        family standing) do so among the rows built. Columns: customer_id (string), cutoff (timestamp[us]),
        status (string, unless only the eligible are asked for), the features (float64; null where the
        catalogue says so) and, if `labelled`, churned (int8). Features that need a ledger column without any
        value before the newest cutoff are left out. Raises ValueError for a cutoff that is not midnight and,
        if `labelled`, for one that is not mature; NotFound when the shop has no transactions.
    threads: of DuckDB, 0: all.
    """
    if not cutoffs or any(cutoff.time() != time(0) for cutoff in cutoffs):
        raise ValueError("cutoffs must be midnights, at least one")
    with duckdb_engine(store, threads) as engine:
        return snapshots_over(
            engine, cutoffs, horizon, min_orders, labelled=labelled, statuses=statuses, chosen=chosen
        )


def snapshots_over(
    engine: Engine,
    cutoffs: Sequence[datetime],
    horizon: int,
    min_orders: int,
    *,
    labelled: bool,
    rest: RestOfShop | None = None,
    statuses: Sequence[Status] = ELIGIBLE,
    chosen: pa.Table | None = None,
) -> pa.Table:
    """`build_snapshots` of an engine with a relation `transactions`, in which it makes further ones.

    rest: where the relation holds some customers of a shop only, what their features need to know of the
        others."""
    engine.parameter("horizon", horizon)
    engine.register(CUTOFFS, pa.table({"cutoff": pa.array(sorted(set(cutoffs)), pa.timestamp("us"))}))
    make_known_rows(engine)
    needs = known_needs(engine) if rest is None else rest.needs
    features = [f for f in CATALOGUE if needs.issuperset(f.needs)]
    make_codes(engine, needs)
    statements = _statements({f.family for f in features})
    wanted = last_orders_sql(f"({numbered_sql('orders')})", horizon, min_orders, statuses)
    if chosen is not None:
        engine.register("chosen", chosen)
        codes = "SELECT code AS customer_id, cutoff FROM chosen JOIN customers USING (customer_id)"
        engine.relation("chosen_codes", codes, kept=True)
        wanted = f"SELECT found.* FROM ({wanted}) AS found JOIN chosen_codes USING (customer_id, cutoff)"  # noqa: S608
    for number, customers in enumerate(customer_groups(engine)):
        make_purchase_days(engine, needs, customers)
        engine.relation("eligible", wanted, kept=True)
        for name, sql in statements.items():
            if number:
                engine.append(name, sql)
            else:
                engine.relation(name, sql, kept=True)
    if rest is not None:
        rest.join_totals(engine)
    given = [] if tuple(statuses) == ELIGIBLE else ["status"]
    return _finished(engine, features, horizon, rest, given, labelled)


def _statements(families: Collection[str]) -> dict[str, str]:
    """Tables that grow by each group of customers, and the SQL of a group's rows, in their order.

    order_ends: the time of the last order. population: who is eligible at which cutoff, and the next order.
        totals: the features of the given families that need no other customers. summaries: what BG/NBD is
        fitted on."""
    used = tuple(f for f in HISTORY_FAMILIES if f in families)
    columns = (f"CAST({name} AS DOUBLE) AS {name}" for family in used for name in expressions(family))
    return {
        "order_ends": "SELECT max(ordered_at) AS last_order_at FROM orders",
        "population": "SELECT * FROM eligible",
        "totals": f"""
            WITH history AS ({template("history")}\n)
            SELECT customer_id, cutoff, {", ".join(columns)} FROM ({merged(used)})
        """,  # noqa: S608 - templates of ours
        "summaries": template("summaries"),
    }


def _finished(
    engine: Engine,
    features: Sequence[Feature],
    horizon: int,
    rest: RestOfShop | None,
    given: Sequence[str],
    labelled: bool,
) -> pa.Table:
    """The finished rows of all cutoffs: totals, the features of the purchase models and of the snapshot, in
    the catalogue's order, behind the columns `given` of the population."""
    engine.relation("snapshot", "SELECT * FROM totals")
    inputs = engine.fetch(f"""
        SELECT customer_id, cutoff, {", ".join(expressions("purchase_model"))}
        FROM snapshot
        JOIN population USING (customer_id, cutoff)
        ORDER BY cutoff, customer_id
    """).to_pandas()  # noqa: S608 - names of the template
    engine.register(
        "modelled", pa.Table.from_pandas(_modelled(engine, inputs, horizon, rest), preserve_index=False)
    )
    columns = [*given, *(f"CAST({f.name} AS DOUBLE) AS {f.name}" for f in features)]
    columns += [f"{churned_sql(horizon)} AS churned"] * labelled
    statement = f"""
        SELECT customers.customer_id, cutoff, {", ".join(columns)}
        FROM snapshot
        JOIN ({merged(TOTALS_FAMILIES)}) USING (customer_id, cutoff)
        JOIN modelled USING (customer_id, cutoff)
        JOIN population USING (customer_id, cutoff)
        JOIN customers ON customers.code = snapshot.customer_id
        CROSS JOIN (SELECT {data_end_sql("max(last_order_at)")} AS data_end FROM order_ends)
        ORDER BY cutoff, snapshot.customer_id
    """  # noqa: S608 - names of the catalogue
    table = engine.fetch(statement)
    if labelled and table["churned"].null_count:
        raise ValueError("a labelled cutoff must be mature: cutoff + horizon at most data end")
    return table


def _modelled(engine: Engine, inputs: pd.DataFrame, horizon: int, rest: RestOfShop | None) -> pd.DataFrame:
    """customer_id, cutoff and the features of the purchase models, which are fitted at each cutoff anew.

    inputs: customer_id, cutoff and the columns of sql/purchase_model.sql, ordered by both."""
    models = models_by_cutoff(engine, inputs) if rest is None else {}
    parts = [
        purchase_features(rows, models[cutoff] if rest is None else rest.models, horizon)
        for cutoff, rows in inputs.groupby("cutoff", sort=True)
    ]
    return pd.concat(
        [
            inputs[["customer_id", "cutoff"]],
            pd.concat(parts) if parts else pd.DataFrame(columns=NAMES, dtype=float),
        ],
        axis=1,
    )
