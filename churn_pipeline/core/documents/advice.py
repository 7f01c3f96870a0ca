"""Whether the advice was good."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from churn_pipeline.core.documents.document import Document

AdviceWord = Literal["advised_is_better", "advised_is_worse", "no_difference_seen"]


class AdviceAtCutoff(Document):
    """What would have been advised at one past cutoff."""

    cutoff: datetime
    customers: int = Field(description="eligible")
    churners: int
    discount_percent: float = Field(description="of the most profitable offer, as it looked then")
    success_rate: float = Field(description="assumed")
    advised: int = Field(description="customers expected to pay for being contacted")
    expected_profit: float = Field(description="currency, as it looked then")
    profit: dict[str, float] = Field(
        description="way to list -> profit once it is known who churned, at the advised length; currency"
    )


class AdviceVerdict(Document):
    """The list by expected profit against another of the same length, see `compared_at`."""

    sentence: str
    verdict: AdviceWord
    by_past_spend: AdviceWord = Field(description="where a save is worth the customer's former spend")


class AdviceBacktest(Document):
    """Lists that would have been given at past cutoffs, held against what happened."""

    shop: str
    currency: str
    horizon: int = Field(description="H, days")
    bootstrap_draws: int
    assumptions: dict[str, Any] = Field(description="the shop's, of what a campaign costs and achieves")
    cutoffs: list[AdviceAtCutoff]
    compared_at: float | None = Field(
        default=None,
        description="length of the compared lists as a share of the eligible; null: as long as was advised",
    )
    lists: list[dict[str, Any]] = Field(description="rows of the table advice_backtest")
    verdicts: dict[str, AdviceVerdict] = Field(description="way to list -> verdict")
    sentences: list[str]
