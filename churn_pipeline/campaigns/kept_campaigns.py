"""Campaigns as a shop keeps them: a document each, and the members of all in one table."""

import hashlib
import re
import unicodedata
from datetime import datetime
from typing import Literal

import pandas as pd

from churn_pipeline.churn_definition.treated_labels import campaign_treatments
from churn_pipeline.core.documents.campaigns import (
    CampaignPlan,
    CampaignProgram,
    CampaignResults,
    CampaignSummary,
    WithdrawnCampaign,
)
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CAMPAIGN_MEMBERS, CAMPAIGN_RESULTS

LONGEST_NAME = 60
_PROGRAM = "campaigns/program"
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def campaign_key(name: str) -> str:
    """The key of a campaign of that name: "Spring sale!" is spring-sale. BadInput for a name that has no
    letter or digit, is not printable, or is too long. A name in another script gets a key from its digest."""
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise BadInput(f"The campaign's name: expected at most {LONGEST_NAME} printable characters.")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not key and any(character.isalnum() for character in name):
        key = f"campaign-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    if not key:
        raise BadInput(f"The campaign's name {name!r}: expected letters or digits among its characters.")
    return key


def require_free(store: ShopStore, campaign_id: str) -> None:
    """BadInput where there is a campaign of that key."""
    if store.has_document(_place(campaign_id)):
        raise BadInput(
            f"There is a campaign {campaign_id!r} already, and what it drew stays: take another name."
        )


def keep_campaign(store: ShopStore, plan: CampaignPlan, members: pd.DataFrame) -> None:
    """Adds a campaign; the caller holds the shop's lock. BadInput where there is one of that key."""
    require_free(store, plan.campaign_id)
    known = campaign_members(store)
    store.write(
        CAMPAIGN_MEMBERS.name,
        pd.concat([*([known] if len(known) else []), members], ignore_index=True),
        f"campaign {plan.campaign_id}",
    )
    store.write_document(_place(plan.campaign_id), plan.model_dump())


def kept_campaign(store: ShopStore, campaign_id: str) -> CampaignPlan:
    """One campaign; NotFound where the shop has none of that key."""
    if not _KEY.fullmatch(campaign_id) or not store.has_document(_place(campaign_id)):
        known = ", ".join(plan.campaign_id for plan in kept_campaigns(store)) or "none yet"
        raise NotFound(f"Shop {store.shop!r} has no campaign {campaign_id!r} (known: {known}).")
    return CampaignPlan.model_validate(store.document(_place(campaign_id)))


def kept_campaigns(store: ShopStore) -> list[CampaignPlan]:
    """All campaigns of a shop, the newest first."""
    plans = [CampaignPlan.model_validate(document) for document in store.documents("campaigns/*/plan")]
    return sorted(plans, key=lambda plan: (plan.starts_at, plan.created_at), reverse=True)


def keep_results(store: ShopStore, results: list[CampaignResults]) -> None:
    """Writes what came of campaigns, a document each."""
    for found in results:
        store.write_document(f"campaigns/{found.campaign_id}/results", found.model_dump())


def kept_results(store: ShopStore, campaign_id: str) -> CampaignResults | None:
    """What came of a campaign when it was last looked at; None before the first look."""
    place = f"campaigns/{campaign_id}/results"
    return CampaignResults.model_validate(store.document(place)) if store.has_document(place) else None


def keep_program(store: ShopStore, program: CampaignProgram) -> None:
    """Writes what all campaigns do together."""
    store.write_document(_PROGRAM, program.model_dump())


def kept_program(store: ShopStore) -> CampaignProgram | None:
    """What all campaigns did together at the last look; None before the first."""
    if not store.has_document(_PROGRAM):
        return None
    return CampaignProgram.model_validate(store.document(_PROGRAM))


def withdraw_campaign(
    store: ShopStore, campaign_id: str, by: str, now: datetime, until: datetime
) -> CampaignPlan:
    """Takes back a campaign that nobody was contacted for: its members are free again, and so is its name;
    the plan stays as the document `withdrawn`. The caller holds the shop's lock. now: UTC, naive; until: the
    instant up to which orders have arrived.

    BadInput once an order after its start has arrived, as its outcome could be the reason; NotFound where the
    shop has none of that id."""
    plan = kept_campaign(store, campaign_id)
    if until > plan.starts_at:
        raise BadInput(
            f"Orders until {until:%Y-%m-%d} have arrived, after the start of {plan.name!r} on "
            f"{plan.starts_at:%Y-%m-%d}: a campaign whose outcome begins to show stays, and its customers "
            "count as contacted."
        )
    note = WithdrawnCampaign(withdrawn_at=now, withdrawn_by=by, plan=plan)
    store.write_document(f"campaigns/{campaign_id}/withdrawn", note.model_dump())
    for table in (CAMPAIGN_MEMBERS.name, CAMPAIGN_RESULTS.name):
        if store.exists(table):
            rows = store.read(table)
            others = rows[rows["campaign_id"] != campaign_id].reset_index(drop=True)
            store.write(table, others, f"campaign {campaign_id} withdrawn")
    store.remove_document(f"campaigns/{campaign_id}/results")
    store.remove_document(_place(campaign_id))
    return plan


def orders_known_until(store: ShopStore) -> datetime:
    """The instant up to which orders have arrived: the newest that a scoring or a look at results has seen;
    0001-01-01 before the first scoring."""
    seen = [
        found.measured_at
        for plan in kept_campaigns(store)
        if (found := kept_results(store, plan.campaign_id))
    ]
    if store.exists("customer_scores"):
        seen.append(store.read("customer_scores", ["as_of"])["as_of"].max().to_pydatetime())
    return max(seen, default=datetime.min)


def campaign_summaries(store: ShopStore) -> list[CampaignSummary]:
    """All campaigns in a list, the newest first; how far they are by the orders that have arrived."""
    known_until = orders_known_until(store)
    return [
        _summary(plan, known_until, kept_results(store, plan.campaign_id)) for plan in kept_campaigns(store)
    ]


def _summary(plan: CampaignPlan, known_until: datetime, results: CampaignResults | None) -> CampaignSummary:
    state: Literal["to_start", "running", "ended"] = "running"
    if known_until <= plan.starts_at:
        state = "to_start"
    elif known_until >= plan.ends_at:
        state = "ended"
    words = {
        "to_start": f"No order after its start, {plan.starts_at:%Y-%m-%d}, has arrived yet.",
        "running": f"Orders until {known_until:%Y-%m-%d} have arrived; it ends on {plan.ends_at:%Y-%m-%d}.",
        "ended": f"It ended on {plan.ends_at:%Y-%m-%d}; all its orders have arrived.",
    }
    return CampaignSummary(
        campaign_id=plan.campaign_id,
        name=plan.name,
        created_at=plan.created_at,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        state=state,
        treated=plan.treated,
        control=plan.control,
        offers=[arm.offer for arm in plan.arms if arm.action is not None],
        expected_profit=plan.expected_profit,
        verdict=results.outcomes[0].verdict if results else None,
        sentence=words[state],
    )


def campaign_members(store: ShopStore, campaign_id: str | None = None) -> pd.DataFrame:
    """The members of one campaign, or of all; an empty table where there are none."""
    members = campaign_treatments(store, None)
    if members is None:
        return CAMPAIGN_MEMBERS.schema.empty_table().to_pandas()
    if campaign_id is None:
        return members
    return members[members["campaign_id"] == campaign_id].reset_index(drop=True)


def _place(campaign_id: str) -> str:
    return f"campaigns/{campaign_id}/plan"
