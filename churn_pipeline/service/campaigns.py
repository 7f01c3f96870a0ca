"""Campaigns with a control group: created, listed, the list of those to contact as a file, and what came of
them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.documents.campaigns import (
    CampaignPlan,
    CampaignResults,
    CampaignSource,
    CampaignSummary,
)
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.reports.export import Exported, Format
from churn_pipeline.service.callers import Caller, require_write
from churn_pipeline.service.errors import NotAllowed
from churn_pipeline.service.shops import opened
from churn_pipeline.shop.run import ShopRun

if TYPE_CHECKING:
    from churn_pipeline.campaigns.campaign_order import CampaignOrder


@dataclass(frozen=True)
class CampaignWish:
    """A campaign as it is asked for. Exactly one of scenario (id of a kept scenario, or a name of the shop's
    ROI scenarios such as top_100), audience (name or id) and best; the rest: see CampaignOrder."""

    name: str
    scenario: str | None = None
    audience: str | None = None
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


def create(settings: Settings, caller: Caller, shop: str, wish: CampaignWish) -> CampaignPlan:
    """Draws a campaign and keeps it: see campaigns.creation. BadInput, NotFound, NotAllowed."""
    require_write(caller)
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.creation import create_campaign

    order = _order(settings, caller, shop, wish)
    with _locked(run):
        return create_campaign(run, order, caller.name, _now())


def campaign_list(settings: Settings, caller: Caller, shop: str) -> list[CampaignSummary]:
    """A shop's campaigns, the newest first."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.kept_campaigns import campaign_summaries

    return campaign_summaries(run.store)


def plan(settings: Settings, caller: Caller, shop: str, campaign_id: str) -> CampaignPlan:
    """A campaign as it was created; NotFound where the shop has none of that id."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.kept_campaigns import kept_campaign

    return kept_campaign(run.store, campaign_id)


def results(
    settings: Settings, caller: Caller, shop: str, campaign_id: str, responses: Path | None = None
) -> CampaignResults:
    """What came of a campaign, from the orders that have arrived; kept, with the table campaign_results.

    responses: a file of the customers who used the offer; without the right to write, what was found last is
    given. NotFound for an unknown campaign."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns import kept_campaigns as kept
    from churn_pipeline.campaigns.customer_lists import listed_customers
    from churn_pipeline.campaigns.measurement.campaign_results import campaign_results, shop_campaign_results

    plan = kept.kept_campaign(run.store, campaign_id)
    if responses is None and not caller.can_write:
        return kept.kept_results(run.store, campaign_id) or campaign_results(run, plan)
    require_write(caller)
    used = None if responses is None else listed_customers(run, responses)["customer_id"]
    with _locked(run):
        found = campaign_results(run, plan, used)
        kept.keep_results(run.store, [found])
        table, every = shop_campaign_results(run)
        kept.keep_results(run.store, every)
        run.store.write("campaign_results", table, f"campaign {campaign_id}")
    return found


def write_list(
    settings: Settings,
    caller: Caller,
    shop: str,
    campaign_id: str,
    path: Path,
    file_format: Format | None = None,
    columns: str | None = None,
) -> Exported:
    """Writes those whom the campaign contacts, and nobody of the control group, with contact details, reason,
    offer and message; NotAllowed without the right to see contact details."""
    run = opened(settings, caller, shop)
    if not caller.can_see_contacts:
        raise NotAllowed(f"{caller.name} may not see contact details, which campaign lists hold.")
    from churn_pipeline.reports.campaign_export import export_campaign

    return export_campaign(run, campaign_id, path, file_format, columns)


def do_not_contact(settings: Settings, caller: Caller, shop: str, path: Path) -> list[str]:
    """Adds a file's customers to those whom no campaign contacts; what came of it, in sentences."""
    require_write(caller)
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.customer_lists import add_do_not_contact

    with _locked(run):
        return add_do_not_contact(run, path, _now())


def _order(settings: Settings, caller: Caller, shop: str, wish: CampaignWish) -> "CampaignOrder":
    from churn_pipeline.campaigns.campaign_order import CampaignOrder

    given = [wish.scenario is not None, wish.audience is not None, wish.best]
    if sum(given) != 1:
        raise BadInput(
            "Say whom the campaign is for: either --scenario ID, --audience NAME, or --best, the list with "
            "the greatest expected profit."
        )
    source, scenario, audience = CampaignSource(kind="best", id=None), None, None
    if wish.scenario is not None:
        source = CampaignSource(kind="scenario", id=wish.scenario)
        scenario = _scenario(settings, caller, shop, wish.scenario)
    if wish.audience is not None:
        found, audience = _audience(settings, caller, shop, wish.audience)
        source = CampaignSource(kind="audience", id=found)
    return CampaignOrder(
        name=wish.name,
        source=source,
        scenario=scenario,
        audience=audience,
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


@contextmanager
def _locked(run: ShopRun) -> Iterator[None]:
    from churn_pipeline.runtime.locks import shop_lock, take

    lock = shop_lock(run.settings, run.shop)
    take(lock, run.settings, run.shop)
    try:
        yield
    finally:
        lock.release()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
