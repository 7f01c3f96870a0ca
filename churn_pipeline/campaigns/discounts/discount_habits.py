"""Each customer's way with discounts: how often, how deep, whether only on offer, and how deep would have
done."""

import numpy as np
import pandas as pd
from scipy.stats import binom, false_discovery_control

from churn_pipeline.campaigns.discounts.offered_orders import OfferedOrders
from churn_pipeline.core.tables import DISCOUNT_USE

FEWEST_ORDERS = 3
ONLY = 0.95
"""Share of orders on offer from which a customer buys only on offer."""
FALSE_SHARE = 0.1
"""Of those said to buy only on offer, the share that would come about by luck (Benjamini & Hochberg 1995)."""


def discount_use(found: OfferedOrders) -> pd.DataFrame:
    """The table discount_use: a row per customer with an order.

    A customer with three of three orders on offer in a shop where half are may simply have been lucky: who
    buys only on offer is also more on offer than the shop's share explains (binomial), all customers tested
    together."""
    orders = found.orders
    on_offer = orders[orders["on_offer"]]
    rows = orders.groupby("customer_id", sort=True).agg(
        orders=("paid", "size"),
        orders_on_offer=("on_offer", "sum"),
        paid=("paid", "sum"),
        discount=("discount", "sum"),
    )
    depths = on_offer.groupby("customer_id")["depth"]
    rows["usual_depth"], rows["smallest_depth"] = depths.median(), depths.min()
    rows["deeper_than_needed"] = deeper_than_needed(on_offer).groupby(on_offer["customer_id"]).sum()
    rows["deeper_than_needed"] = rows["deeper_than_needed"].fillna(0.0)
    rows["only_on_offer"] = _only_on_offer(rows, found.share_on_offer)
    return rows.reset_index()[DISCOUNT_USE.schema.names]


def deeper_than_needed(on_offer: pd.DataFrame) -> pd.Series:
    """Currency of each order on offer that a discount as small as the smallest one that the customer had
    taken before would not have cost; 0 for the first. on_offer: sorted by customer and time."""
    smallest = on_offer.groupby("customer_id")["depth"].cummin()
    before = smallest.groupby(on_offer["customer_id"]).shift()
    full = on_offer["paid"] + on_offer["discount"]
    return ((on_offer["depth"] - before).clip(lower=0) * full).fillna(0.0)


def _only_on_offer(rows: pd.DataFrame, usual: float) -> np.ndarray:
    share = rows["orders_on_offer"] / rows["orders"]
    tested = (rows["orders"] >= FEWEST_ORDERS).to_numpy()
    chance = binom.sf(rows["orders_on_offer"].to_numpy() - 1, rows["orders"].to_numpy(), min(usual, 1 - 1e-9))
    is_surprising = np.zeros(len(rows), bool)
    if tested.any():
        is_surprising[tested] = false_discovery_control(chance[tested]) <= FALSE_SHARE
    return np.asarray(is_surprising & (share >= ONLY).to_numpy())
