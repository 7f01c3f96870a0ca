"""results.json: what a person, a report and GET /results read first. The keys of the specification, and more
beside them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from churn_pipeline.core.documents.discounts import Discounts
from churn_pipeline.core.documents.document import Document, OpenDocument
from churn_pipeline.core.documents.insights import (
    ChurnForecast,
    CustomerValue,
    Persona,
    Recommendations,
    ReturnOutlook,
    RfmSegment,
)
from churn_pipeline.core.documents.ledger import ChurnDefinition, Quality
from churn_pipeline.core.documents.level import ShopLevel
from churn_pipeline.core.documents.models import (
    BaselinePerformance,
    Champion,
    Measures,
    ModelPerformance,
    Verdict,
)
from churn_pipeline.core.documents.uplift import Uplift


class Summary(OpenDocument):
    """The shop in a few figures."""

    total_customers: int = Field(description="everyone with an order; the segments sum to it")
    eligible_customers: int = Field(description="those with a churn probability")
    churn_rate: float = Field(description="observed among the eligible at the test cutoff, 0-1")
    expected_churn_rate: float | None = Field(description="mean probability; null where nobody is scored")
    expected_churn_rate_low: float | None = Field(
        default=None,
        description="80 % interval of the rate that will be: chance, and what of the level is unknown",
    )
    expected_churn_rate_high: float | None = None
    expected_churners: float
    expected_churners_low: float | None = Field(default=None, description="the same in customers")
    expected_churners_high: float | None = None
    revenue_at_risk: float = Field(description="sum of CLV over the high tier, currency")
    money_at_risk: float = Field(description="sum of probability x worth of a save, currency")
    money_at_risk_low: float = Field(
        description="the same where a save brings one order and nothing after it, "
        "at the low end of the level's 80 % interval"
    )
    money_at_risk_high: float = Field(
        description="the same where the order of a save proves as much as one of the customer's own, at the "
        "high end of the level's 80 % interval"
    )
    money_at_risk_if_like_stayers: float = Field(
        description="the same where those won back behave like those who stay"
    )
    dominant_customer: dict[str, Any] | None = Field(
        description="a customer with half of the money or more, and what is left without"
    )
    champion_model: str
    as_of: datetime | None = Field(description="cutoff of the scores: data end")
    horizon_days: int
    high_risk_customers: int
    medium_risk_customers: int
    low_risk_customers: int
    lapsed_customers: int
    new_customers: int


class Importance(Document):
    """A row of the table feature_importance."""

    feature: str
    factor: str = Field(description="the reason that it stands for")
    importance: float = Field(description="share of all mean absolute contributions")
    mean_abs_shap: float
    direction: float | None = Field(description="rank correlation of value and contribution, -1 to 1")
    builtin: float | None
    permutation: float | None


class SegmentFigures(OpenDocument):
    """A risk segment; the lapsed and the new have no churn probability, so no money at risk."""

    count: int
    share: float
    revenue: float = Field(description="sum of CLV, currency")
    avg_clv: float
    money_at_risk: float | None
    recoverable_low: float | None
    recoverable_high: float | None
    avg_churn_probability: float | None
    avg_return_probability: float | None = Field(
        default=None, description="chance of an order within the next H days"
    )
    expected_returns: float | None = Field(
        default=None, description="customers expected to order within the next H days"
    )
    avg_days_since_last_order: float | None
    traits: list[str] = Field(description="what sets its customers apart, a sentence each")


class RoiScenarios(OpenDocument):
    """Campaigns compared."""

    scenarios: list[dict[str, Any]] = Field(description="rows of the table roi_scenarios")
    recommended: str | None = Field(description="the scenario with the star; null where none pays")
    specification_formula: list[dict[str, Any]] = Field(description="the same by the specification's formula")
    profit_curve: list[dict[str, Any]] = Field(description="target_count -> expected_profit")
    sensitivity: list[dict[str, Any]] = Field(description="net ROI by success rate and discount")
    success_rate: dict[str, Any] = Field(description="value, and whether it is assumed or measured")
    depths: list[dict[str, Any]] = Field(
        description="discounts tried: response, list, profit, share of draws in which it is the best"
    )
    margin: dict[str, Any] = Field(description="gross_margin, and a sentence on what amounts are")
    note: str


class RelativeTiers(Document):
    """Tiers relative to the shop's own churn rate."""

    rate: float = Field(description="the expected churn rate that they are relative to")
    high: float
    medium: float
    in_use: bool
    counts: dict[str, int] = Field(description="tier -> customers whom it would hold")
    offered: bool
    sentence: str | None


class Explanation(OpenDocument):
    """How shap_values is to be read."""

    scale: str = Field(description="scale of the contributions and the model's output")


class Forecast(ChurnForecast):
    """The forecast with its months."""

    months: list[dict[str, Any]] = Field(description="rows of the table churn_forecast")


class Warnings(Document):
    """The early warnings, counted, and the first of them."""

    counts: dict[str, int] = Field(description="kind -> warnings")
    first: list[dict[str, Any]] = Field(description="rows of the table early_warnings")


class Advice(Document):
    """What the lists of earlier runs met, now that it is known."""

    sentences: list[str] = Field(description="of the newest run whose outcome is known")
    lists: list[dict[str, Any]] = Field(description="newest rows of the table graded_advice")


class TableEntry(Document):
    """Which state of a table belongs to these results."""

    run_id: str
    data_version: str
    rows: int


class Results(OpenDocument):
    """Everything that is read first; written last, it names the tables that belong to it."""

    shop: str
    currency: str = Field(description="ISO code or symbol; '' where unknown")
    generated_at: datetime = Field(description="UTC, naive")
    run_id: str
    summary: Summary
    model_performance: list[ModelPerformance] = Field(
        description="on all test customers, lowest log loss first"
    )
    feature_importance: list[Importance] = Field(description="most important first")
    segments: dict[str, SegmentFigures] = Field(description="high_risk, medium_risk, low_risk, lapsed, new")
    recommendations: Recommendations
    roi_scenarios: RoiScenarios
    relative_tiers: RelativeTiers
    churn_definition: ChurnDefinition
    quality: Quality
    verdict: Verdict | None
    baselines: list[BaselinePerformance] | None
    explanation: Explanation
    tables: dict[str, TableEntry]
    drivers: list[dict[str, Any]] = Field(description="rows of the table churn_drivers")
    decision_rules: list[dict[str, Any]] = Field(description="rows of the table decision_rules")
    forecast: Forecast
    early_warnings: Warnings
    customer_value: CustomerValue
    return_outlook: ReturnOutlook | None = Field(
        default=None, description="who comes back and when; null in results older than the return models"
    )
    advice: Advice | None = Field(default=None, description="null in results older than the ledger of advice")
    discounts: Discounts | None = Field(default=None, description="what discounts did; discounts.json")
    uplift: Uplift | None = Field(default=None, description="whom contacting changes; uplift.json")
    champion: Champion
    level: ShopLevel | None = Field(
        default=None, description="how far all probabilities are shifted by season and shocks; level.json"
    )
    training: dict[str, Any] = Field(
        description="of the model comparison: cutoffs, rows, features, promotion, MLflow run"
    )
    unseen_customers: Measures | None
    rfm_segments: list[RfmSegment]
    personas: list[Persona]
