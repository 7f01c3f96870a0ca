"""What a horizon would mean for this shop, counted before anything is trained: "with 60 days: 18.7 % churn
rate"."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from churn_pipeline.churn_definition.cutoffs import CutoffPlan, plan_cutoffs
from churn_pipeline.churn_definition.labels import eligible_sql, numbered_sql, register_cutoffs
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.sql import connected

HORIZONS = (30, 45, 60, 75, 90, 120, 180)
FEWEST_OF_A_CLASS = 10
MOST_FITTED = 50_000
"""Customers of a cutoff that `expected_auc` is taken from, evenly chosen: its standard error is .003."""
NUMBERED = "numbered_orders"


def number_orders(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The orders of the relation `orders` (customer_id, ordered_at) as `preview` reads them: in sequence by
    customer, who is a number here."""
    return connection.sql(
        f"""
        SELECT customer AS customer_id, ordered_at, CAST(order_number AS INTEGER) AS order_number,
               next_order_at, first_order_at, newest_order_at
        FROM ({numbered_sql("orders")})
        JOIN (
            SELECT customer_id, CAST(row_number() OVER (ORDER BY customer_id) AS INTEGER) AS customer,
                   min(ordered_at) AS first_order_at, max(ordered_at) AS newest_order_at
            FROM orders GROUP BY customer_id
        ) USING (customer_id)
        """  # noqa: S608 - SQL of ours
    ).to_arrow_table()


@dataclass(frozen=True)
class HorizonPreview:
    """One horizon (days). `refusal` is the reason why the history does not carry it; then all numbers are
    None.

    eligible customers and churn_rate (0-1) at the test cutoff, data end - H. come_back_share: of those who
    churned one horizon earlier, the share who bought again within the next H days, the false alarms of this
    definition. training_cutoffs: how many the history gives (before the cap). expected_auc: what three
    numbers (recency, orders, time since the first) achieve out of time; a model does better."""

    horizon: int
    eligible: int | None = None
    churn_rate: float | None = None
    come_back_share: float | None = None
    training_cutoffs: int | None = None
    expected_auc: float | None = None
    refusal: str | None = None


def preview(numbered: pa.Table, horizon: int, min_orders: int) -> HorizonPreview:
    """The preview of one horizon (days) over the orders that `number_orders` gave."""
    with connected() as connection:
        connection.register(NUMBERED, numbered)
        first, last = connection.execute(
            f"SELECT min(ordered_at), max(ordered_at) FROM {NUMBERED}"  # noqa: S608 - constant
        ).fetchall()[0]
        try:
            plan = plan_cutoffs(first, last, horizon, max_cutoffs=1_000)
        except BadInput as refused:
            return HorizonPreview(horizon, refusal=str(refused))
        earlier_cutoff = plan.test - timedelta(days=horizon)
        people = _population(connection, plan, earlier_cutoff, min_orders)
    now, earlier = people[people.cutoff == plan.test], people[people.cutoff == earlier_cutoff]
    gone = earlier[earlier.churned == 1]
    return HorizonPreview(
        horizon,
        eligible=len(now),
        churn_rate=_mean(now.churned),
        come_back_share=_mean(gone.newest_order_at >= plan.test),
        training_cutoffs=len(plan.training),
        expected_auc=_expected_auc(_some(earlier), _some(now)),
    )


def _population(
    connection: duckdb.DuckDBPyConnection, plan: CutoffPlan, earlier: datetime, min_orders: int
) -> pd.DataFrame:
    """The eligible at the test cutoff and one horizon earlier, with their first and newest order."""
    register_cutoffs(connection, [earlier, plan.test])
    return connection.execute(
        f"""
        SELECT people.*, first_order_at, newest_order_at
        FROM ({eligible_sql(NUMBERED, plan.horizon, min_orders, numbered=NUMBERED)}) AS people
        JOIN (SELECT customer_id, first_order_at, newest_order_at FROM {NUMBERED} WHERE order_number = 1)
        USING (customer_id) ORDER BY cutoff, customer_id
        """  # noqa: S608 - SQL of ours
    ).df()


def _some(people: pd.DataFrame) -> pd.DataFrame:
    return people.iloc[:: -(-len(people) // MOST_FITTED) or 1]


def _mean(values: pd.Series) -> float | None:
    return float(values.mean()) if len(values) else None


def _expected_auc(earlier: pd.DataFrame, now: pd.DataFrame) -> float | None:
    """AUC at the test cutoff of a logistic regression fitted one horizon earlier; None where one outcome is
    too rare to tell."""
    if min(_rarer(earlier), _rarer(now)) < FEWEST_OF_A_CLASS:
        return None
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(_three_numbers(earlier), earlier.churned.astype(int))
    return float(roc_auc_score(now.churned.astype(int), model.predict_proba(_three_numbers(now))[:, 1]))


def _rarer(people: pd.DataFrame) -> int:
    churned = int(people.churned.sum())
    return min(churned, len(people) - churned)


def _three_numbers(people: pd.DataFrame) -> np.ndarray:
    """log of 1 + days since the last order, of orders, and of 1 + days since the first order."""
    recency = (people.cutoff - people.last_order_at).dt.total_seconds() / 86400
    age = (people.cutoff - people.first_order_at).dt.total_seconds() / 86400
    return np.column_stack([np.log1p(recency), np.log(people.orders), np.log1p(age)])
