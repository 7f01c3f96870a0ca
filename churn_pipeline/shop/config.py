"""A shop's configuration, saved as YAML in the shop's folder."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, get_args
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from churn_pipeline.core.errors import BadInput
from churn_pipeline.shop.actions import STANDARD_ACTIONS, RetentionAction
from churn_pipeline.shop.campaign_rules import CampaignRules
from churn_pipeline.shop.routine import Routine

SHOP_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
ModelKind = Literal[
    "logistic_regression", "random_forest", "xgboost", "lightgbm", "svm", "decision_tree", "neural_network"
]
MODEL_KINDS: tuple[ModelKind, ...] = (
    "logistic_regression",
    "random_forest",
    "xgboost",
    "lightgbm",
    "svm",
)  # without being asked
ALL_MODEL_KINDS: tuple[ModelKind, ...] = get_args(ModelKind)
Effort = Literal["quick", "standard", "thorough"]


class ColumnField(StrEnum):
    """The fields that a column of a shop's file can be mapped to."""

    CUSTOMER_ID = "customer_id"
    DATE = "date"
    AMOUNT = "amount"
    ORDER_ID = "order_id"
    PRODUCT = "product"
    CATEGORY = "category"
    QUANTITY = "quantity"
    DISCOUNT = "discount"
    UNIT_PRICE = "unit_price"
    STATUS = "status"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    CONSENT = "consent"
    EXPORTED_AT = "exported_at"


class Tiers(BaseModel):
    """Risk tiers: high above `high`, medium above `medium`, low otherwise (probabilities); or relative to the
    shop's own churn rate."""

    high: float = Field(default=0.7, gt=0, lt=1)
    medium: float = Field(default=0.4, gt=0, lt=1)
    relative: bool = Field(default=False, description="take the relative tiers instead of the two limits")
    relative_high_odds: float = Field(
        default=3.0,
        gt=1,
        description="relative tiers: high above this many times the odds of the shop's own rate",
    )
    relative_medium_odds: float = Field(
        default=1.5, gt=0, description="relative tiers: medium above this many times those odds"
    )


class ScenarioPlan(BaseModel):
    """One campaign scenario that is always calculated."""

    name: str
    targets: int | None = Field(
        default=None, ge=1, description="customers to contact; None: everyone at high risk"
    )
    discount_percent: float = Field(ge=0, le=100)


STANDARD_SCENARIOS = (
    ScenarioPlan(name="top_50", targets=50, discount_percent=15.0),
    ScenarioPlan(name="top_100", targets=100, discount_percent=20.0),
    ScenarioPlan(name="top_200", targets=200, discount_percent=25.0),
    ScenarioPlan(name="all_high_risk", targets=None, discount_percent=20.0),
)


class RoiAssumptions(BaseModel):
    """What a retention campaign costs and achieves until the shop's own campaigns are measured."""

    success_rate: float = Field(
        default=0.35, ge=0, le=1, description="share of would-be churners who stay when contacted"
    )
    success_evidence: float = Field(
        default=20.0,
        gt=0,
        description="how many observed customers the success rate is worth: Beta(rate x n, "
        "(1 - rate) x n) is its uncertainty",
    )
    level_error: float = Field(
        default=0.25,
        ge=0,
        description="standard deviation of an error that all churn probabilities share, in log-odds: "
        "season and shocks to come; used where the shop's own level could not be estimated",
    )
    discount_percent: float = Field(default=20.0, ge=0, le=100)
    redemption_rate: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="share of those contacted, who would have bought anyway, using the discount",
    )
    contact_cost: float = Field(default=0.5, ge=0, description="currency per customer contacted")
    fixed_cost: float = Field(default=0.0, ge=0, description="currency per campaign")
    gross_margin: float = Field(default=1.0, gt=0, le=1)
    clv_months: int = Field(default=12, ge=1, le=60)
    annual_discount_rate: float = Field(default=0.0, ge=0, le=1)
    scenarios: tuple[ScenarioPlan, ...] = STANDARD_SCENARIOS


class ShopConfig(BaseModel):
    """One shop: what its files look like, what churn means for it, what a campaign costs."""

    model_config = ConfigDict(extra="forbid")

    name: str
    mapping: dict[ColumnField, str] = Field(
        default_factory=dict, description="field -> column of the shop's files; empty until the first upload"
    )
    date_format: str | None = Field(
        default=None, description="strptime format of the date column; None: found from the whole column"
    )
    timezone: str | None = Field(
        default=None, description="IANA zone that times are converted to; None: as in the file"
    )
    currency: str = ""
    locale: str = Field(
        default="en",
        description="language or country whose marks numbers, money and dates have in sentences and reports, "
        "such as de or fr_CH",
    )
    date_order: Literal["dmy", "mdy", "ymd"] | None = Field(
        default=None, description="order of day and month that an earlier file settled"
    )
    decimal_sign: Literal[".", ","] | None = Field(
        default=None, description="decimal sign of the files; None: found from the whole column"
    )
    amount_per: Literal["line", "order"] = Field(
        default="line",
        description="order: the amount is the whole order's, repeated on each of its lines, "
        "and is shared out among them",
    )
    order_ids: Literal["shop", "day"] | None = Field(
        default=None,
        description="day: a till's counter that starts anew each day; shop: never the same for two orders; "
        "None: found",
    )
    ids_by: Literal["text", "digits"] = Field(
        default="text",
        description="digits: a customer of a later file is the known one with the same digits (CUST-0002 is "
        "K0002), whatever stands beside them",
    )
    discount_is: Literal["amount", "percent", "fraction"] | None = Field(
        default=None,
        description="what the discount column holds; None: found from the column and the amounts",
    )
    horizon: int | None = Field(
        default=None,
        ge=1,
        le=730,
        description="churn threshold H in days; None: suggested from the gaps between orders",
    )
    min_orders: int = Field(default=2, ge=1)
    duplicates: Literal["keep", "drop"] = "keep"
    exclude_customers: list[str] = Field(
        default_factory=list, description="customer ids set aside, for example wholesalers"
    )
    tiers: Tiers = Tiers()
    roi: RoiAssumptions = RoiAssumptions()
    actions: tuple[RetentionAction, ...] = Field(
        default=STANDARD_ACTIONS, min_length=1, description="catalogue that recommendations choose from"
    )
    campaigns: CampaignRules = CampaignRules()
    routine: Routine = Routine()
    effort: Effort = Field(default="standard", description="how much is searched when the shop is trained")
    models: tuple[ModelKind, ...] = Field(
        default=MODEL_KINDS, min_length=1, description="the kinds of models that compete"
    )
    blend: bool = Field(
        default=True, description="whether the mean of the models and BG/NBD competes too, as the one to beat"
    )

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        return validated_shop_name(name)

    @field_validator("models")
    @classmethod
    def _models(cls, models: tuple[ModelKind, ...]) -> tuple[ModelKind, ...]:
        return tuple(kind for kind in ALL_MODEL_KINDS if kind in models)

    @field_validator("locale")
    @classmethod
    def _locale(cls, locale: str) -> str:
        if locale == "en":
            return locale
        from babel import Locale, UnknownLocaleError

        try:
            return str(Locale.parse(locale.replace("-", "_")))
        except (UnknownLocaleError, ValueError) as error:
            raise ValueError(f"{locale!r} is no locale such as de or fr_CH") from error

    @field_validator("timezone")
    @classmethod
    def _zone(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in available_timezones():
            raise ValueError(f"{zone!r} is no IANA time zone such as Europe/Berlin")
        return zone


def changed_config(config: ShopConfig, changes: Mapping[str, Any]) -> ShopConfig:
    """The configuration with parts of it changed; parts of a part, such as roi, stay if not named.

    BadInput, naming the part, where a change is not possible."""
    changed = config.model_dump()
    for name, value in changes.items():
        both = isinstance(value, Mapping) and isinstance(changed.get(name), Mapping)
        changed[name] = {**changed[name], **value} if both else value
    try:
        return ShopConfig.model_validate(changed)
    except ValidationError as error:
        first = error.errors()[0]
        part = ".".join(str(p) for p in first["loc"])
        raise BadInput(f"{part}: {first['msg'].removeprefix('Value error, ')}.") from error


def validated_shop_name(name: str) -> str:
    """The name itself, or BadInput: it becomes a folder, a partition and part of MLflow's names."""
    if not SHOP_NAME.fullmatch(name):
        raise BadInput(
            f"Shop name {name!r} is not valid: use 1-63 lower-case letters, digits, '-' or '_', "
            f"starting with a letter or digit."
        )
    return name
