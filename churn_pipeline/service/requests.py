"""What the functions of service are asked, where that is more than a few values."""

from typing import Annotated

from pydantic import ConfigDict, Field, Strict, StringConstraints

from churn_pipeline.service.customers.filters import CustomerFilter
from churn_pipeline.service.json_values import IsoTime, Request, WholeOrNone
from churn_pipeline.shop.config import SHOP_NAME, ColumnField, Effort, ModelKind
from churn_pipeline.shop.routine import Routine

ShopKey = Annotated[str, StringConstraints(pattern=f"^{SHOP_NAME.pattern}$")]
"""A shop's key, which is a session's id."""
UploadId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{12,64}$")]
"""An upload's SHA-256, or its first digits."""
FeatureValue = Annotated[float, Field(ge=-1e12, le=1e12)]
"""What is supposed of a feature: beyond that models that count in single precision overflow."""
Name = Annotated[str, StringConstraints(pattern=r"\S", max_length=100)]
"""A name that people give; not blank."""


class MoneyAssumptions(Request):
    """What a campaign costs and achieves until campaigns of the shop are measured; what is left out stays."""

    success_rate: float | None = Field(
        default=None, ge=0, le=1, description="share of would-be churners who stay when contacted"
    )
    discount_percent: float | None = Field(default=None, ge=0, le=100)
    redemption_rate: float | None = Field(default=None, ge=0, le=1)
    contact_cost: float | None = Field(default=None, ge=0, description="currency per customer contacted")
    fixed_cost: float | None = Field(default=None, ge=0, description="currency per campaign")
    gross_margin: float | None = Field(default=None, gt=0, le=1)
    clv_months: WholeOrNone = Field(default=None, ge=1, le=60)
    annual_discount_rate: float | None = Field(default=None, ge=0, le=1)


class TierLimits(Request):
    """Risk tiers: high above `high`, medium above `medium`, low otherwise."""

    high: float | None = Field(default=None, gt=0, lt=1)
    medium: float | None = Field(default=None, gt=0, lt=1)
    relative: bool | None = Field(default=None, description="relative to the shop's own churn rate")


class ConfigureRequest(Request):
    """How an upload is to be read and what churn and money mean for its shop. What is left out stays as it
    is; without a mapping the suggested or the shop's own is used."""

    # one of the two is needed; said with `not`, since generators of clients give up on an object with `anyOf`
    model_config = ConfigDict(
        json_schema_extra={
            "not": {"properties": {"upload_id": {"type": "null"}, "session_id": {"type": "null"}}}
        }
    )

    upload_id: UploadId | None = Field(default=None, description="of the file; its first 12 digits will do")
    session_id: ShopKey | None = Field(
        default=None, description="the shop; needed without upload_id, or where two shops have the same file"
    )
    further_upload_ids: list[UploadId] = Field(
        default_factory=list, max_length=100, description="more files of the same columns, in their order"
    )
    column_mapping: dict[Annotated[ColumnField, Strict(False)], str] | None = Field(
        default=None, description="field -> column; nothing else is inferred then"
    )
    churn_threshold_days: WholeOrNone = Field(default=None, ge=1, le=730, description="null: suggested")
    date_format: str | None = Field(default=None, max_length=60, description="strptime format of the dates")
    timezone: str | None = Field(default=None, max_length=60, description="IANA zone, such as Europe/Berlin")
    sheet: str | None = Field(default=None, max_length=200, description="of a workbook")
    replace: bool = Field(default=False, description="the file corrects its whole period")
    as_it_is: bool = Field(default=False, description="take it although it does not fit the shop")
    min_orders: WholeOrNone = Field(default=None, ge=1, le=100)
    currency: str | None = Field(default=None, max_length=8)
    locale: str | None = Field(
        default=None, max_length=20, description="whose marks numbers, money and dates have, such as de"
    )
    routine: Routine | None = Field(default=None, description="when it is scored and trained by itself")
    money: MoneyAssumptions | None = None
    tiers: TierLimits | None = None
    models: Annotated[tuple[ModelKind, ...], Strict(False)] | None = Field(default=None, min_length=1)
    effort: Effort | None = None


class TrainRequest(Request):
    """Which session to train, score or grade."""

    session_id: ShopKey


class ScenarioInputs(Request):
    """A campaign; what is left out is the shop's own assumption. A flat cost takes the place of a discount:
    not both."""

    model_config = ConfigDict(
        json_schema_extra={
            "not": {
                "required": ["discount_percent", "cost_per_customer"],
                "properties": {
                    "discount_percent": {"type": "number"},
                    "cost_per_customer": {"type": "number"},
                },
            }
        }
    )

    target_count: WholeOrNone = Field(
        default=None, ge=1, le=10_000_000, description="default: as many as pay for themselves"
    )
    discount_percent: float | None = Field(default=None, ge=0, le=100)
    cost_per_customer: float | None = Field(
        default=None, ge=0, le=1e9, description="flat, in the place of a discount"
    )
    success_rate: float | None = Field(
        default=None, ge=0, le=1, description="default: the response at the discount's depth"
    )
    clv: float | None = Field(default=None, gt=0, le=1e12, description="worth of every save, currency")
    assume_all_churn: bool = Field(default=False, description="the plain formula: all would have churned")
    gross_margin: float | None = Field(
        default=None, gt=0, le=1, description="that values are at; default: the shop's own"
    )


class SimulateRequest(Request):
    """A campaign to simulate."""

    session_id: ShopKey
    scenario: ScenarioInputs
    name: Name | None = None


class PreviewRequest(Request):
    """A campaign to simulate without keeping it."""

    session_id: ShopKey
    scenario: ScenarioInputs


class HypotheticalOrderInput(Request):
    """An order that the customer might place."""

    at: IsoTime = Field(
        description="the shop's own time, from the last day of the ledger on; a zone is left aside",
        json_schema_extra={"x-zoned": True},
    )
    amount: float = Field(gt=0, le=1e9, description="currency")
    product: str | None = Field(default=None, max_length=200)
    category: str | None = Field(default=None, max_length=200)
    discount: float | None = Field(default=None, ge=0, le=1e9, description="currency")


class WhatIfRequest(Request):
    """What is supposed of a customer: orders that are added, features that are set by hand."""

    session_id: ShopKey
    customer_id: str = Field(min_length=1, max_length=500)
    orders: list[HypotheticalOrderInput] = Field(default_factory=list, max_length=50)
    features: dict[str, FeatureValue] = Field(default_factory=dict, max_length=100)


class AudienceRequest(Request):
    """A filter to be given a name."""

    session_id: ShopKey
    name: Name
    filters: CustomerFilter
