"""Campaigns with a control group: created, listed, the list of those to contact as a file, and what came of
them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from churn_pipeline.core.documents.campaigns import (
    CampaignPlan,
    CampaignProgram,
    CampaignResults,
    CampaignSummary,
)
from churn_pipeline.core.documents.uplift import Uplift
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.reports.export import Exported, Format
from churn_pipeline.service.answers import CampaignMembersAnswer, DoNotContactAnswer, DoNotContactChange
from churn_pipeline.service.callers import Caller, require_write
from churn_pipeline.service.campaign_wish import CampaignWish, campaign_order
from churn_pipeline.service.errors import NotAllowed
from churn_pipeline.service.exports import ExportedFile, exported_file
from churn_pipeline.service.held import held
from churn_pipeline.service.shops import opened

if TYPE_CHECKING:
    from churn_pipeline.campaigns.customer_lists import ListChange

PATIENCE_SECONDS = 20
"""With a run of the shop; whoever waits in front of a page is told then."""


def create(settings: Settings, caller: Caller, shop: str, wish: CampaignWish) -> CampaignPlan:
    """Draws a campaign and keeps it: see campaigns.creation. BadInput, NotFound, NotAllowed."""
    require_write(caller)
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.creation import create_campaign

    order = campaign_order(settings, caller, shop, wish)
    with held(run.settings, run.shop, PATIENCE_SECONDS):
        return create_campaign(run, order, caller.name, _now())


def withdraw(settings: Settings, caller: Caller, shop: str, campaign_id: str) -> CampaignPlan:
    """Takes back a campaign that nobody was contacted for; what it was. BadInput once its outcome begins to
    show, NotFound, NotAllowed."""
    require_write(caller)
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.kept_campaigns import withdraw_campaign
    from churn_pipeline.campaigns.measurement.campaign_results import data_end

    with held(run.settings, run.shop, PATIENCE_SECONDS):
        return withdraw_campaign(run.store, campaign_id, caller.name, _now(), data_end(run))


def preview(settings: Settings, caller: Caller, shop: str, wish: CampaignWish) -> CampaignPlan:
    """A campaign as it would be created; nothing is kept, and nobody's arm is told. Errors: see create."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.creation import planned_campaign

    return planned_campaign(run, campaign_order(settings, caller, shop, wish), caller.name, _now())[0]


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


def members(
    settings: Settings,
    caller: Caller,
    shop: str,
    campaign_id: str,
    arm: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> CampaignMembersAnswer:
    """A page of a campaign's customers as they were drawn, by customer id, without contact details.

    NotFound for an unknown campaign, BadInput for an arm that it does not have."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.kept_campaigns import campaign_members, kept_campaign
    from churn_pipeline.core.documents.json_values import json_safe

    arms = [one.arm for one in kept_campaign(run.store, campaign_id).arms]
    if arm is not None and arm not in arms:
        raise BadInput(f"arm={arm!r}: the campaign's arms are {', '.join(arms)}.")
    drawn = campaign_members(run.store, campaign_id).sort_values("customer_id")
    found = drawn if arm is None else drawn[drawn["arm"] == arm]
    page = found.iloc[offset : offset + limit].drop(columns=["campaign_id"])
    return CampaignMembersAnswer(
        session_id=shop,
        campaign_id=campaign_id,
        total=len(found),
        members=json_safe(page.to_dict("records")),
    )


def program(settings: Settings, caller: Caller, shop: str) -> CampaignProgram:
    """What all campaigns together did at the last look (every scoring takes one), against the customers held
    out of all of them; without outcomes before the first campaign's first week."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.kept_campaigns import kept_program

    nothing = CampaignProgram(since=None, until=None, customers=0, held_out=0, outcomes=[], sentences=[])
    return kept_program(run.store) or nothing


def found_results(settings: Settings, caller: Caller, shop: str, campaign_id: str) -> CampaignResults:
    """What came of a campaign when it was last looked at; before the first look what can be said now.
    Changes nothing. NotFound for an unknown campaign."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.kept_campaigns import kept_campaign, kept_results
    from churn_pipeline.campaigns.measurement.campaign_results import campaign_results

    plan = kept_campaign(run.store, campaign_id)
    return kept_results(run.store, campaign_id) or campaign_results(run, plan)


def results(
    settings: Settings, caller: Caller, shop: str, campaign_id: str, responses: Path | None = None
) -> CampaignResults:
    """What came of a campaign, from the orders that have arrived; kept, with the table campaign_results.

    responses: a file of the customers who used the offer; without the right to write, what was found last is
    given. NotFound for an unknown campaign."""
    run = opened(settings, caller, shop)
    if responses is None and not caller.can_write:
        return found_results(settings, caller, shop, campaign_id)
    require_write(caller)
    from churn_pipeline.campaigns import kept_campaigns as kept
    from churn_pipeline.campaigns.measurement import campaign_results as measured
    from churn_pipeline.campaigns.measurement.program import campaign_program
    from churn_pipeline.campaigns.measurement.responses import told_responses

    plan = kept.kept_campaign(run.store, campaign_id)
    used = None if responses is None else told_responses(run, plan, responses)
    with held(run.settings, run.shop, PATIENCE_SECONDS):
        found = measured.campaign_results(run, plan, used)
        kept.keep_results(run.store, [found])
        table, every = measured.shop_campaign_results(run)
        kept.keep_results(run.store, every)
        kept.keep_program(run.store, campaign_program(run, measured.data_end(run)))
        run.store.write("campaign_results", table, f"campaign {campaign_id}")
    return found


def whom_contacting_changes(settings: Settings, caller: Caller, shop: str) -> Uplift | None:
    """What the newest run has learned from all campaigns; None before there was one that looked."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.uplift.learned_profit import kept_uplift

    return kept_uplift(run.store)


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


def list_file(
    settings: Settings,
    caller: Caller,
    shop: str,
    campaign_id: str,
    file_format: Format,
    columns: str | None = None,
) -> ExportedFile:
    """The same as a file of its own, to hand out and to discard afterwards."""
    name = f"{shop}-campaign.{file_format}"

    def write(path: Path) -> Exported:
        return write_list(settings, caller, shop, campaign_id, path, file_format, columns)

    return exported_file(settings, name, file_format, write)


def do_not_contact(settings: Settings, caller: Caller, shop: str, path: Path) -> DoNotContactChange:
    """Adds a file's customers to those whom no campaign contacts."""
    require_write(caller)
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.customer_lists import add_do_not_contact

    with held(run.settings, run.shop, PATIENCE_SECONDS):
        return _changed(shop, add_do_not_contact(run, path, _now()))


def contact_history(settings: Settings, caller: Caller, shop: str, path: Path | None) -> list[str]:
    """What is known of campaigns that another program has sent, in sentences; path: a file of more."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.contact_history import add_contact_history, history_in_words

    if path is None:
        return history_in_words(run)
    require_write(caller)
    with held(run.settings, run.shop, PATIENCE_SECONDS):
        return add_contact_history(run, path)


def add_do_not_contact(
    settings: Settings, caller: Caller, shop: str, customers: Sequence[str]
) -> DoNotContactChange:
    """The same for customers named one by one."""
    require_write(caller)
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.customer_lists import add_customers

    with held(run.settings, run.shop, PATIENCE_SECONDS):
        return _changed(shop, add_customers(run, customers, f"told by {caller.name}", _now()))


def remove_do_not_contact(
    settings: Settings, caller: Caller, shop: str, customers: Sequence[str]
) -> DoNotContactChange:
    """Takes customers off the list again: campaigns that are drawn from now on may contact them. NotFound
    where one does not stand on it."""
    require_write(caller)
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.customer_lists import remove_customers

    with held(run.settings, run.shop, PATIENCE_SECONDS):
        return _changed(shop, remove_customers(run, customers))


def do_not_contact_list(
    settings: Settings, caller: Caller, shop: str, limit: int = 100, offset: int = 0
) -> DoNotContactAnswer:
    """A page of those whom no campaign contacts, by customer id."""
    run = opened(settings, caller, shop)
    from churn_pipeline.campaigns.customer_lists import do_not_contact_list as listed
    from churn_pipeline.core.documents.json_values import json_safe

    found = listed(run.store).sort_values("customer_id")
    page = found.iloc[offset : offset + limit]
    return DoNotContactAnswer(session_id=shop, total=len(found), customers=json_safe(page.to_dict("records")))


def _changed(shop: str, change: "ListChange") -> DoNotContactChange:
    return DoNotContactChange(session_id=shop, sentences=change.sentences, **asdict(change))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
