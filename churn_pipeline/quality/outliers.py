"""Customers who behave unlike all others: staff accounts, test customers, resellers. Isolation Forest (Liu,
Ting & Zhou 2008)."""

from typing import Any

import numpy as np

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.shop.orders import orders_sql

ISOLATION_SCORE = 0.65
CUSTOMER_SAMPLE = 100_000

_BEHAVIOUR = f"""
    SELECT customer_id, ln(1 + count(*)) AS orders, ln(1 + avg(CAST(order_value AS DOUBLE))) AS order_value,
           ln(1 + max(CAST(order_value AS DOUBLE))) AS largest_order,
           ln(1 + count(*) / (1.0 + date_diff('day', min(ordered_at), max(ordered_at)))) AS pace,
           ln(1 + sum(lines) / count(*)) AS lines
    FROM ({orders_sql()}) GROUP BY customer_id ORDER BY customer_id
"""  # noqa: S608 - SQL of ours


def unusual_customers(store: ShopStore, settings: Settings) -> dict[str, Any]:
    """Facts isolation_forest_customers, _share (0-1) and the ids of the 20 most unusual customers.

    The forest is grown on at most CUSTOMER_SAMPLE customers (seeded) and judges all of them; a customer is
    unusual above an anomaly score of ISOLATION_SCORE (0.5 is a typical one, near 1 an isolated one: section 2
    of the paper)."""
    from sklearn.ensemble import IsolationForest

    with store.query(["transactions"]) as connection:
        behaviour = connection.execute(_BEHAVIOUR).df()
    if behaviour.empty:
        return {"isolation_forest_customers": 0, "isolation_forest_share": None, "isolation_forest_list": []}
    X = behaviour.drop(columns="customer_id").to_numpy(np.float32)
    chosen = np.random.default_rng(settings.seed).permutation(len(X))[:CUSTOMER_SAMPLE]
    forest = IsolationForest(random_state=settings.seed).fit(X[chosen])
    score = -forest.score_samples(X)
    unusual = np.flatnonzero(score > ISOLATION_SCORE)
    most = unusual[np.argsort(-score[unusual], kind="stable")][:20]
    return {
        "isolation_forest_customers": len(unusual),
        "isolation_forest_share": len(unusual) / len(X),
        "isolation_forest_list": behaviour.customer_id.iloc[most].tolist(),
    }
