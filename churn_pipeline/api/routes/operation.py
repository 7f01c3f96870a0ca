"""How the installation is: alive, ready, which version, in figures; and what its problems mean."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from churn_pipeline.api.conventions import Installation, Limit, SignedIn
from churn_pipeline.api.problems import problems
from churn_pipeline.core.errors import NotFound
from churn_pipeline.service import audit, installation
from churn_pipeline.service.audit import AuditEntry
from churn_pipeline.service.errors import REMEDIES, TITLES
from churn_pipeline.service.requests import ShopKey

TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}
UNKNOWN_NAME: dict[int | str, dict[str, Any]] = {422: problems()[422]}
router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"


class Version(BaseModel):
    """What runs here."""

    version: str
    api: str = Field(default="v1", description="the part of the address")


class ProblemKind(BaseModel):
    """A kind of problem."""

    kind: str
    title: str
    remedy: str = Field(description="what to do about it, in a sentence")


@router.get("/health", responses=UNKNOWN_NAME)
def get_health() -> Health:
    """Whether the process answers."""
    return Health()


@router.get("/ready", responses=problems(503))
def get_readiness(settings: Installation) -> Health:
    """Whether it can work: the home can be written to and its databases answer."""
    installation.require_ready(settings)
    return Health(status="ready")


@router.get("/version", responses=UNKNOWN_NAME)
def get_version(request: Request) -> Version:
    """Which version runs here."""
    return Version(version=request.app.version)


@router.get("/metrics", response_class=Response, responses={**problems(), 200: TEXT})
def get_metrics(request: Request, _: SignedIn) -> Response:
    """Requests and their durations, for Prometheus."""
    return Response(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")


@router.get("/audit", responses=problems())
def list_accesses(
    settings: Installation,
    caller: SignedIn,
    session_id: Annotated[ShopKey | None, Query(description="of one shop alone")] = None,
    customer_id: Annotated[
        str | None, Query(min_length=1, max_length=500, description="of one customer alone")
    ] = None,
    limit: Limit = 100,
) -> list[AuditEntry]:
    """Who was given which customers' data, newest first. It needs an administrator's key."""
    return audit.accesses(settings, caller, session_id, customer_id, limit)


@router.get("/problems/{kind}", responses={404: problems()[404], 422: problems()[422]})
def get_problem_kind(kind: Annotated[str, Path(max_length=60)]) -> ProblemKind:
    """What a problem's `type` means, and what to do about it."""
    if kind not in TITLES:
        raise NotFound(f"There is no kind of problem {kind!r}.")
    return ProblemKind(kind=kind, title=TITLES[kind], remedy=REMEDIES[kind])
