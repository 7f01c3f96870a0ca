"""What every customer is worth and how likely they are to stay away, now and as it was said before."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import AS_OF, CUSTOMER, TIME, column, table

CUSTOMER_VALUE = table(
    "customer_value",
    "one customer with an order, as of data end",
    CUSTOMER,
    column("clv", pa.float64(), "expected margin over the CLV horizon, currency", nullable=False),
    column("clv_low", pa.float64(), "lower end of the 80 % interval, currency"),
    column("clv_high", pa.float64(), "upper end of the 80 % interval, currency"),
    column("p_alive", pa.float64(), "BG/NBD probability of still being a customer"),
    column("expected_orders", pa.float64(), "orders expected over the CLV horizon", nullable=False),
    column("expected_order_value", pa.float64(), "expected value of one order, currency", nullable=False),
    column("value_if_retained", pa.float64(), "CLV given an order within H, currency", nullable=False),
    column("value_if_churned", pa.float64(), "CLV given no order within H, currency", nullable=False),
    column(
        "save_worth", pa.float64(), "worth of a save: midway between its two ends, currency", nullable=False
    ),
    column(
        "save_worth_low",
        pa.float64(),
        "the induced order alone: afterwards as if churned, currency",
        nullable=False,
    ),
    column(
        "save_worth_high",
        pa.float64(),
        "the induced order counts as one of the customer's own, currency",
        nullable=False,
    ),
    column(
        "save_worth_if_like_stayers",
        pa.float64(),
        "value if retained - value if churned, currency",
        nullable=False,
    ),
    column("method", pa.string(), "bg_nbd_gamma_gamma or fallback", nullable=False),
    column(
        "clv_error",
        pa.float64(),
        "sd of the log of the error that all CLVs of the shop share",
        nullable=False,
    ),
)

RISK_FACTORS = pa.list_(
    pa.struct(
        [
            ("factor", pa.string()),
            ("feature", pa.string()),
            ("value", pa.float64()),
            ("impact", pa.float64()),
            ("reason", pa.string()),
        ]
    )
)

CUSTOMER_SCORES = table(
    "customer_scores",
    "one customer with an order, as of data end",
    CUSTOMER,
    AS_OF,
    column("status", pa.string(), "lapsed, new or eligible", nullable=False),
    column(
        "churn_probability",
        pa.float64(),
        "probability of no order in [as_of, as_of + H); null unless eligible",
    ),
    column("risk_tier", pa.string(), "high, medium or low; null unless eligible"),
    column(
        "return_probability",
        pa.float64(),
        "probability of an order in [as_of, as_of + H): 1 - churn probability where eligible",
        nullable=False,
    ),
    column(
        "expected_next_order_at",
        TIME,
        "median time of the next order, given one within 12 months; null where that chance is below .5",
    ),
    column("expected_next_order_low", TIME, "lower end of the 80 % interval of that time"),
    column("expected_next_order_high", TIME, "upper end of the 80 % interval of that time"),
    column("clv", pa.float64(), "expected margin over the CLV horizon, currency", nullable=False),
    column("money_at_risk", pa.float64(), "p x worth of a save, currency; null unless eligible"),
    column("last_order_at", TIME, "time of the last order", nullable=False),
    column("days_since_last_order", pa.float64(), "days from the last order to as_of", nullable=False),
    column("orders", pa.int64(), "orders before as_of", nullable=False),
    column("total_spend", pa.float64(), "amounts of all rows, returns netted out, currency", nullable=False),
    column("top_risk_factors", RISK_FACTORS, "strongest reasons; impact in probability points"),
)

SCORE_HISTORY = table(
    "score_history",
    "one customer in one scoring: the receipt that is graded when due",
    CUSTOMER,
    AS_OF,
    column("scored_at", TIME, "when, UTC", nullable=False),
    column("run_id", pa.string(), "the run that scored", nullable=False),
    column("model_version", pa.string(), "version of the registered champion", nullable=False),
    column("due_at", TIME, "as_of + H: when the outcome is known", nullable=False),
    column("status", pa.string(), "eligible, lapsed or new at as_of", nullable=False),
    column("churn_probability", pa.float64(), "probability given; null unless eligible"),
    column("return_probability", pa.float64(), "probability of an order given", nullable=False),
    column("risk_tier", pa.string(), "tier given; null unless eligible"),
    column("clv", pa.float64(), "CLV given, currency", nullable=False),
)
