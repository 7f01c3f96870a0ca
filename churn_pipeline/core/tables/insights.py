"""Segments, money, actions and what is to be expected."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import AS_OF, CUSTOMER, TIME, column, table

RISK_SEGMENTS = table(
    "risk_segments",
    "one segment; the segments sum to all customers",
    column("segment", pa.string(), "high_risk, medium_risk, low_risk, lapsed or new", nullable=False),
    column("count", pa.int64(), "customers", nullable=False),
    column("share", pa.float64(), "share of all customers", nullable=False),
    column("revenue", pa.float64(), "sum of CLV, currency", nullable=False),
    column("avg_clv", pa.float64(), "mean CLV, currency", nullable=False),
    column("money_at_risk", pa.float64(), "sum of p x worth of a save, currency"),
    column("recoverable_low", pa.float64(), "money at risk x 30 %, currency"),
    column("recoverable_high", pa.float64(), "money at risk x 40 %, currency"),
    column("avg_churn_probability", pa.float64(), "mean probability"),
    column("avg_return_probability", pa.float64(), "mean chance of an order within H; null where empty"),
    column("expected_returns", pa.float64(), "customers expected to order within H", nullable=False),
    column("avg_days_since_last_order", pa.float64(), "days; null where the segment is empty"),
    column("traits", pa.list_(pa.string()), "what its customers have in common, in words"),
)

ROI_SCENARIOS = table(
    "roi_scenarios",
    "one campaign scenario",
    column(
        "scenario", pa.string(), "top_50, top_100, top_200, all_high_risk or profit_optimal", nullable=False
    ),
    column("label", pa.string(), "in words", nullable=False),
    column("target_count", pa.int64(), "customers contacted", nullable=False),
    column("discount_percent", pa.float64(), "percent", nullable=False),
    column("success_rate", pa.float64(), "share of would-be churners saved", nullable=False),
    column("total_cost", pa.float64(), "currency", nullable=False),
    column("expected_saves", pa.float64(), "customers", nullable=False),
    column("revenue_protected", pa.float64(), "currency", nullable=False),
    column("net_roi", pa.float64(), "revenue protected - total cost, currency", nullable=False),
    column("net_roi_low", pa.float64(), "lower end of the 80 % interval, currency"),
    column("net_roi_high", pa.float64(), "upper end of the 80 % interval, currency"),
    column("roi_percent", pa.float64(), "net_roi / total_cost x 100"),
    column("probability_of_loss", pa.float64(), "probability that net_roi < 0"),
    column("recommended", pa.bool_(), "the scenario with the star", nullable=False),
    column(
        "best_depth_in_share_of_draws",
        pa.float64(),
        "of the star: in how many draws no other discount earns more, 0-1",
    ),
)

CHURN_FORECAST = table(
    "churn_forecast",
    "one month ahead, for the customers known today and without any action; "
    "low and high are an 80 % interval",
    column("month", pa.int64(), "months ahead, the first is 1", nullable=False),
    column("period_start", TIME, "start of the month ahead", nullable=False),
    column("period_end", TIME, "end of the month ahead, exclusive", nullable=False),
    *(
        column(name + end, pa.float64(), meaning, nullable=name == "churn_rate")
        for name, meaning in (
            ("active_customers", "customers with an order in the H days before the end of the month"),
            ("lost_customers", "of those active today, not active at the end of the month"),
            (
                "churn_rate",
                "of those eligible H days before the end of the month, share without an order since; "
                "null where nobody was",
            ),
            ("revenue", "revenue of the month net of returns, currency"),
        )
        for end in ("", "_low", "_high")
    ),
)

CHURN_DRIVERS = table(
    "churn_drivers",
    "one finding about why customers churn, in words and with its numbers",
    column(
        "segment",
        pa.string(),
        "high_risk, medium_risk or above_average (where hardly anybody is high); all for changes over time",
        nullable=False,
    ),
    column(
        "kind",
        pa.string(),
        "share: customers beyond a threshold; change: this period against the one before",
        nullable=False,
    ),
    column("factor", pa.string(), "the group of features that it speaks of; null for changes over time"),
    column("feature", pa.string(), "feature or measure", nullable=False),
    column("threshold", pa.float64(), "threshold of a share, in the unit of the feature"),
    column(
        "inside", pa.float64(), "share inside the segment, or the measure in the last period", nullable=False
    ),
    column(
        "outside",
        pa.float64(),
        "share of the other scored customers, or the measure in the period before",
        nullable=False,
    ),
    column(
        "mean_contribution",
        pa.float64(),
        "mean SHAP contribution in the segment minus that of the others, on the explanation's scale",
    ),
    column("sentence", pa.string(), "the finding in words", nullable=False),
)

CUSTOMER_SEGMENTS = table(
    "customer_segments",
    "one customer with an order and the groups that it belongs to",
    CUSTOMER,
    column("segment", pa.string(), "high_risk, medium_risk, low_risk, lapsed or new", nullable=False),
    column(
        "recency_score", pa.int8(), "1 (long ago) - 5 (just now), fifths of all customers", nullable=False
    ),
    column("frequency_score", pa.int8(), "1 (few orders) - 5 (many)", nullable=False),
    column("monetary_score", pa.int8(), "1 (low spend) - 5 (high)", nullable=False),
    column("rfm_segment", pa.string(), "RFM segment in words", nullable=False),
    column("relative_tier", pa.string(), "tier relative to the shop's own churn rate; null unless eligible"),
    column("persona", pa.string(), "group of customers with like reasons; null unless at risk"),
)

RECOMMENDATIONS = table(
    "recommendations",
    "one action for one segment, most profitable first",
    column("segment", pa.string(), "who", nullable=False),
    column("action", pa.string(), "name in the shop's catalogue", nullable=False),
    column(
        "kind", pa.string(), "discount, call, product_suggestion, win_back or second_order", nullable=False
    ),
    column("offer", pa.string(), "the offer in words", nullable=False),
    column("reason", pa.string(), "most frequent main reason of its customers; null where they have none"),
    column("customers", pa.int64(), "customers to contact", nullable=False),
    column("discount_percent", pa.float64(), "percent", nullable=False),
    column("success_rate", pa.float64(), "share of would-be churners saved", nullable=False),
    column("expected_saves", pa.float64(), "customers", nullable=False),
    column("expected_cost", pa.float64(), "currency", nullable=False),
    column("expected_revenue", pa.float64(), "currency protected", nullable=False),
    column("expected_profit", pa.float64(), "currency", nullable=False),
    column("expected_profit_low", pa.float64(), "lower end of the 80 % interval, currency", nullable=False),
    column("expected_profit_high", pa.float64(), "upper end of the 80 % interval, currency", nullable=False),
    column("probability_of_loss", pa.float64(), "probability that the profit is below zero"),
    column("sentence", pa.string(), "the recommendation in words", nullable=False),
)

RECOMMENDED_ACTIONS = table(
    "recommended_actions",
    "one customer worth contacting, with the action and the message",
    CUSTOMER,
    column("segment", pa.string(), "segment of the customer", nullable=False),
    column("action", pa.string(), "name in the shop's catalogue", nullable=False),
    column("reason", pa.string(), "factor of the strongest reason; null where there is none"),
    column("expected_profit", pa.float64(), "currency", nullable=False),
    column("discount_percent", pa.float64(), "percent", nullable=False),
    column("subject", pa.string(), "subject line", nullable=False),
    column("message", pa.string(), "text of the message", nullable=False),
    column("last_purchase_date", TIME, "day of the last order", nullable=False),
    column(
        "products",
        pa.list_(pa.string()),
        "1-3 complementary products; empty where the files name none",
        nullable=False,
    ),
    column("expires_at", TIME, "last day of the offer", nullable=False),
)

TARGET_LISTS = table(
    "target_lists",
    "one customer on one list of customers to contact; contact details are joined when a list is exported",
    column("list", pa.string(), "recommended, high_risk, win_back or second_order", nullable=False),
    column("rank", pa.int64(), "place on the list, the first is 1", nullable=False),
    CUSTOMER,
    AS_OF,
    column("segment", pa.string(), "segment of the customer", nullable=False),
    column("churn_probability", pa.float64(), "as in customer_scores; null for the lapsed and the new"),
    column("return_probability", pa.float64(), "as in customer_scores", nullable=False),
    column("clv", pa.float64(), "expected margin over the CLV horizon, currency", nullable=False),
    column("money_at_risk", pa.float64(), "p x worth of a save, currency; null for the lapsed and new"),
    column("expected_profit", pa.float64(), "of contacting the customer, currency; null where none pays"),
    column("last_order_at", TIME, "time of the last order", nullable=False),
    column("days_since_last_order", pa.float64(), "days from the last order to as_of", nullable=False),
    column("orders", pa.int64(), "orders before as_of", nullable=False),
    column("reasons", pa.list_(pa.string()), "why the customer may leave, strongest first", nullable=False),
    column("action", pa.string(), "name in the shop's catalogue; null where none pays"),
    column("offer", pa.string(), "the offer in words"),
    column("discount_percent", pa.float64(), "percent"),
    column("subject", pa.string(), "subject line"),
    column("message", pa.string(), "text of the message"),
    column("products", pa.list_(pa.string()), "products to suggest, as the customer is told", nullable=False),
    column("expires_at", TIME, "last day of the offer"),
)

EARLY_WARNINGS = table(
    "early_warnings",
    "one customer who gives cause for concern",
    CUSTOMER,
    column("kind", pa.string(), "moved_up, high_value_at_risk or weak_start", nullable=False),
    column("previous_tier", pa.string(), "tier at the scoring before; null where there was none"),
    column("risk_tier", pa.string(), "tier now; null for new customers"),
    column("previous_probability", pa.float64(), "churn probability at the scoring before"),
    column("churn_probability", pa.float64(), "churn probability now; null for new customers"),
    column("clv", pa.float64(), "expected margin over the CLV horizon, currency", nullable=False),
    column("sentence", pa.string(), "the warning in words", nullable=False),
)
