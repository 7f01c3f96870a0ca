"""The message of a recommended action: subject, text with the date of the last purchase, products and an
expiry date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from churn_pipeline.core.enums import Segment
from churn_pipeline.core.wording import written_day
from churn_pipeline.features.catalogue import FACTORS
from churn_pipeline.shop.actions import RetentionAction

# How a message begins, by the strongest reason why the customer may leave: said to the customer, so never as
# a reproach.
OPENINGS = {
    "long_absence": "It has been {days} days since your last order on {day}.",
    "overdue": "You are usually back sooner: your last order was on {day}.",
    "declining_frequency": "We have seen you less often lately; your last order was on {day}.",
    "infrequent_purchases": "We would love to see you more often; your last order was on {day}.",
    "few_orders": "Thank you for giving us a try; your last order was on {day}.",
    "short_history": "Thank you for giving us a try; your last order was on {day}.",
    "lower_spend": "Is there anything that you did not find when you ordered on {day}?",
    "narrower_range": "There is more to discover than you ordered on {day}.",
    "returns": "We hope that everything was right with your order of {day}; if not, please tell us.",
}
ABSENCE = ("long_absence", "overdue", "declining_frequency")
"""Reasons of customers who are away longer, or come less often, than usual for them."""
OTHER_OPENING = "Thank you for your last order on {day}."
OPENING_OF_LAPSED = OPENINGS["long_absence"]


@dataclass(frozen=True)
class Message:
    """What one customer is sent, or the note for who calls; expires_at is the last day on which it holds."""

    subject: str
    text: str
    expires_at: datetime


def compose(
    action: RetentionAction,
    reason: str | None,
    last_order_at: datetime,
    products: Sequence[str],
    as_of: datetime,
    segment: str,
) -> Message:
    """The message of an action to one customer of a segment; valid for the action's days, counted from
    `as_of`.

    reason: factor of the customer's strongest reason, None where there is none; products: what to name, best
        first."""
    expires = as_of + timedelta(days=action.valid_days)
    last, until = written_day(last_order_at.date()), written_day(expires.date())
    is_missed = segment in (Segment.HIGH_RISK, Segment.LAPSED) or reason in ABSENCE
    subject = action.subject if is_missed else action.subject_while_active or action.subject
    named = products[0] if products else "Something new"
    for name, text in (
        ("discount", f"{action.discount_percent:g}"),
        ("product", named),
        ("last_purchase_date", last),
    ):
        subject = subject.replace("{" + name + "}", text)
    if action.kind == "call":
        return Message(subject, _call_note(reason, last, products, until), expires)
    opening = OPENING_OF_LAPSED if segment == Segment.LAPSED else OPENINGS.get(reason or "", OTHER_OPENING)
    parts = [opening.format(day=last, days=(as_of.date() - last_order_at.date()).days)]
    if products:
        parts.append(f"Customers with a taste like yours also chose {listing(products)}.")
    if action.discount_percent > 0:
        parts.append(
            f"Take {action.discount_percent:g}% off your next order: "
            f"valid for {action.valid_days} days, until {until}."
        )
    else:
        parts.append(f"Have a look: our suggestion stands until {until}.")
    return Message(subject, " ".join(parts), expires)


def _call_note(reason: str | None, last: str, products: Sequence[str], until: str) -> str:
    """What the caller should know; it is read by the shop, not by the customer."""
    why = f"; what stands out: {FACTORS[reason].lower()}" if reason in FACTORS else ""
    mention = f" Worth mentioning: {listing(products)}." if products else ""
    return (
        f"Note for the call, to be made until {until}: last order on {last}{why}. "
        f"Ask what was missing.{mention}"
    )


def listing(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
