"""What the features of one customer need to know of the other customers, so that they can be computed from
this one's rows alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pandas as pd
import pyarrow as pa
from sqlglot import exp

from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.features.engines.engine import Engine
from churn_pipeline.features.purchase_features import fit_purchases, fit_values
from churn_pipeline.features.templates import KEYS, TOTALS_FAMILIES, parsed
from churn_pipeline.purchase_model.summaries import purchase_summaries
from churn_pipeline.purchase_model.valuation import PurchaseModels


@dataclass(frozen=True)
class RestOfShop:
    """needs: keys of purchases.NEEDS that the shop's ledger has; models: its purchase models; totals: of its
    eligible customers, the columns that the families over totals (ranks within the shop) read."""

    needs: frozenset[str]
    models: PurchaseModels
    totals: pa.Table

    def join_totals(self, engine: Engine) -> None:
        """Adds the customers who are not in the relation `customers` to `totals`, at every cutoff; their
        numbers are negative."""
        engine.register("other_totals", self.totals)
        columns = ", ".join(name for name in self.totals.column_names if name != "customer_id")
        numbered = f"""
            SELECT CAST(-row_number() OVER (ORDER BY customer_id) AS INTEGER) AS customer_id, cutoff,
                {columns}
            FROM (SELECT * FROM other_totals
                WHERE customer_id NOT IN (SELECT customer_id FROM customers)) AS others
            CROSS JOIN cutoffs
        """  # noqa: S608 - names of the catalogue
        engine.append("totals", numbered)


def rest_of_shop(
    connection: duckdb.DuckDBPyConnection, features: pd.DataFrame, as_of: datetime
) -> RestOfShop:
    """The rest of a shop as of `as_of`.

    connection: with a relation `transactions`, the whole ledger; features: customer_features at `as_of`.
    """
    everyone = purchase_summaries(connection, as_of)
    distinct = everyone.groupby(["x", "t_x", "T"], sort=True).size().rename("customers").reset_index()
    eligible = everyone[everyone["customer_id"].isin(features["customer_id"])]
    models = PurchaseModels(
        fit_purchases(distinct), fit_values(eligible["x"] + 1, eligible["mean_order_value"])
    )
    needs = frozenset(need for f in CATALOGUE if f.name in features for need in f.needs)
    totals = pa.Table.from_pandas(
        features[["customer_id", *_columns_ranked(list(features.columns))]], preserve_index=False
    )
    return RestOfShop(needs, models, totals)


def _columns_ranked(known: Sequence[str]) -> list[str]:
    """The columns of `totals` that the families over it read."""
    read = {column.name for family in TOTALS_FAMILIES for column in parsed(family).find_all(exp.Column)}
    return sorted(
        read.intersection(known).difference(
            KEYS, *(parsed(family).named_selects for family in TOTALS_FAMILIES)
        )
    )
