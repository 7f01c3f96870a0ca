"""Trainings and other jobs: started, followed, cancelled. They run in processes of their own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from churn_pipeline.api.conventions import Installation, Limit, Offset, SignedIn
from churn_pipeline.api.own_words import told_in_own_words
from churn_pipeline.api.problems import problems
from churn_pipeline.api.security.idempotent_route import IdempotentRoute, idempotency_key
from churn_pipeline.core.documents.service import OPEN_STATES, JobLaunch, JobStatus
from churn_pipeline.service import jobs
from churn_pipeline.service.answers import TrainAnswer
from churn_pipeline.service.requests import ShopKey, TrainRequest

router = APIRouter(tags=["jobs"], route_class=IdempotentRoute)
POLL_SECONDS = 3
STARTED = {
    "headers": {
        "Location": {"description": "where the job can be followed", "schema": {"type": "string"}},
        "Retry-After": {"description": "seconds until it is worth a look", "schema": {"type": "integer"}},
    }
}
JobId = str


@router.post(
    "/train",
    status_code=202,
    responses={**problems(409), 202: STARTED},
    dependencies=[Depends(idempotency_key)],
)
def train(settings: Installation, caller: SignedIn, request: TrainRequest, response: Response) -> TrainAnswer:
    """Takes in what was configured, trains, scores and writes the results; in the background."""
    return _started(response, *jobs.start_training(settings, caller, request.session_id))


@router.post(
    "/score",
    status_code=202,
    responses={**problems(409), 202: STARTED},
    dependencies=[Depends(idempotency_key)],
)
def score(settings: Installation, caller: SignedIn, request: TrainRequest, response: Response) -> TrainAnswer:
    """Scores the shop's customers anew with the model in use, without training."""
    return _started(response, *jobs.start_scoring(settings, caller, request.session_id))


@router.post(
    "/grade",
    status_code=202,
    responses={**problems(409), 202: STARTED},
    dependencies=[Depends(idempotency_key)],
)
def grade(settings: Installation, caller: SignedIn, request: TrainRequest, response: Response) -> TrainAnswer:
    """Holds earlier scores against what has happened since."""
    return _started(response, *jobs.start_grading(settings, caller, request.session_id))


@router.get("/train/status/{job_id}", responses=problems())
def get_job(settings: Installation, caller: SignedIn, job_id: JobId, response: Response) -> JobStatus:
    """Where a job stands, whoever started it."""
    status = told_in_own_words(jobs.job(settings, caller, job_id), "error")
    if status.status in OPEN_STATES:
        response.headers["Retry-After"] = str(POLL_SECONDS)
    return status


@router.get("/jobs", responses=problems())
def list_jobs(
    settings: Installation,
    caller: SignedIn,
    session_id: Annotated[ShopKey | None, Query(description="of one shop alone")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[JobStatus]:
    """Jobs, newest first: started here, in Dagster, by a schedule, a command or a dropped file."""
    found = jobs.jobs(settings, caller, session_id, limit, offset)
    return [told_in_own_words(job, "error") for job in found]


@router.post("/jobs/{job_id}/cancel", responses=problems())
def cancel_job(settings: Installation, caller: SignedIn, job_id: JobId) -> JobStatus:
    """Asks a job to stop; the last good results stay."""
    return jobs.cancel(settings, caller, job_id)


def _started(response: Response, launch: JobLaunch, seconds: int) -> TrainAnswer:
    response.headers["Location"] = f"/api/v1/train/status/{launch.job_id}"
    response.headers["Retry-After"] = str(POLL_SECONDS)
    return TrainAnswer(job_id=launch.job_id, status="started", estimated_time_seconds=seconds)
