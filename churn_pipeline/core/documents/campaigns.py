"""A campaign: how it was set up, and what came of it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from churn_pipeline.core.documents.document import Document

SourceKind = Literal["best", "scenario", "audience", "customers"]
Verdict = Literal["better", "worse", "no_difference_seen", "too_early", "too_small", "no_control"]


class CampaignSource(Document):
    """Whom a campaign was made for."""

    kind: SourceKind = Field(
        description="best: the list with the greatest expected profit; customers: named one by one"
    )
    id: str | None = Field(description="of the scenario or audience; null for the others")


class CampaignArm(Document):
    """One offer, or the control group."""

    arm: str
    offer: str = Field(description="in words")
    action: str | None = Field(description="of the shop's catalogue; null for the control group")
    discount_percent: float
    contact_cost: float = Field(description="currency per customer contacted")
    success_rate: float = Field(
        description="share of would-be churners saved, as assumed or measured before of customers like these"
    )
    customers: int
    expected_cost: float = Field(description="currency")
    expected_profit: float = Field(description="currency, before the campaign's fixed cost")


class LeftOut(Document):
    """Customers whom the campaign could not take, counted once each, under the first reason that holds."""

    reason: str
    customers: int
    sentence: str


class ShadowPrice(Document):
    """What a little more of something scarce would bring."""

    of: str = Field(description="budget, capacity, or capacity of an offer")
    limit: float
    used: float
    profit_per_unit: float = Field(description="profit (currency) of one unit more; 0 where not scarce")
    sentence: str


class CampaignPlan(Document):
    """A campaign as it was created; nothing in it changes afterwards."""

    campaign_id: str
    shop: str
    name: str
    created_at: datetime = Field(description="UTC, naive")
    created_by: str
    source: CampaignSource
    as_of: datetime = Field(description="of the scores that the list was made from")
    scores_version: str
    starts_at: datetime = Field(description="outcomes count from here, in the shop's time")
    ends_at: datetime
    effect_days: int
    horizon: int = Field(description="H, days")
    seed: int
    lot: int = Field(description="0 unless a lot had to be drawn again to keep the budget")
    control_share: float = Field(description="as drawn; 0 without a control group")
    no_control_reason: str | None
    holdout_share: float
    budget: float | None
    capacity: int | None
    candidates: int = Field(description="before anybody was left out")
    members: int
    treated: int
    control: int
    arms: list[CampaignArm]
    left_out: list[LeftOut]
    shadow_prices: list[ShadowPrice]
    expected_cost: float = Field(description="currency, of the treated")
    expected_profit: float = Field(description="currency, of the treated, after the fixed cost")
    smallest_visible_difference: float | None = Field(
        description="of retention, 0-1: seen in 4 of 5 campaigns where it is there; null without a control"
    )
    sentences: list[str] = Field(description="what to know about it")


class WithdrawnCampaign(Document):
    """A campaign that was taken back before anybody was contacted."""

    withdrawn_at: datetime = Field(description="UTC, naive")
    withdrawn_by: str
    plan: CampaignPlan


class CampaignSummary(Document):
    """A campaign in a list."""

    campaign_id: str
    name: str
    created_at: datetime
    starts_at: datetime
    ends_at: datetime
    state: Literal["to_start", "running", "ended"] = Field(description="by the orders that have arrived")
    treated: int
    control: int
    offers: list[str]
    expected_profit: float
    verdict: Verdict | None = Field(description="of retention, all offers together; null until looked at")
    sentence: str


class ArmOutcome(Document):
    """One outcome of one arm against the control group; treated and control are means per customer."""

    arm: str = Field(description="an offer's key, or all: every offer together")
    outcome: str = Field(description="see the table campaign_results")
    treated: float | None
    control: float | None
    estimate: float | None = Field(description="treated less control; of success_rate the rate")
    low: float | None = Field(description="95 % interval of this look alone")
    high: float | None
    always_low: float | None = Field(description="95 % interval that holds at all weekly looks together")
    always_high: float | None
    n_treated: int
    n_control: int
    verdict: Verdict
    sentence: str
    segment: str | None = Field(default=None, description="risk segment at the assignment; null: all")


class SampleRatio(Document):
    """Whether as many customers are found in each arm as were drawn."""

    expected_control_share: float | None
    found_control_share: float | None
    p_value: float | None
    passed: bool
    sentence: str


class Contamination(Document):
    """Who used the offer, where a file says it."""

    rows_read: int | None = Field(
        default=None, description="of the file that name a customer; null in earlier looks"
    )
    customers_matched: int | None = Field(default=None, description="of the campaign; null in earlier looks")
    treated_responses: int = Field(description="customers who were contacted")
    control_responses: int = Field(description="customers of the control group")
    strangers: int = Field(description="customers of the file who are in no arm")
    outside: int = Field(default=0, description="rows of a day outside the campaign's time, not counted")
    sentence: str


class ProgramOutcome(Document):
    """One outcome of all campaigns together, a mean per customer."""

    outcome: str = Field(description="retention, orders, revenue or profit (contacts paid)")
    others: float = Field(description="of the customers whom campaigns may contact, contacted or not")
    held_out: float = Field(description="of those held out of all campaigns")
    estimate: float = Field(description="others less held out")
    low: float = Field(description="95 % interval of this look")
    high: float


class CampaignProgram(Document):
    """What all campaigns do together."""

    since: datetime | None = Field(description="start of the first campaign; null before its first week")
    until: datetime | None = Field(description="orders before it are counted")
    customers: int = Field(description="with an order before the first campaign, whom campaigns may contact")
    held_out: int = Field(description="the others: by a hash of their id no campaign contacts them")
    outcomes: list[ProgramOutcome]
    sentences: list[str]


class WithoutControl(Document):
    """Customers of a campaign that left nobody like them alone."""

    campaign_id: str
    segment: str
    rows: int = Field(description="customers x cutoffs of which nothing is known without the campaign")


class TreatedLabels(Document):
    """What campaigns left of the labels that the newest training learned from."""

    contacted_rows_left_out: int = Field(description="customers x cutoffs")
    control_rows: int
    rows_that_controls_stand_for: int = Field(description="rows repeated, so that controls weigh 1 / P")
    without_control: list[WithoutControl]
    sentences: list[str]


class CampaignResults(Document):
    """What came of a campaign, by intention to treat."""

    campaign_id: str
    name: str
    measured_at: datetime = Field(description="instant up to which orders were counted")
    starts_at: datetime
    ends_at: datetime
    complete: bool = Field(description="whether all outcomes are known")
    share_of_time: float = Field(description="of the campaign's time that the orders cover, 0-1")
    outcomes: list[ArmOutcome]
    sample_ratio: SampleRatio
    contamination: Contamination | None = Field(description="null without a response file")
    smallest_visible_difference: float | None
    customers_needed: int | None = Field(
        description="of a list of this kind, to see the expected effect in 4 of 5 campaigns"
    )
    sentences: list[str]
