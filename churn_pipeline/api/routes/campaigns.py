"""Campaigns with a control group: planned, drawn, exported, measured."""

import tempfile
from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, File, Path, Query, Response, UploadFile
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from churn_pipeline.api.conventions import Installation, Limit, Offset, SessionId, SignedIn, audited
from churn_pipeline.api.problems import problems
from churn_pipeline.api.routes.exports import FILE
from churn_pipeline.api.security.idempotent_route import IdempotentRoute, idempotency_key
from churn_pipeline.api.security.signed_in_first import SignedInFirst
from churn_pipeline.core.documents.campaigns import (
    CampaignPlan,
    CampaignProgram,
    CampaignResults,
    CampaignSummary,
)
from churn_pipeline.reports.export import Format
from churn_pipeline.service import campaigns, exports
from churn_pipeline.service.answers import CampaignMembersAnswer
from churn_pipeline.service.campaign_wish import CampaignRequest
from churn_pipeline.service.delivery.received import safe_name

router = APIRouter(tags=["campaigns"], route_class=IdempotentRoute)
files = APIRouter(route_class=SignedInFirst)
CampaignId = Annotated[
    str,
    Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="the campaign's key", examples=["spring"]),
]
EXAMPLE = {
    "session_id": "coffee",
    "name": "Spring",
    "best": True,
    "offers": ["15"],
    "control": 0.2,
    "budget": 2000,
}
Wanted = Annotated[CampaignRequest, Body(examples=[EXAMPLE])]


@router.get("/campaigns/{session_id}", responses=problems())
def list_campaigns(settings: Installation, caller: SignedIn, session_id: SessionId) -> list[CampaignSummary]:
    """A shop's campaigns, the newest first."""
    return campaigns.campaign_list(settings, caller, session_id)


@router.post("/campaigns", status_code=201, responses=problems(409), dependencies=[Depends(idempotency_key)])
def create_campaign(
    settings: Installation, caller: SignedIn, request: Wanted, response: Response
) -> CampaignPlan:
    """Draws a campaign by lot and keeps it; what was drawn is never drawn again, and the name is taken."""
    plan = campaigns.create(settings, caller, request.session_id, request.wish())
    response.headers["Location"] = f"/api/v1/campaigns/{plan.shop}/{plan.campaign_id}"
    return plan


@router.post("/campaign-preview", responses=problems())
def preview_campaign(settings: Installation, caller: SignedIn, request: Wanted) -> CampaignPlan:
    """The same campaign as a plan: how many, at what cost, what will be seen; nothing is kept."""
    return campaigns.preview(settings, caller, request.session_id, request.wish())


@router.get("/campaign-program/{session_id}", responses=problems())
def get_campaign_program(settings: Installation, caller: SignedIn, session_id: SessionId) -> CampaignProgram:
    """What all campaigns together did, as of the last look, against the customers whom none contacts."""
    return campaigns.program(settings, caller, session_id)


@router.get("/campaigns/{session_id}/{campaign_id}", responses=problems())
def get_campaign(
    settings: Installation, caller: SignedIn, session_id: SessionId, campaign_id: CampaignId
) -> CampaignPlan:
    """A campaign as it was created."""
    return campaigns.plan(settings, caller, session_id, campaign_id)


@router.delete("/campaigns/{session_id}/{campaign_id}", responses=problems(409))
def withdraw_campaign(
    settings: Installation, caller: SignedIn, session_id: SessionId, campaign_id: CampaignId
) -> CampaignPlan:
    """Takes back a campaign that nobody was contacted for, before its outcome begins to show: its customers
    and its name are free again."""
    return campaigns.withdraw(settings, caller, session_id, campaign_id)


@router.get("/campaigns/{session_id}/{campaign_id}/members", responses=problems())
def list_campaign_members(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    campaign_id: CampaignId,
    arm: Annotated[str | None, Query(max_length=100, description="of one arm alone, such as control")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> CampaignMembersAnswer:
    """A page of a campaign's customers by id: arm, stratum, chance of the arm, what was known of them."""
    found = campaigns.members(settings, caller, session_id, campaign_id, arm, limit, offset)
    audited(settings, caller, "campaign members", session_id, len(found.members))
    return found


@router.get(
    "/campaigns/{session_id}/{campaign_id}/export",
    response_class=FileResponse,
    responses={**problems(), 200: FILE},
)
def export_campaign(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    campaign_id: CampaignId,
    format: Annotated[  # noqa: A002 - as in /export
        Literal["csv", "xlsx", "parquet"], Query(description="kind of file")
    ] = "csv",
    columns: Annotated[str | None, Query(max_length=40, description="headings of a mail tool")] = None,
) -> FileResponse:
    """The list of those to contact, with contact details, reasons, offer and message; nobody of the control
    group is in it."""
    file = campaigns.list_file(settings, caller, session_id, campaign_id, Format(format), columns)
    audited(settings, caller, "campaign list", session_id, file.rows or 0)
    return FileResponse(
        file.path,
        media_type=file.media_type,
        filename=file.name,
        background=BackgroundTask(exports.discard, file.path),
    )


@router.get("/campaigns/{session_id}/{campaign_id}/results", responses=problems())
def get_campaign_results(
    settings: Installation, caller: SignedIn, session_id: SessionId, campaign_id: CampaignId
) -> CampaignResults:
    """What came of a campaign, as of the last look (every scoring takes one): the contacted against those
    left alone, with intervals and a verdict in words."""
    return campaigns.found_results(settings, caller, session_id, campaign_id)


@files.post("/campaigns/{session_id}/{campaign_id}/responses", responses=problems(409, 413))
def upload_responses(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    campaign_id: CampaignId,
    file: Annotated[UploadFile, File(description="the ids of those who used the offer, as CSV or Excel")],
) -> CampaignResults:
    """Takes a new look, and tells who used the offer: also some of those who were left alone?"""
    with tempfile.TemporaryDirectory(prefix="churn-responses-") as folder:
        path = FilePath(folder) / safe_name(file.filename or "responses.csv")
        path.write_bytes(file.file.read())
        return campaigns.results(settings, caller, session_id, campaign_id, path)


router.include_router(files)
