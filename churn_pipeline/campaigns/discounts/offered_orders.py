"""A shop's orders with how deep their discount was, and which of them count as bought on offer."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.shop.orders import SALE, order_key

LEAST_DEPTH = 0.02
"""A discount below 2 % of the full price is no offer: a rounded till, a loyalty cent."""
MOST_ON_OFFER = 0.8
"""Where more than this share of all orders would count as on offer, a discount is the shop's usual price."""


@dataclass(frozen=True)
class OfferedOrders:
    """orders: customer_id, ordered_at, paid, discount (currency), depth (share of the full price), on_offer,
    sorted by customer and time. threshold: depth from which an order is on offer."""

    orders: pd.DataFrame
    threshold: float

    @property
    def share_on_offer(self) -> float:
        """Of all orders, 0-1."""
        return float(self.orders["on_offer"].mean())


def offered_orders(store: ShopStore, as_of: datetime, threads: int = 0) -> OfferedOrders | None:
    """The orders before `as_of`; None where the shop's files have no discounts."""
    with store.query(["transactions"], threads) as connection:
        orders = connection.execute(
            f"""
            SELECT customer_id, min(ts) AS ordered_at,
                   CAST(sum(CAST(amount AS DECIMAL(18, 4))) AS DOUBLE) AS paid,
                   CAST(sum(CAST(greatest(discount, 0) AS DECIMAL(18, 4))) AS DOUBLE) AS discount
            FROM transactions
            WHERE ts < ? AND {SALE}
            GROUP BY customer_id, {order_key()}
            ORDER BY customer_id, ordered_at
            """,  # noqa: S608 - expressions of ours
            [as_of],
        ).df()
    if orders.empty or not orders["discount"].fillna(0).gt(0).any():
        return None
    orders["discount"] = orders["discount"].fillna(0.0)
    return with_depths(orders)


def with_depths(orders: pd.DataFrame) -> OfferedOrders:
    """The same from orders with customer_id, ordered_at, paid and discount, sorted by customer and time.

    Where nearly everything has some discount, an order is on offer from the shop's median depth on."""
    full = orders["paid"] + orders["discount"]
    depth = np.divide(orders["discount"], full, out=np.zeros(len(orders)), where=full.to_numpy() > 0)
    threshold = LEAST_DEPTH
    if (depth >= LEAST_DEPTH).mean() > MOST_ON_OFFER:
        threshold = max(float(np.median(depth)), LEAST_DEPTH)
    return OfferedOrders(orders.assign(depth=depth, on_offer=depth >= threshold), threshold)
