"""Documents beside the tables of scoring, insights and monitoring: what does not fit into rows."""

from datetime import datetime
from typing import Any

from pydantic import Field

from churn_pipeline.core.documents.document import Document, OpenDocument
from churn_pipeline.core.documents.models import ReturnPopulation


class CustomerValue(OpenDocument):
    """How the customers' values were estimated."""

    method: str = Field(description="bg_nbd_gamma_gamma, or the simple rule")
    reason: str = Field(description="why that method")
    correction: dict[str, Any] = Field(
        description="by the backtest: factor, log_error, weight_of_backtest, prior, sentence"
    )
    as_of: datetime
    clv_months: int
    interval: float = Field(description="coverage of clv_low to clv_high")
    gross_margin: float
    annual_discount_rate: float
    customers: int
    customers_with_repeat_purchase: int
    parameters: dict[str, Any] = Field(description="of the purchase models; empty for the rule")
    total_clv: float
    backtest: dict[str, Any] = Field(
        description="prediction against outcome at a past cutoff; `reason` alone where there is none"
    )


class RfmSegment(Document):
    """An RFM segment over all customers in it."""

    rfm_segment: str
    count: int
    revenue: float
    avg_churn_probability: float | None


class Persona(Document):
    """Customers at risk for the same reasons."""

    persona: str
    count: int
    avg_churn_probability: float
    avg_clv: float
    avg_days_since_last_order: float
    sentence: str


class CustomerSegments(Document):
    """The groups beside the risk segments."""

    rfm_segments: list[RfmSegment]
    personas: list[Persona] = Field(description="largest first")


class PrimaryRecommendation(OpenDocument):
    """The starred scenario; action `none` where no campaign pays for itself."""

    action: str
    discount_percent: float
    expected_cost: float
    expected_saves: float
    expected_revenue: float
    roi: float | None = Field(description="percent")
    sentence: str


class Recommendations(Document):
    """What to do."""

    primary: PrimaryRecommendation
    actions: list[dict[str, Any]] = Field(description="rows of the table recommendations")


class ChurnForecast(OpenDocument):
    """What the forecast rests on."""

    as_of: datetime
    customers: int
    active_customers_now: int
    monthly_revenue_now: float
    interval: float = Field(description="coverage aimed at")
    backtested: bool
    past_origins: int = Field(description="origins that it was tested at")
    past_errors: list[dict[str, Any]] = Field(description="per month ahead: bias and error of each measure")
    interval_held_at_past_origins: float | None
    scope: str


class FeatureDrift(OpenDocument):
    """Today's customers against those that the champion learned from."""

    as_of: datetime
    reference_cutoffs: list[str]
    same_season_cutoffs: list[str]
    drifted_importance: float = Field(description="share of the features' importance that drifted")
    drifted_importance_of_training: float = Field(description="the same against the newest training's rows")
    drifted_features: list[str]
    scores: dict[str, Any] = Field(
        description="distribution of today's probabilities and of those at the test"
    )
    churn_rates: list[dict[str, Any]] = Field(
        description="cutoff, customers, churn_rate (without campaigns), happened (with them), usual_rate"
    )
    findings: list[dict[str, Any]] = Field(description="kind, about, sentence")


class NextOrderTiming(Document):
    """How the time of the next order was learned from the orders after earlier dates."""

    shape: float = Field(description="above 1: more regular than BG/NBD has it")
    scale: float = Field(description="above 1: sooner than BG/NBD has it")
    level: float = Field(description="nominal level of the interval that holds `interval` of the orders")
    interval: float = Field(description="coverage aimed at")
    orders: int
    origins: int = Field(description="earlier dates that they came after")
    coverage: float | None = Field(
        description="share of the orders after the newest of these dates within the interval that the older "
        "dates gave; null where there were too few"
    )
    customers_with_a_date: int


class ReturnOutlook(Document):
    """Who orders again: what the return probabilities and the times of the next order rest on."""

    as_of: datetime
    model_version: str | None = Field(description="version of the champion that the models came with")
    populations: dict[str, ReturnPopulation] = Field(description="lapsed, new")
    next_order: NextOrderTiming
