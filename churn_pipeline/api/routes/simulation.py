"""Campaigns simulated, kept, compared."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import StringConstraints

from churn_pipeline.api.conventions import Installation, Limit, Offset, SessionId, SignedIn
from churn_pipeline.api.problems import problems
from churn_pipeline.service import scenarios
from churn_pipeline.service.answers import ScenarioAnswer, ScenarioComparison, ScenarioPreview
from churn_pipeline.service.requests import PreviewRequest, SimulateRequest

router = APIRouter(tags=["simulation"])
FORM = "^scen_[0-9a-f]{1,32}$"
ScenarioId = Annotated[str, Path(pattern=FORM, examples=["scen_0123456789abcdef"])]
EXAMPLE = {
    "session_id": "coffee",
    "scenario": {"target_count": 100, "discount_percent": 20, "success_rate": 0.35},
}


@router.post("/simulate", responses=problems())
def simulate(
    settings: Installation,
    caller: SignedIn,
    request: Annotated[SimulateRequest, Body(examples=[EXAMPLE])],
    response: Response,
) -> ScenarioAnswer:
    """What a campaign would cost and return; kept under its scenario_id."""
    shop = request.session_id
    kept = scenarios.simulate_and_keep(settings, caller, shop, request.scenario, request.name)
    response.headers["Location"] = f"/api/v1/scenarios/{shop}/{kept.scenario_id}"
    return kept


@router.post("/simulate/preview", responses=problems())
def preview_scenario(
    settings: Installation,
    caller: SignedIn,
    request: Annotated[PreviewRequest, Body(examples=[EXAMPLE])],
) -> ScenarioPreview:
    """The same with the profit over every length of the list; nothing is kept, so the right to read will
    do."""
    return scenarios.preview(settings, caller, request.session_id, request.scenario)


@router.get("/scenarios/{session_id}", responses=problems())
def list_scenarios(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    named: Annotated[bool, Query(description="those with a name alone")] = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> list[ScenarioAnswer]:
    """Kept scenarios, newest first."""
    return scenarios.scenarios(settings, caller, session_id, limit, offset, named=named)


@router.get("/scenarios/{session_id}/compare", responses=problems())
def compare_scenarios(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    scenario_id: Annotated[
        list[Annotated[str, StringConstraints(pattern=FORM)]],
        Query(
            description="2 to 20 of them",
            min_length=2,
            max_length=20,
            json_schema_extra={"uniqueItems": True},
        ),
    ],
) -> ScenarioComparison:
    """Scenarios beside each other: where their inputs differ, and which earns most."""
    return scenarios.compare(settings, caller, session_id, scenario_id)


@router.get("/scenarios/{session_id}/{scenario_id}", responses=problems())
def get_scenario(
    settings: Installation, caller: SignedIn, session_id: SessionId, scenario_id: ScenarioId
) -> ScenarioAnswer:
    """A kept scenario."""
    return scenarios.scenario(settings, caller, session_id, scenario_id)


@router.delete("/scenarios/{session_id}/{scenario_id}", status_code=204, responses=problems())
def delete_scenario(
    settings: Installation, caller: SignedIn, session_id: SessionId, scenario_id: ScenarioId
) -> None:
    """Removes a kept scenario."""
    scenarios.delete_scenario(settings, caller, session_id, scenario_id)
