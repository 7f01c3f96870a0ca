"""Campaigns: who was drawn into which arm, who must not be contacted, and what came of it."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import CUSTOMER, TIME, column, table

CAMPAIGN = column("campaign_id", pa.string(), "the campaign's key", nullable=False)
ARM = column("arm", pa.string(), "control, or the offer's key such as discount_20", nullable=False)

CAMPAIGN_MEMBERS = table(
    "campaign_members",
    "one customer of one campaign: drawn once, never again",
    CAMPAIGN,
    CUSTOMER,
    ARM,
    column("stratum", pa.string(), "the lot was drawn within it: offer, segment and value", nullable=False),
    column(
        "probability_of_assignment",
        pa.float64(),
        "chance that the lot gave the customer this arm",
        nullable=False,
    ),
    column("assigned_at", TIME, "start of the campaign: outcomes count from here", nullable=False),
    column("ends_at", TIME, "assigned_at + effect days: outcomes count until here", nullable=False),
    column("segment", pa.string(), "risk segment at the assignment", nullable=False),
    column("churn_probability", pa.float64(), "p at the assignment", nullable=False),
    column("clv", pa.float64(), "CLV at the assignment, currency", nullable=False),
    column("expected_profit", pa.float64(), "of contacting with the offer, currency", nullable=False),
    column(
        "profit_of_a_save",
        pa.float64(),
        "what keeping the customer brings with the offer: worth of a save less the discount, currency; null "
        "in campaigns of earlier versions",
    ),
    column("discount_percent", pa.float64(), "of the offer; null for the control group"),
    column("contact_cost", pa.float64(), "currency; null for the control group"),
    column("offer", pa.string(), "in words; null for the control group"),
    column("reasons", pa.list_(pa.string()), "why the customer may leave, strongest first"),
    column("subject", pa.string(), "subject of the message; null for the control group"),
    column("message", pa.string(), "message; null for the control group"),
    column("products", pa.list_(pa.string()), "suggested beside the offer"),
    column("expires_at", TIME, "last day of the offer; null for the control group"),
)

DO_NOT_CONTACT = table(
    "do_not_contact",
    "one customer whom no campaign may contact",
    CUSTOMER,
    column("since", TIME, "when the list was given, UTC", nullable=False),
    column("source", pa.string(), "the file's name", nullable=False),
)

CAMPAIGN_RESULTS = table(
    "campaign_results",
    "one outcome of one arm against the control group, by intention to treat",
    CAMPAIGN,
    column("arm", pa.string(), "the offer's key such as discount_20, or all offers together", nullable=False),
    column(
        "outcome",
        pa.string(),
        "retention (share with an order), orders, revenue, profit (per customer), success_rate: share of "
        "would-be churners kept, or success_rate_at_usual_discount: the same, moved along the response curve",
        nullable=False,
    ),
    column("estimate", pa.float64(), "treated less control; of the success rates the rate"),
    column("low", pa.float64(), "lower end of the 95 % interval of this look alone"),
    column("high", pa.float64(), "upper end"),
    column("n_treated", pa.int64(), "customers contacted", nullable=False),
    column("n_control", pa.int64(), "customers left out by lot", nullable=False),
    column(
        "verdict",
        pa.string(),
        "better, worse, no_difference_seen, too_early, too_small or no_control",
        nullable=False,
    ),
    column("treated", pa.float64(), "mean of the contacted, strata weighted by their size"),
    column("control", pa.float64(), "mean of the control group, strata weighted alike"),
    column("always_low", pa.float64(), "lower end of the 95 % interval of all weekly looks together"),
    column("always_high", pa.float64(), "upper end"),
    column("measured_at", TIME, "instant up to which orders were counted", nullable=False),
    column("complete", pa.bool_(), "whether the campaign's time is over", nullable=False),
    column(
        "segment", pa.string(), "risk segment at the assignment, of its success rate; null: all of the arm"
    ),
)

CONTACT_HISTORY = table(
    "contact_history",
    "one customer of a campaign that another program sent: chosen, not drawn, so no effect follows from it",
    CAMPAIGN,
    CUSTOMER,
    column("kind", pa.string(), "as the file calls it; null where it does not"),
    column("starts_at", TIME, "first day of the campaign", nullable=False),
    column("ends_at", TIME, "midnight after its last day", nullable=False),
    column("redeemed_at", TIME, "day of the first coupon or offer used; null for none"),
)
