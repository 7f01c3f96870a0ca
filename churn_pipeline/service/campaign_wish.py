"""A campaign as it is asked for, by a command or a request, and the order that this makes."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StringConstraints

from churn_pipeline.core.documents.campaigns import CampaignSource
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.json_values import IsoDate, Request, Whole, WholeOrNone
from churn_pipeline.service.requests import ShopKey
from churn_pipeline.service.shops import opened

if TYPE_CHECKING:
    from churn_pipeline.campaigns.campaign_order import CampaignOrder

MOST_NAMED = 10_000
CustomerKey = Annotated[str, StringConstraints(min_length=1, max_length=500)]
OfferKey = Annotated[str, StringConstraints(min_length=1, max_length=60)]


@dataclass(frozen=True)
class CampaignWish:
    """Exactly one of scenario (id of a kept scenario, or a name of the shop's ROI scenarios such as top_100),
    audience (name or id), customers (ids) and best; the rest: see CampaignOrder."""

    name: str
    scenario: str | None = None
    audience: str | None = None
    customers: tuple[str, ...] = ()
    best: bool = False
    offers: tuple[str, ...] = ()
    control: float | None = None
    precision: float | None = None
    no_control_reason: str | None = None
    starts_at: datetime | None = None
    budget: float | None = None
    capacity: int | None = None
    offer_capacities: dict[str, int] = field(default_factory=dict)
    seed: int = 42


class CampaignRequest(Request):
    """A campaign to plan or to draw, for exactly one of best, scenario, audience, customer_ids."""

    session_id: ShopKey
    name: str = Field(min_length=1, max_length=60, description="its id is made from it", examples=["Spring"])
    best: bool = Field(default=False, description="the list with the greatest expected profit")
    scenario: str | None = Field(
        default=None,
        max_length=100,
        description="a kept scenario's id, or top_50, top_100, all_high_risk ...",
    )
    audience: str | None = Field(
        default=None, max_length=100, description="name or id; all of it is taken, whether it pays or not"
    )
    customer_ids: list[CustomerKey] = Field(
        default_factory=list, max_length=MOST_NAMED, description="named one by one, whether it pays or not"
    )
    offers: list[OfferKey] = Field(
        default_factory=list,
        max_length=10,
        description="discounts in percent ('15') or actions of the catalogue; default: the best discount",
    )
    control: float | None = Field(
        default=None, gt=0, lt=1, description="share left alone by lot; default: shows the expected effect"
    )
    precision: float | None = Field(
        default=None, gt=0, lt=1, description="difference of retention to be seen (0.04: 4 points)"
    )
    no_control_reason: str | None = Field(
        default=None,
        min_length=3,
        max_length=300,
        description="why nobody is left alone; nothing is measured",
    )
    starts_on: IsoDate | None = Field(default=None, description="first day; default: the scores' own")
    budget: float | None = Field(default=None, gt=0, le=1e12, description="currency, expected cost")
    capacity: WholeOrNone = Field(default=None, ge=1, le=100_000_000, description="most customers to contact")
    offer_capacities: dict[OfferKey, int] = Field(
        default_factory=dict,
        max_length=10,
        description="the same by arm, such as discount_15 or manager_call",
    )
    seed: Whole = Field(default=42, ge=0, le=2**31, description="another one is another lot")

    def wish(self) -> CampaignWish:
        """The same without the shop."""
        starts_at = None if self.starts_on is None else datetime.combine(self.starts_on, time())
        return CampaignWish(
            name=self.name,
            scenario=self.scenario,
            audience=self.audience,
            customers=tuple(self.customer_ids),
            best=self.best,
            offers=tuple(self.offers),
            control=self.control,
            precision=self.precision,
            no_control_reason=self.no_control_reason,
            starts_at=starts_at,
            budget=self.budget,
            capacity=self.capacity,
            offer_capacities=self.offer_capacities,
            seed=self.seed,
        )


def campaign_order(settings: Settings, caller: Caller, shop: str, wish: CampaignWish) -> "CampaignOrder":
    """The order that a wish makes; BadInput unless it says once whom the campaign is for, NotFound for a
    scenario or an audience that the shop does not have."""
    from churn_pipeline.campaigns.campaign_order import CampaignOrder

    given = [wish.scenario is not None, wish.audience is not None, bool(wish.customers), wish.best]
    if sum(given) != 1:
        raise BadInput(
            "Say once whom the campaign is for: either a scenario, an audience, customers by their ids, or "
            "best, the list with the greatest expected profit."
        )
    source, scenario, customers = CampaignSource(kind="best", id=None), None, None
    if wish.scenario is not None:
        source = CampaignSource(kind="scenario", id=wish.scenario)
        scenario = _scenario(settings, caller, shop, wish.scenario)
    if wish.audience is not None:
        found, customers = _audience(settings, caller, shop, wish.audience)
        source = CampaignSource(kind="audience", id=found)
    if wish.customers:
        source, customers = CampaignSource(kind="customers", id=None), list(wish.customers)
    return CampaignOrder(
        name=wish.name,
        source=source,
        scenario=scenario,
        audience=customers,
        offers=wish.offers,
        control=wish.control,
        precision=wish.precision,
        no_control_reason=wish.no_control_reason,
        starts_at=wish.starts_at,
        budget=wish.budget,
        capacity=wish.capacity,
        offer_capacities=wish.offer_capacities,
        seed=wish.seed,
    )


def _scenario(settings: Settings, caller: Caller, shop: str, scenario_id: str) -> dict[str, Any]:
    """The inputs of a kept scenario, or of one of the shop's ROI scenarios, by its name."""
    from churn_pipeline.access.scenarios import scenario as kept_scenario
    from churn_pipeline.service.money import simulate

    store = opened(settings, caller, shop).store
    rows = store.read("roi_scenarios").to_dict("records") if store.exists("roi_scenarios") else []
    named = [row for row in rows if row["scenario"] == scenario_id]
    if not named:
        return kept_scenario(settings, shop, scenario_id).inputs
    inputs: dict[str, Any] = simulate(
        settings,
        caller,
        shop,
        targets=int(named[0]["target_count"]),
        discount_percent=float(named[0]["discount_percent"]),
    )["inputs"]
    return inputs | {"high_risk_only": scenario_id == "all_high_risk"}


def _audience(settings: Settings, caller: Caller, shop: str, name: str) -> tuple[str, list[str]]:
    """The id of an audience, and the customers that it holds now."""
    from churn_pipeline.access.audiences import audience
    from churn_pipeline.service.customers.customer_file import current_file
    from churn_pipeline.service.customers.filters import CustomerFilter

    kept = audience(settings, shop, name)
    file = current_file(settings, opened(settings, caller, shop).store.folder)
    condition, values = CustomerFilter.model_validate(kept.filters).conditions(file.columns)
    with file.cursor() as cursor:
        rows = cursor.execute(f"SELECT customer_id FROM customers WHERE {condition}", values).fetchall()  # noqa: S608
    return kept.id, [str(row[0]) for row in rows]
