"""Whom contacting changes."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import CUSTOMER, TIME, column, table

CUSTOMER_UPLIFT = table(
    "customer_uplift",
    "one scored customer, once finished campaigns with a control group say enough",
    CUSTOMER,
    column("as_of", TIME, "of the scores", nullable=False),
    column("effect", pa.float64(), "of contacting on the chance of an order, -1 to 1", nullable=False),
    column("effect_low", pa.float64(), "lower end of its 90 % interval over the models", nullable=False),
    column("effect_high", pa.float64(), "upper end", nullable=False),
    column("order_if_left_alone", pa.float64(), "chance, 0-1", nullable=False),
    column("profit_effect", pa.float64(), "of contacting on the profit of a campaign's time, currency"),
    column("group", pa.string(), "persuadable, sure, lost or sleeping_dog", nullable=False),
    column("agreement", pa.float64(), "share of the models that say this group, 0-1", nullable=False),
)
