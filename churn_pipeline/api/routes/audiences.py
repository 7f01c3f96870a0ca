"""Audiences: filters over a shop's customers that were given a name."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from churn_pipeline.api.conventions import Installation, SessionId, SignedIn
from churn_pipeline.api.problems import problems
from churn_pipeline.service import scenarios
from churn_pipeline.service.answers import AudienceAnswer
from churn_pipeline.service.requests import AudienceRequest

router = APIRouter(tags=["audiences"])
AudienceId = Annotated[str, Path(max_length=100, description="its id or its name")]


@router.post("/audiences", status_code=201, responses=problems(409))
def save_audience(
    settings: Installation, caller: SignedIn, request: AudienceRequest, response: Response
) -> AudienceAnswer:
    """Keeps a filter under a name; the same name again takes the new filter."""
    kept = scenarios.keep_audience(settings, caller, request.session_id, request.name, request.filters)
    response.headers["Location"] = f"/api/v1/audiences/{request.session_id}/{kept.audience_id}"
    return kept


@router.get("/audiences/{session_id}", responses=problems(409))
def list_audiences(settings: Installation, caller: SignedIn, session_id: SessionId) -> list[AudienceAnswer]:
    """A shop's audiences, and how many customers each fits now."""
    return scenarios.audiences(settings, caller, session_id)


@router.get("/audiences/{session_id}/{audience_id}", responses=problems(409))
def get_audience(
    settings: Installation, caller: SignedIn, session_id: SessionId, audience_id: AudienceId
) -> AudienceAnswer:
    """One audience."""
    return scenarios.audience(settings, caller, session_id, audience_id)


@router.delete("/audiences/{session_id}/{audience_id}", status_code=204, responses=problems())
def delete_audience(
    settings: Installation, caller: SignedIn, session_id: SessionId, audience_id: AudienceId
) -> None:
    """Removes an audience."""
    scenarios.delete_audience(settings, caller, session_id, audience_id)
