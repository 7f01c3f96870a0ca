"""A shop's configuration, saved as YAML in the shop's folder."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Literal, get_args
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from churn_pipeline.errors import BadInput, NotFound
from churn_pipeline.settings import Settings

SHOP_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
CONFIG_FILE = "shop.yaml"
ModelKind = Literal["logistic_regression", "random_forest", "xgboost", "lightgbm", "svm", "decision_tree", "neural_network"]
MODEL_KINDS: tuple[ModelKind, ...] = ("logistic_regression", "random_forest", "xgboost", "lightgbm", "svm")  # without being asked
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


class Tiers(BaseModel):
    """Risk tiers: high above `high`, medium above `medium`, low otherwise (probabilities); or relative to the shop's own churn rate."""

    high: float = Field(default=0.7, gt=0, lt=1)
    medium: float = Field(default=0.4, gt=0, lt=1)
    relative: bool = Field(default=False, description="take the relative tiers instead of the two limits")
    relative_high_odds: float = Field(
        default=3.0, gt=1, description="relative tiers: high above this many times the odds of the shop's own rate"
    )
    relative_medium_odds: float = Field(default=1.5, gt=0, description="relative tiers: medium above this many times those odds")


class ScenarioPlan(BaseModel):
    """One campaign scenario that is always calculated."""

    name: str
    targets: int | None = Field(default=None, ge=1, description="customers to contact; None: everyone at high risk")
    discount_percent: float = Field(ge=0, le=100)


STANDARD_SCENARIOS = (
    ScenarioPlan(name="top_50", targets=50, discount_percent=15.0),
    ScenarioPlan(name="top_100", targets=100, discount_percent=20.0),
    ScenarioPlan(name="top_200", targets=200, discount_percent=25.0),
    ScenarioPlan(name="all_high_risk", targets=None, discount_percent=20.0),
)


class RoiAssumptions(BaseModel):
    """What a retention campaign costs and achieves until the shop's own campaigns are measured."""

    success_rate: float = Field(default=0.35, ge=0, le=1, description="share of would-be churners who stay when contacted")
    success_evidence: float = Field(
        default=20.0,
        gt=0,
        description="how many observed customers the success rate is worth: Beta(rate x n, (1 - rate) x n) is its uncertainty",
    )
    discount_percent: float = Field(default=20.0, ge=0, le=100)
    redemption_rate: float = Field(
        default=0.5, ge=0, le=1, description="share of those contacted, who would have bought anyway, using the discount"
    )
    contact_cost: float = Field(default=0.5, ge=0, description="currency per customer contacted")
    fixed_cost: float = Field(default=0.0, ge=0, description="currency per campaign")
    gross_margin: float = Field(default=1.0, gt=0, le=1)
    clv_months: int = Field(default=12, ge=1, le=60)
    annual_discount_rate: float = Field(default=0.0, ge=0, le=1)
    scenarios: tuple[ScenarioPlan, ...] = STANDARD_SCENARIOS


class RetentionAction(BaseModel):
    """One action of the shop's catalogue: what it offers, to whom it fits, its cost and its assumed success rate."""

    name: str
    kind: Literal["discount", "call", "product_suggestion", "win_back"]
    offer: str = Field(description="the offer in words")
    subject: str = Field(description="subject line; may name {discount}, {product} and {last_purchase_date}")
    segments: tuple[Literal["high_risk", "medium_risk", "low_risk", "lapsed"], ...]
    reasons: tuple[str, ...] = Field(default=(), description="factors of a customer's strongest reason for which it fits; empty: any")
    discount_percent: float = Field(default=0.0, ge=0, le=100)
    contact_cost: float = Field(default=0.5, ge=0, description="currency per customer contacted")
    success_rate: float = Field(ge=0, le=1, description="share of would-be churners who stay when contacted")
    valid_days: int = Field(default=14, ge=1, description="days until the offer expires")


STANDARD_ACTIONS = (
    RetentionAction(
        name="discount_offer",
        kind="discount",
        offer="20% discount code by e-mail",
        subject="We miss you! Here's {discount}% off",
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
)


CRON_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
CRON_PART = re.compile(r"(?:\*|(?P<first>\d{1,2})(?:-(?P<last>\d{1,2}))?)(?:/[1-9]\d?)?")


def _is_cron_field(text: str, least: int, most: int) -> bool:
    """Whether one of a cron expression's five fields is numbers within its bounds: *, n, n-m, each with /step, and lists of them."""
    parts = [CRON_PART.fullmatch(part) for part in text.split(",")]
    return all(part and all(least <= int(n) <= most for n in part.groups() if n) for part in parts)


class Routine(BaseModel):
    """When a shop is scored and trained by itself, wherever a daemon runs. Cron expressions are in the shop's time zone, or UTC."""

    score: bool = True
    score_cron: str = Field(default="0 6 * * 1", description="weekly, Monday 6 o'clock")
    train: bool = True
    train_cron: str = Field(default="0 3 1 * *", description="monthly, on the first, 3 o'clock")
    file_every_days: int | None = Field(
        default=None, ge=0, description="a new file is expected so often, else an alert; None: learned from the deliveries; 0: never"
    )

    @field_validator("score_cron", "train_cron")
    @classmethod
    def _cron(cls, cron: str) -> str:
        fields = cron.split()
        if len(fields) != 5 or not all(_is_cron_field(f, *bounds) for f, bounds in zip(fields, CRON_BOUNDS, strict=True)):
            raise ValueError(f"{cron!r} is no cron expression of five fields, such as '0 6 * * 1'")
        return cron


class ShopConfig(BaseModel):
    """One shop: what its files look like, what churn means for it, what a campaign costs."""

    model_config = ConfigDict(extra="forbid")

    name: str
    mapping: dict[ColumnField, str] = Field(
        default_factory=dict, description="field -> column of the shop's files; empty until the first upload"
    )
    date_format: str | None = Field(default=None, description="strptime format of the date column; None: found from the whole column")
    timezone: str | None = Field(default=None, description="IANA zone that times are converted to; None: as in the file")
    currency: str = ""
    date_order: Literal["dmy", "mdy", "ymd"] | None = Field(default=None, description="order of day and month that an earlier file settled")
    decimal_sign: Literal[".", ","] | None = Field(default=None, description="decimal sign of the files; None: found from the whole column")
    amount_per: Literal["line", "order"] = Field(
        default="line", description="order: the amount is the whole order's, repeated on each of its lines, and is shared out among them"
    )
    horizon: int | None = Field(
        default=None, ge=1, le=730, description="churn threshold H in days; None: suggested from the gaps between orders"
    )
    min_orders: int = Field(default=2, ge=1)
    duplicates: Literal["keep", "drop"] = "keep"
    exclude_customers: list[str] = Field(default_factory=list, description="customer ids set aside, for example wholesalers")
    tiers: Tiers = Tiers()
    roi: RoiAssumptions = RoiAssumptions()
    actions: tuple[RetentionAction, ...] = Field(
        default=STANDARD_ACTIONS, min_length=1, description="catalogue that recommendations choose from"
    )
    routine: Routine = Routine()
    effort: Effort = Field(default="standard", description="how much is searched when the shop is trained")
    models: tuple[ModelKind, ...] = Field(default=MODEL_KINDS, min_length=1, description="the kinds of models that compete")

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        return validated_shop_name(name)

    @field_validator("models")
    @classmethod
    def _models(cls, models: tuple[ModelKind, ...]) -> tuple[ModelKind, ...]:
        return tuple(kind for kind in ALL_MODEL_KINDS if kind in models)

    @field_validator("timezone")
    @classmethod
    def _zone(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in available_timezones():
            raise ValueError(f"{zone!r} is no IANA time zone such as Europe/Berlin")
        return zone


def validated_shop_name(name: str) -> str:
    """The name itself, or BadInput: it becomes a folder, a partition and part of MLflow's names."""
    if not SHOP_NAME.fullmatch(name):
        raise BadInput(
            f"Shop name {name!r} is not valid: use 1-63 lower-case letters, digits, '-' or '_', starting with a letter or digit."
        )
    return name


def shop_folder(settings: Settings, shop: str) -> Path:
    """The folder of a shop's tables (not created here)."""
    return settings.shops_dir / validated_shop_name(shop)


def list_shops(settings: Settings) -> list[str]:
    """Names of all shops that have a configuration, sorted."""
    return sorted(p.parent.name for p in settings.shops_dir.glob(f"*/{CONFIG_FILE}"))


def load_shop(settings: Settings, shop: str) -> ShopConfig:
    """The saved configuration; NotFound for an unknown shop, BadInput when the YAML cannot be used."""
    path = shop_folder(settings, shop) / CONFIG_FILE
    if not path.exists():
        known = ", ".join(list_shops(settings)) or "none yet"
        raise NotFound(f"There is no shop {shop!r} (known: {known}); create it with: churn run FILE --shop {shop}")
    try:
        return ShopConfig.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadInput(f"{path} cannot be read as a shop's configuration: {' '.join(str(error).split())}") from error


def save_shop(settings: Settings, config: ShopConfig) -> None:
    """Writes the configuration whole and renames it into place."""
    from churn_pipeline.storage import write_text

    text = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    write_text(shop_folder(settings, config.name) / CONFIG_FILE, text)
