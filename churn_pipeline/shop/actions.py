"""The catalogue of retention actions that recommendations choose from."""

from typing import Literal

from pydantic import BaseModel, Field


class RetentionAction(BaseModel):
    """One action of the shop's catalogue: what it offers, to whom it fits, its cost and its assumed success
    rate."""

    name: str
    kind: Literal["discount", "call", "product_suggestion", "win_back", "second_order"]
    offer: str = Field(description="the offer in words")
    subject: str = Field(description="subject line; may name {discount}, {product} and {last_purchase_date}")
    subject_while_active: str | None = Field(
        default=None,
        description="subject line for customers who are neither at high risk nor away longer than usual for "
        "them; null: the same",
    )
    segments: tuple[Literal["high_risk", "medium_risk", "low_risk", "lapsed", "new"], ...]
    reasons: tuple[str, ...] = Field(
        default=(), description="factors of a customer's strongest reason for which it fits; empty: any"
    )
    discount_percent: float = Field(default=0.0, ge=0, le=100)
    contact_cost: float = Field(default=0.5, ge=0, description="currency per customer contacted")
    success_rate: float = Field(
        ge=0,
        le=1,
        description="share of would-be churners who stay when contacted; of the lapsed and new: of "
        "those who would not order within H",
    )
    valid_days: int = Field(default=14, ge=1, description="days until the offer expires")


STANDARD_ACTIONS = (
    RetentionAction(
        name="discount_offer",
        kind="discount",
        offer="20% discount code by e-mail",
        subject="We miss you! Here's {discount}% off",
        subject_while_active="Thank you: {discount}% off your next order",
        segments=("high_risk", "medium_risk"),
        discount_percent=20.0,
        success_rate=0.35,
    ),
    RetentionAction(
        name="small_discount",
        kind="discount",
        offer="10% discount code by e-mail",
        subject="A little thank-you: {discount}% off your next order",
        segments=("high_risk", "medium_risk", "low_risk"),
        reasons=("lower_spend", "fewer_discounts"),
        discount_percent=10.0,
        success_rate=0.2,
    ),
    RetentionAction(
        name="manager_call",
        kind="call",
        offer="a personal call by the manager",
        subject="A personal word from us",
        segments=("high_risk", "medium_risk"),
        contact_cost=8.0,
        success_rate=0.4,
    ),
    RetentionAction(
        name="product_suggestion",
        kind="product_suggestion",
        offer="a suggestion of complementary products, no discount",
        subject="Picked for you: {product}",
        segments=("high_risk", "medium_risk", "low_risk"),
        success_rate=0.1,
    ),
    RetentionAction(
        name="comeback_offer",
        kind="win_back",
        offer="special comeback offer, 25% off",
        subject="Come back: {discount}% off, just for you",
        segments=("lapsed",),
        discount_percent=25.0,
        success_rate=0.05,
        valid_days=30,
    ),
    RetentionAction(
        name="second_order_offer",
        kind="second_order",
        offer="10% off the second order",
        subject="Thank you for your first order: {discount}% off the next one",
        segments=("new",),
        discount_percent=10.0,
        success_rate=0.1,
        valid_days=30,
    ),
)
