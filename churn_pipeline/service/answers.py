"""What the functions of service answer, where that is no document of a run."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from churn_pipeline.core.documents.document import Document, OpenDocument, UtcTime
from churn_pipeline.service.customers.filters import CustomerFilter
from churn_pipeline.shop.routine import Routine


class ShopOverview(Document):
    """A shop, and how fresh its scores are."""

    shop: str
    session_id: str = Field(description="the shop's key again, where the API asks for a session")
    currency: str = Field(description="ISO code or symbol; '' where unknown")
    locale: str = Field(description="whose marks numbers, money and dates have")
    churn_threshold_days: int | None = Field(description="H in days; null until it is suggested or set")
    column_mapping: dict[str, str] = Field(description="field -> column of the shop's files")
    rows: int = Field(description="of the ledger")
    scored_at: UtcTime | None = Field(description="UTC; null: never")
    as_of: str | None = Field(description="data end of those scores")
    age_days: float | None
    stale: bool = Field(description="too old, or the ledger has changed since")
    sentence: str


class ShopSettings(Document):
    """How a shop is set up."""

    session_id: str
    currency: str
    locale: str
    timezone: str | None
    column_mapping: dict[str, str]
    churn_threshold_days: int | None = Field(description="H in days; null: suggested from the orders")
    min_orders: int
    effort: str
    models: list[str]
    money: dict[str, Any] = Field(description="assumptions about campaigns")
    tiers: dict[str, Any]
    routine: Routine


class PartialResults(Document):
    """What is known of a shop at this moment, while a run goes on or after it."""

    session_id: str
    in_progress: bool = Field(description="whether it is that of a run that goes on")
    complete: bool = Field(description="whether there are results")
    churn_definition: dict[str, Any] | None
    profile: dict[str, Any] | None
    model_comparison: dict[str, Any] | None


class SuggestedColumn(Document):
    """The column that is probably a field's."""

    column: str
    confidence: float = Field(description="0-1")


class UploadAnswer(Document):
    """A received file."""

    upload_id: str = Field(description="SHA-256 of the file; its first 12 digits will do")
    session_id: str = Field(description="the shop that it is for")
    filename: str
    rows: int
    columns: list[str]
    preview: list[dict[str, Any]] = Field(description="the first 5 rows, cells as texts")
    detected_types: dict[str, str] = Field(description="column -> datetime, float, string or empty")
    suggested_mapping: dict[str, SuggestedColumn] = Field(description="field -> column")
    question: str | None = Field(description="what has to be answered before it can be read; null: nothing")
    size_bytes: int
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    sheets: list[str]
    warnings: list[str]


class UploadEntry(Document):
    """A file that a shop has delivered."""

    upload_id: str
    filename: str
    uploaded_at: UtcTime = Field(description="UTC")
    route: str = Field(description="cli, api, app or file_drop")
    state: Literal["in_ledger", "received"] = Field(description="received: no run has taken it in yet")
    rows: int
    rows_kept: int | None
    rows_rejected: int | None
    first_purchase: datetime | None
    last_purchase: datetime | None


class ValidationResults(Document):
    """The checks of the ledger as it would be."""

    has_required_columns: bool
    min_records: bool
    min_customers: bool
    quality_score: float = Field(description="0-10")
    passed: bool = Field(description="whether every critical check holds")
    rows: int
    customers: int
    problems: list[str] = Field(
        description="a sentence for each check that does not hold, critical ones first"
    )
    notes: list[str] = Field(description="what to know about the file")


class ConfigureAnswer(Document):
    """A configured session."""

    session_id: str
    status: Literal["configured", "refused"] = Field(
        description="refused: a critical check does not hold, so nothing was kept"
    )
    validation_results: ValidationResults
    churn_definition: dict[str, Any] | None = Field(
        description="horizon, why, and the churn rate at other horizons; null where refused"
    )


class ScenarioPreview(Document):
    """A simulated campaign that nobody has kept."""

    session_id: str
    inputs: dict[str, Any] = Field(description="the campaign with every assumption")
    outputs: dict[str, Any] = Field(
        description="total_cost, expected_saves, revenue_protected, net_roi, roi_percent and more"
    )
    about: list[str] = Field(description="what the amounts are, in sentences")
    profit_curve: list[dict[str, float]] = Field(
        description="target_count -> expected_profit of the best so many customers, currency"
    )


class ScenarioAnswer(Document):
    """A simulated campaign."""

    scenario_id: str
    session_id: str
    name: str | None
    inputs: dict[str, Any] = Field(description="the campaign with every assumption")
    outputs: dict[str, Any] = Field(
        description="total_cost, expected_saves, revenue_protected, net_roi, roi_percent and more"
    )
    about: list[str] = Field(description="what the amounts are, in sentences")
    up_to_date: bool = Field(description="whether the scores are still those that it was computed from")
    created_by: str
    created_at: UtcTime = Field(description="UTC")


class ScenarioComparison(Document):
    """Scenarios beside each other."""

    scenarios: list[ScenarioAnswer]
    differing_inputs: list[str]
    best: str = Field(description="scenario_id of the one with the highest net_roi")


class AudienceAnswer(Document):
    """A named filter over a shop's customers."""

    audience_id: str
    session_id: str
    name: str
    filters: CustomerFilter
    customers: int = Field(description="how many it fits now")
    created_by: str
    created_at: UtcTime = Field(description="UTC")


class Factor(OpenDocument):
    """A reason for a probability."""

    factor: str
    impact: float = Field(description="probability points; above 0 raises the probability")


class CustomerRow(OpenDocument):
    """A customer in a list, with further columns of the tables of scores, values and groups."""

    customer_id: str
    status: str = Field(description="eligible, lapsed or new")
    churn_probability: float | None = Field(description="null unless eligible")
    risk_tier: str | None
    clv: float = Field(description="expected margin over the CLV horizon, currency")
    days_since_purchase: float
    last_order_at: str
    orders: int
    total_spend: float
    top_risk_factors: list[Factor] | None


class CustomerPage(Document):
    """A page of customers."""

    total: int = Field(description="customers that the filter fits")
    page: int = Field(description="1 is the first")
    next_cursor: str | None = Field(description="of the page that follows in the same list; null at the end")
    version: str = Field(description="of the list")
    customers: list[CustomerRow]


class Order(Document):
    """An order of a customer."""

    ordered_at: datetime
    order_id: str
    amount: float = Field(description="currency")
    lines: int


class CustomerAnswer(CustomerRow):
    """A customer in full."""

    currency: str
    as_of: datetime = Field(description="cutoff of the score: data end")
    version: str
    first_order_at: datetime | None = Field(description="since when the customer is one")
    history: list[Order] = Field(description="the newest orders, newest first")
    recommended_action: dict[str, Any] | None = Field(description="null where none pays")


class EarlierScore(Document):
    """A score that a customer was given."""

    as_of: datetime
    scored_at: UtcTime = Field(description="UTC")
    model_version: str
    due_at: datetime = Field(description="when the outcome is known")
    status: str = Field(description="eligible, lapsed or new at as_of")
    churn_probability: float | None = Field(description="null unless eligible")
    return_probability: float
    risk_tier: str | None = Field(description="null unless eligible")
    clv: float


class TrainAnswer(Document):
    """A started job."""

    job_id: str
    status: Literal["started"]
    estimated_time_seconds: int


class CampaignMember(Document):
    """A customer of a campaign, as it was known when the lot was drawn."""

    customer_id: str
    arm: str = Field(description="an offer's key such as discount_20, or control")
    stratum: str
    probability_of_assignment: float = Field(description="chance that the lot gave this arm")
    assigned_at: datetime
    ends_at: datetime
    segment: str
    churn_probability: float
    clv: float
    expected_profit: float = Field(description="of contacting with the offer, currency")
    profit_of_a_save: float | None = Field(
        default=None, description="what keeping the customer brings; null in campaigns of earlier versions"
    )
    discount_percent: float | None = Field(description="null for the control group")
    contact_cost: float | None
    offer: str | None
    reasons: list[str] | None
    subject: str | None
    message: str | None
    products: list[str] | None
    expires_at: datetime | None


class CampaignMembersAnswer(Document):
    """A page of a campaign's customers, without contact details."""

    session_id: str
    campaign_id: str
    total: int = Field(description="of the arm that was asked for, else of all")
    members: list[CampaignMember]


class StoppedCustomer(Document):
    """A customer whom no campaign contacts."""

    customer_id: str
    since: UtcTime = Field(description="UTC")
    source: str = Field(description="the file, or who said it")


class DoNotContactChange(Document):
    """What a change of the do-not-contact list came to."""

    session_id: str
    given: int = Field(description="customers that were named")
    added: int
    removed: int
    total: int = Field(description="on the list now")
    without_orders: list[str] = Field(description="of those named, the ones who have no order in this shop")
    sentences: list[str]


class DoNotContactAnswer(Document):
    """A page of those whom no campaign contacts."""

    session_id: str
    total: int
    customers: list[StoppedCustomer]
