"""What customers do with discounts."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import CUSTOMER, column, table

DISCOUNT_USE = table(
    "discount_use",
    "one customer with an order, in a shop whose files have discounts",
    CUSTOMER,
    column("orders", pa.int64(), "all orders", nullable=False),
    column("orders_on_offer", pa.int64(), "those with a discount worth the name", nullable=False),
    column("paid", pa.float64(), "of all orders, currency", nullable=False),
    column("discount", pa.float64(), "given in all orders, currency", nullable=False),
    column("usual_depth", pa.float64(), "median depth of the orders on offer, 0-1; null without one"),
    column("smallest_depth", pa.float64(), "smallest depth that the customer took on offer, 0-1"),
    column(
        "deeper_than_needed",
        pa.float64(),
        "currency that offers as small as the smallest one taken before would not have cost",
        nullable=False,
    ),
    column(
        "only_on_offer",
        pa.bool_(),
        "buys (nearly) only on offer, more than the shop's share of offers explains",
        nullable=False,
    ),
)
