"""Webhooks: addresses of a shop's own systems that are told when a job has ended."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from churn_pipeline.access.database import Base, reading, writing
from churn_pipeline.access.rights import now_utc
from churn_pipeline.access.webhooks.addresses import checked_url
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings

MOST_OF_A_SHOP = 20


class WebhookRow(Base):
    """Table `webhooks`. The secret is kept as it is: a message cannot be signed with its hash."""

    __tablename__ = "webhooks"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    shop: Mapped[str] = mapped_column(String(63), index=True)
    url: Mapped[str] = mapped_column(String(2000))
    secret: Mapped[str] = mapped_column(String(60))
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Webhook:
    """What may be shown of a webhook."""

    id: str
    shop: str
    url: str
    created_by: str
    created_at: datetime


def create_webhook(settings: Settings, shop: str, url: str, created_by: str) -> tuple[Webhook, str]:
    """A new webhook and the secret that its messages are signed with, which is shown this once. BadInput for
    an address that nothing may be sent to, or one too many."""
    row = WebhookRow(
        id=f"wh_{uuid4().hex[:16]}",
        shop=shop,
        url=checked_url(url, settings.webhooks_allow_private),
        secret=f"whsec_{secrets.token_urlsafe(32)}",
        created_by=created_by,
        created_at=now_utc(),
    )
    with writing(settings) as session:
        known = session.scalars(select(WebhookRow.id).where(WebhookRow.shop == shop)).all()
        if len(known) >= MOST_OF_A_SHOP:
            raise BadInput(f"Shop {shop!r} has {MOST_OF_A_SHOP} webhooks already; delete one first.")
        session.add(row)
    return _shown(row), row.secret


def list_webhooks(settings: Settings, shop: str) -> list[Webhook]:
    """A shop's webhooks, the oldest first."""
    oldest_first = select(WebhookRow).where(WebhookRow.shop == shop).order_by(WebhookRow.created_at)
    with reading(settings) as session:
        return [_shown(row) for row in session.scalars(oldest_first)]


def delete_webhook(settings: Settings, shop: str, webhook_id: str) -> None:
    """Removes a webhook with what was still to be sent; NotFound where the shop has none of that id."""
    with writing(settings) as session:
        row = session.get(WebhookRow, webhook_id)
        if row is None or row.shop != shop:
            raise NotFound(f"Shop {shop!r} has no webhook {webhook_id!r}.")
        session.delete(row)


def any_webhook(settings: Settings) -> bool:
    """Whether any shop has a webhook."""
    with reading(settings) as session:
        return session.scalars(select(WebhookRow.id).limit(1)).first() is not None


def _shown(row: WebhookRow) -> Webhook:
    return Webhook(row.id, row.shop, row.url, row.created_by, row.created_at)
