"""Whom contacting changes, learned from the shop's campaigns."""

from typing import Literal

from pydantic import Field

from churn_pipeline.core.documents.document import Document

GroupName = Literal["persuadable", "sure", "lost", "sleeping_dog"]


class QiniFound(Document):
    """A Qini coefficient on held-out customers, or the difference of two, with its interval."""

    value: float
    low: float
    high: float


class QiniPoint(Document):
    """What a list keeps, per customer of the whole experiment, by its length."""

    share: float = Field(description="of the customers contacted, 0-1")
    learner: float = Field(description="money kept by the learner's list, currency")
    risk: float = Field(description="by a list of churn probability x what keeping the customer brings")


class UpliftGroup(Document):
    """One of the four groups."""

    group: GroupName
    customers: int = Field(description="of today's scored customers")
    clear: int = Field(description="of them, those of whom at least 80 % of the models say so")
    tried: int = Field(description="customers of past campaigns whom held-out models call so")
    change: float | None = Field(
        description="of their retention by contacting them, as the lot showed, 0-1; null for too few"
    )
    low: float | None = Field(description="95 % interval")
    high: float | None


class Uplift(Document):
    """Whom contacting changes; all but `available`, the counts, `used` and the sentences is null or empty
    where too little is known."""

    available: bool
    campaigns: int
    contacted: int = Field(description="scored customers of finished campaigns with a control group")
    left_alone: int
    learner: Literal["t_learner", "x_learner"] | None
    used: bool = Field(description="whether lists are ranked by it")
    kept_share: float | None = Field(
        description="of those who would have left, those whom the campaigns kept, all together"
    )
    learner_qini: float | None = Field(description="of the money kept, currency per customer")
    risk_qini: float | None = Field(description="the same of churn probability x what keeping brings")
    ahead: QiniFound | None = Field(
        description="the difference; 97.5 % interval, since the better of two learners is taken"
    )
    retention: QiniFound | None = Field(description="Qini of the effects on retention, 95 % interval")
    profit_ahead: QiniFound | None = Field(
        description="the difference in the profit of the campaigns' time, 95 % interval"
    )
    curve: list[QiniPoint]
    groups: list[UpliftGroup]
    sentences: list[str]
