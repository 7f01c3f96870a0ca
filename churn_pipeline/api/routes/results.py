"""What the last run found, what the run in progress has so far, and how earlier scorings turned out."""

from typing import Any

from fastapi import APIRouter, Request, Response

from churn_pipeline.api.conventions import (
    Installation,
    SessionId,
    SignedIn,
    etag_of,
    json_answer,
    unchanged,
)
from churn_pipeline.api.problems import problems
from churn_pipeline.core.documents.results import Results
from churn_pipeline.service import results
from churn_pipeline.service.answers import PartialResults

router = APIRouter(tags=["results"])
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The asker has this state already"}}


@router.get("/results/{session_id}", response_model=Results, responses={**problems(), **NOT_MODIFIED})
def get_results(
    request: Request, settings: Installation, caller: SignedIn, session_id: SessionId
) -> Response:
    """Everything that is read first: the summary, the models compared, segments, recommendations and more."""
    path = results.results_file(settings, caller, session_id)
    stat = path.stat()
    etag = etag_of(session_id, stat.st_mtime_ns, stat.st_size)
    return unchanged(request, etag) or json_answer(path.read_bytes(), etag)


@router.get("/results/{session_id}/partial", responses=problems())
def get_partial_results(settings: Installation, caller: SignedIn, session_id: SessionId) -> PartialResults:
    """What is known while a run goes on: the profile of the data, the churn definition, the models."""
    return results.partial_results(settings, caller, session_id)


@router.get("/grades/{session_id}", responses=problems())
def get_grades(settings: Installation, caller: SignedIn, session_id: SessionId) -> list[dict[str, Any]]:
    """Every scoring beside what happened since, oldest first."""
    return results.grades(settings, caller, session_id)


@router.get("/drift/{session_id}", responses=problems())
def get_drift(settings: Installation, caller: SignedIn, session_id: SessionId) -> dict[str, Any]:
    """How far today's customers are from those that the model learned from."""
    return results.drift(settings, caller, session_id)
