"""Webhooks: messages to a shop's own systems when a job has ended."""

from typing import Annotated

from fastapi import APIRouter, Path

from churn_pipeline.api.conventions import Installation, SessionId, SignedIn
from churn_pipeline.api.problems import problems
from churn_pipeline.service import webhooks
from churn_pipeline.service.webhooks import NewWebhook, WebhookAnswer, WebhookRequest

router = APIRouter(tags=["webhooks"])


@router.post("/webhooks", status_code=201, responses=problems())
def create_webhook(settings: Installation, caller: SignedIn, request: WebhookRequest) -> NewWebhook:
    """Sends a signed message to an address whenever a job of the shop has ended. One that does not arrive is
    sent again, over a day and a half."""
    return webhooks.create_webhook(settings, caller, request)


@router.get("/webhooks/{session_id}", responses=problems())
def list_webhooks(settings: Installation, caller: SignedIn, session_id: SessionId) -> list[WebhookAnswer]:
    """A shop's webhooks."""
    return webhooks.webhooks(settings, caller, session_id)


@router.delete("/webhooks/{session_id}/{webhook_id}", status_code=204, responses=problems())
def delete_webhook(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    webhook_id: Annotated[str, Path(max_length=40)],
) -> None:
    """Removes a webhook, and what was still to be sent to it."""
    webhooks.delete_webhook(settings, caller, session_id, webhook_id)
