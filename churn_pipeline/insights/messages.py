"""The message of a recommended action: subject, text with the date of the last purchase, products and an expiry date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from churn_pipeline.shops import RetentionAction


@dataclass(frozen=True)
class Message:
    """What one customer is sent; expires_at is the last day on which the offer holds."""

    subject: str
    text: str
    expires_at: datetime


def compose(action: RetentionAction, last_order_at: datetime, products: Sequence[str], as_of: datetime) -> Message:
    """The message of an action to one customer; valid for the action's days, counted from `as_of`."""
    expires = as_of + timedelta(days=action.valid_days)
    words = {
        "discount": f"{action.discount_percent:g}",
        "product": products[0] if products else "Something new",
        "last_purchase_date": day(last_order_at),
    }
    subject = action.subject
    for name, text in words.items():
        subject = subject.replace("{" + name + "}", text)
    parts = [f"Your last order was on {day(last_order_at)}."]
    if products:
        parts.append(f"Customers who bought the same also chose {listing(products)}.")
    if action.discount_percent > 0:
        offer = f"Take {action.discount_percent:g}% off your next order"
        parts.append(f"{offer}: valid for {action.valid_days} days, until {day(expires)}.")
    return Message(subject, " ".join(parts), expires)


def day(moment: datetime) -> str:
    """3 March 2024."""
    return f"{moment.day} {moment:%B %Y}"


def listing(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
