"""Webhooks of a shop: who is told when a job has ended."""

from pydantic import Field

from churn_pipeline.access.webhooks import subscriptions
from churn_pipeline.access.webhooks.deliveries import Standing, standings
from churn_pipeline.core.documents.document import Document, UtcTime
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller, require_write
from churn_pipeline.service.json_values import Request
from churn_pipeline.service.requests import ShopKey
from churn_pipeline.service.shops import require_known


class WebhookRequest(Request):
    """Where messages about a shop's jobs shall go."""

    session_id: ShopKey = Field(description="the shop's key")
    url: str = Field(
        max_length=2000,
        pattern="^https?://[^/\\s]",
        description="takes a POST for each job that has ended; https, on a public address",
        examples=["https://shop.example.com/churn"],
    )


class WebhookAnswer(Document):
    """A webhook."""

    webhook_id: str
    session_id: str
    url: str
    created_by: str
    created_at: UtcTime
    messages_waiting: int = Field(default=0, description="to be sent, or sent again")
    messages_given_up: int = Field(default=0, description="after the last attempt, in the last 30 days")
    last_arrived_at: UtcTime | None = None
    last_problem: str | None = Field(default=None, description="why the newest message has not arrived")


class NewWebhook(WebhookAnswer):
    """A webhook that was just made, with what its messages are signed with."""

    secret: str = Field(
        description="shown this once. The header `Churn-Signature: t=TIMESTAMP,v1=HEX` of a message holds "
        "the HMAC-SHA256 of `TIMESTAMP.BODY` with this secret"
    )


def create_webhook(settings: Settings, caller: Caller, request: WebhookRequest) -> NewWebhook:
    """Subscribes an address, also before the shop's first run. BadInput for one that nothing may be sent
    to."""
    require_known(settings, caller, request.session_id)
    require_write(caller)
    made, secret = subscriptions.create_webhook(settings, request.session_id, request.url, caller.name)
    return NewWebhook(**_answer(made).model_dump(), secret=secret)


def webhooks(settings: Settings, caller: Caller, shop: str) -> list[WebhookAnswer]:
    """A shop's webhooks, without their secrets, and how their messages stand."""
    require_known(settings, caller, shop)
    stand = standings(settings, shop)
    return [_answer(found, stand.get(found.id)) for found in subscriptions.list_webhooks(settings, shop)]


def delete_webhook(settings: Settings, caller: Caller, shop: str, webhook_id: str) -> None:
    """Tells an address no more; NotFound where the shop has no such webhook."""
    require_known(settings, caller, shop)
    require_write(caller)
    subscriptions.delete_webhook(settings, shop, webhook_id)


def _answer(webhook: subscriptions.Webhook, stand: Standing | None = None) -> WebhookAnswer:
    stand = stand or Standing(0, 0, None, None)
    return WebhookAnswer(
        webhook_id=webhook.id,
        session_id=webhook.shop,
        url=webhook.url,
        created_by=webhook.created_by,
        created_at=webhook.created_at,
        messages_waiting=stand.waiting,
        messages_given_up=stand.given_up,
        last_arrived_at=stand.arrived_at,
        last_problem=stand.problem,
    )
