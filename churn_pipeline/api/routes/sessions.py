"""Shops and how they are set up: the mapping, the threshold, the money assumptions."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query

from churn_pipeline.api.conventions import Installation, SessionId, SignedIn
from churn_pipeline.api.own_words import told_in_own_words
from churn_pipeline.api.problems import problems
from churn_pipeline.api.security.idempotent_route import IdempotentRoute, idempotency_key
from churn_pipeline.service import shops
from churn_pipeline.service.answers import ConfigureAnswer, ShopOverview, ShopSettings
from churn_pipeline.service.delivery import configure
from churn_pipeline.service.requests import ConfigureRequest

router = APIRouter(tags=["sessions"], route_class=IdempotentRoute)
EXAMPLES = {
    "as in the specification": {
        "value": {
            "upload_id": "3a7bd3e2360a",
            "column_mapping": {
                "customer_id": "user_id",
                "date": "order_date",
                "amount": "total_price",
                "product": "item_name",
            },
            "churn_threshold_days": 60,
        }
    },
    "money assumptions alone": {
        "value": {"session_id": "coffee", "money": {"gross_margin": 0.4, "contact_cost": 0.5}}
    },
}


@router.post("/configure", responses=problems(409, 503), dependencies=[Depends(idempotency_key)])
def configure_session(
    settings: Installation,
    caller: SignedIn,
    request: Annotated[ConfigureRequest, Body(openapi_examples=EXAMPLES)],  # type: ignore[arg-type]
) -> ConfigureAnswer:
    """Says how an upload is to be read and what churn means for its shop, and checks the data; the next
    training takes it in."""
    answer = configure.configure(settings, caller, request)
    checked = told_in_own_words(answer.validation_results, "problems", "notes")
    return answer.model_copy(update={"validation_results": checked})


@router.get("/shops", responses=problems())
def list_shops(settings: Installation, caller: SignedIn) -> list[ShopOverview]:
    """The shops that the key opens, and how fresh their scores are."""
    return shops.my_shops(settings, caller)


@router.get("/shops/{session_id}", responses=problems())
def get_shop(settings: Installation, caller: SignedIn, session_id: SessionId) -> ShopOverview:
    """One shop."""
    return shops.overview(settings, caller, session_id)


@router.get("/shops/{session_id}/settings", responses=problems())
def get_shop_settings(settings: Installation, caller: SignedIn, session_id: SessionId) -> ShopSettings:
    """How a shop is set up; `POST /configure` changes it."""
    return shops.shop_settings(settings, caller, session_id)


@router.get("/shops/{session_id}/definition", responses=problems())
def preview_definition(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    churn_threshold_days: Annotated[
        int | None, Query(ge=1, le=730, description="one threshold alone, for a slider")
    ] = None,
) -> dict[str, Any]:
    """What churn would mean at several thresholds: customers, churn rate, false alarms; before anything is
    trained."""
    return shops.definition_preview(settings, caller, session_id, churn_threshold_days)
