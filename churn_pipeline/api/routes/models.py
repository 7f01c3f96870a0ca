"""The models behind the probabilities: which there are, another one in use, how they held and what moves
them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from churn_pipeline.api.conventions import Installation, SessionId, SignedIn
from churn_pipeline.api.problems import problems
from churn_pipeline.service import analysis, models
from churn_pipeline.service.analysis import CalibrationAnswer, DependenceAnswer, ShapSummary
from churn_pipeline.service.models import ChampionDecision, ModelsAnswer, PromoteRequest

router = APIRouter(tags=["models"])


@router.get("/models/{session_id}", responses=problems())
def get_models(settings: Installation, caller: SignedIn, session_id: SessionId) -> ModelsAnswer:
    """The registered models, which one is in use, and who replaced whom and why."""
    return ModelsAnswer.model_validate(models.models(settings, caller, session_id))


@router.post("/models/{session_id}/promote", responses=problems(409))
def promote_model(
    settings: Installation, caller: SignedIn, session_id: SessionId, request: PromoteRequest
) -> ChampionDecision:
    """Takes another registered version into use, from the next scoring on; an older one is a rollback."""
    note = models.promote(settings, caller, session_id, request.version, request.reason)
    return ChampionDecision.model_validate(note)


@router.get("/calibration/{session_id}", responses=problems())
def get_calibration(settings: Installation, caller: SignedIn, session_id: SessionId) -> CalibrationAnswer:
    """Whether probabilities held at the test: customers in groups of like probability, and what happened."""
    return analysis.calibration(settings, caller, session_id)


@router.get("/dependence/{session_id}/{feature}", responses=problems())
def get_dependence(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    feature: Annotated[str, Path(max_length=100, examples=["days_since_last_purchase"])],
) -> DependenceAnswer:
    """How one feature moves the probability: the mean curve, and what it contributes for single customers."""
    return analysis.dependence(settings, caller, session_id, feature)


@router.get("/shap-summary/{session_id}", responses=problems())
def get_shap_summary(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    features: Annotated[int, Query(ge=1, le=50, description="how many of the most important ones")] = 10,
) -> ShapSummary:
    """What the most important features add to the log-odds of customers, by the value that they have."""
    return analysis.shap_summary(settings, caller, session_id, features)
