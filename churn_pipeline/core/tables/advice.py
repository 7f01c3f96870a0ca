"""Whether the advice was good: lists of past cutoffs, and lists that were published, held against what
happened."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import AS_OF, CUSTOMER, TIME, column, estimate, table

ADVISED_BY = column("run_id", pa.string(), "the run that advised", nullable=False)
WAS_GIVEN = column("was_given", pa.bool_(), "whether it was published", nullable=False)

ADVICE_BACKTEST = table(
    "advice_backtest",
    "one way to list customers at one length, past cutoffs together",
    column(
        "list",
        pa.string(),
        "expected_profit, risk, rfm, recency, spend, bg_nbd, perfect_foresight, everyone or nobody",
        nullable=False,
    ),
    column("share", pa.float64(), "length as a share of the eligible; null: as long as was advised"),
    column("customers", pa.int64(), "on the lists of all cutoffs", nullable=False),
    column("churners", pa.int64(), "of them, who churned", nullable=False),
    *estimate(
        "churners_share",
        "of all who churned, 0-1",
        "95 % interval, bootstrap by customer",
        nullable=False,
    ),
    column("money_at_risk", pa.float64(), "worth of a save of those who churned, currency", nullable=False),
    *estimate("money_at_risk_share", "of that of all who churned, 0-1", "95 % interval", nullable=False),
    *estimate(
        "profit",
        "of contacting them at the shop's assumptions, who churned being known; before fixed cost, currency",
        "95 % interval",
        nullable=False,
    ),
    column(
        "profit_by_past_spend",
        pa.float64(),
        "the same where a save is worth the former spend of as many months, which no list was made from",
        nullable=False,
    ),
    *estimate(
        "advised_earns_more",
        "profit of the list by expected profit, as long, less this one's; currency",
        "95 % interval, paired",
        nullable=False,
    ),
    *estimate("advised_earns_more_by_past_spend", "the same by past spend", "95 % interval", nullable=False),
)

ADVICE_LEDGER = table(
    "advice_ledger",
    "one customer on one list of one run: the receipt of advice, held against what happens",
    ADVISED_BY,
    AS_OF,
    column("given_at", TIME, "when, UTC", nullable=False),
    column("due_at", TIME, "as_of + H: when the outcome is known", nullable=False),
    column(
        "list",
        pa.string(),
        "of target_lists; or risk, rfm, recency, spend, bg_nbd: as long as the recommended one, not given",
        nullable=False,
    ),
    WAS_GIVEN,
    CUSTOMER,
    column("rank", pa.int64(), "place on the list, 1 first", nullable=False),
    column("expected_profit", pa.float64(), "of contacting, as expected then, currency"),
    column("discount_percent", pa.float64(), "offer at which the profits are taken", nullable=False),
    column(
        "profit_if_silent",
        pa.float64(),
        "of contacting, should the customer have gone without an order until due_at; null without a "
        "churn probability",
    ),
    column("profit_if_ordered", pa.float64(), "the same, should the customer have ordered anyway"),
)

GRADED_ADVICE = table(
    "graded_advice",
    "one list of one run, now that the outcome is known",
    ADVISED_BY,
    AS_OF,
    column("due_at", TIME, "when the outcome was known", nullable=False),
    column("list", pa.string(), "see advice_ledger", nullable=False),
    WAS_GIVEN,
    column("customers", pa.int64(), "on the list", nullable=False),
    column("contacted", pa.int64(), "of them, contacted by a campaign meanwhile: left out", nullable=False),
    column(
        "silent", pa.float64(), "customers without an order; controls stand for the contacted", nullable=False
    ),
    column("silent_share", pa.float64(), "their share; null where everybody was contacted"),
    column("expected_profit", pa.float64(), "of contacting the list, as expected then, currency"),
    column("profit", pa.float64(), "the same with the outcome known, at the assumptions of then"),
    *estimate(
        "recommended_earns_more",
        "profit of the recommended list less this one's, currency",
        "95 % interval, paired",
    ),
    column("sentence", pa.string(), "the same in words", nullable=False),
)
