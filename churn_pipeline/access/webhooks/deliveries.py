"""Messages of webhooks that are to be sent: one for each webhook and ended job, tried again until it arrives.

They are rows before they are sent, and whoever sends one takes it first: the daemon, a command and the API
may all try, and a message goes out once."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from churn_pipeline.access.database import Base, reading, writing
from churn_pipeline.access.webhooks.subscriptions import WebhookRow
from churn_pipeline.core.settings import Settings

BACKOFF = [timedelta(seconds=s) for s in (0, 5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)]
"""How long after a failure the next attempt comes; after the last one the message is given up."""
TAKEN_FOR = timedelta(minutes=2)
"""Nobody else tries a message for so long after somebody has taken it."""
KEPT_FOR = timedelta(days=30)


class DeliveryRow(Base):
    """Table `webhook_deliveries`."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (UniqueConstraint("webhook_id", "run_id", name="once_for_each_run"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    run_id: Mapped[str] = mapped_column(String(64))
    body: Mapped[str]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None] = mapped_column(index=True)
    delivered_at: Mapped[datetime | None]
    problem: Mapped[str | None]


@dataclass(frozen=True)
class JobEnd:
    """What happened. run_id: of Dagster; job_id: what its start answered. ended_at: naive UTC. reason: the
    one sentence of a job that failed."""

    shop: str
    run_id: str
    job_id: str
    job: str
    status: str
    ended_at: datetime
    reason: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A message that was taken to be sent now, with what is needed for it; attempt: 1 for the first."""

    id: str
    url: str
    secret: str
    body: str
    attempt: int


def is_waited_for(settings: Settings, end: JobEnd) -> bool:
    """Whether a webhook of the shop is still to be told; one that was made after the end is not."""
    with reading(settings) as session:
        return session.scalars(_untold(end).limit(1)).first() is not None


def queue_job_end(settings: Settings, end: JobEnd, now: datetime) -> int:
    """A message for each webhook that is still to be told; how many there are."""
    with writing(settings) as session:
        waiting = session.scalars(_untold(end)).all()
        for webhook_id in waiting:
            message_id = f"msg_{uuid4().hex[:16]}"
            session.add(
                DeliveryRow(
                    id=message_id,
                    webhook_id=webhook_id,
                    run_id=end.run_id,
                    body=json.dumps(_message(message_id, end), ensure_ascii=False),
                    attempts=0,
                    created_at=now,
                    next_attempt_at=now,
                )
            )
    return len(waiting)


def _untold(end: JobEnd) -> Select[str]:
    """Ids of the shop's webhooks that were there when the job ended and have no message about it."""
    told = select(DeliveryRow.webhook_id).where(DeliveryRow.run_id == end.run_id)
    there = (WebhookRow.shop == end.shop) & (WebhookRow.created_at <= end.ended_at)
    return select(WebhookRow.id).where(there, WebhookRow.id.not_in(told))


def take_due(settings: Settings, now: datetime, most: int = 20) -> list[Delivery]:
    """Messages whose time has come, taken so that nobody else sends them; old ones that are done are
    removed."""
    due = DeliveryRow.next_attempt_at <= now
    with reading(settings) as session:
        if not session.scalars(select(DeliveryRow.id).where(due).limit(1)).first():
            return []
    with writing(settings) as session:
        done = DeliveryRow.next_attempt_at.is_(None) & (DeliveryRow.created_at <= now - KEPT_FOR)
        session.execute(delete(DeliveryRow).where(done))
        query = select(DeliveryRow, WebhookRow).join(WebhookRow, DeliveryRow.webhook_id == WebhookRow.id)
        oldest_first = query.where(due).order_by(DeliveryRow.next_attempt_at).limit(most)
        found = session.execute(oldest_first.with_for_update(skip_locked=True)).all()
        for row, _ in found:
            row.attempts += 1
            row.next_attempt_at = now + TAKEN_FOR
        return [
            Delivery(row.id, webhook.url, webhook.secret, row.body, row.attempts) for row, webhook in found
        ]


def next_attempt(settings: Settings, shop: str) -> datetime | None:
    """When the next message of a shop is due; None when none waits."""
    waiting = (
        select(DeliveryRow.next_attempt_at)
        .join(WebhookRow, DeliveryRow.webhook_id == WebhookRow.id)
        .where(WebhookRow.shop == shop, DeliveryRow.next_attempt_at.is_not(None))
        .order_by(DeliveryRow.next_attempt_at)
        .limit(1)
    )
    with reading(settings) as session:
        return session.scalar(waiting)


@dataclass(frozen=True)
class Standing:
    """How a webhook's messages stand: waiting: to be sent (again); given_up: after the last attempt, of the
    last 30 days; arrived_at: of the newest that arrived; problem: of the newest that has not, until one
    arrives after it."""

    waiting: int
    given_up: int
    arrived_at: datetime | None
    problem: str | None


def standings(settings: Settings, shop: str) -> dict[str, Standing]:
    """Webhook id -> how its messages stand, for each webhook of a shop that has any."""
    ours = select(WebhookRow.id).where(WebhookRow.shop == shop)
    query = select(DeliveryRow).where(DeliveryRow.webhook_id.in_(ours)).order_by(DeliveryRow.created_at)
    found: dict[str, list[DeliveryRow]] = {}
    with reading(settings) as session:
        for row in session.scalars(query):
            found.setdefault(row.webhook_id, []).append(row)
    return {webhook: _standing(rows) for webhook, rows in found.items()}


def _standing(rows: list[DeliveryRow]) -> Standing:
    """Of one webhook's messages, the oldest first."""
    waiting = [row for row in rows if row.next_attempt_at is not None]
    arrived = [row.delivered_at for row in rows if row.delivered_at is not None]
    given_up = len(rows) - len(waiting) - len(arrived)
    return Standing(len(waiting), given_up, max(arrived, default=None), rows[-1].problem)


def note_delivered(settings: Settings, delivery: Delivery, now: datetime) -> None:
    """The message has arrived."""
    _note(settings, delivery, delivered_at=now, next_attempt_at=None, problem=None)


def note_failed(settings: Settings, delivery: Delivery, now: datetime, problem: str) -> None:
    """The message did not arrive: it is tried again later, or given up after the last attempt."""
    again = None if delivery.attempt >= len(BACKOFF) else now + BACKOFF[delivery.attempt]
    _note(settings, delivery, next_attempt_at=again, problem=problem[:500])


def _note(settings: Settings, delivery: Delivery, **values: Any) -> None:
    with writing(settings) as session:
        session.execute(update(DeliveryRow).where(DeliveryRow.id == delivery.id).values(**values))


def _message(message_id: str, end: JobEnd) -> dict[str, Any]:
    """The message's JSON: no customer's data, only what has ended and how."""
    return {
        "id": message_id,
        "type": f"job.{end.status}",
        "session_id": end.shop,
        "job_id": end.job_id,
        "job": end.job,
        "status": end.status,
        "ended_at": f"{end.ended_at.isoformat(timespec='seconds')}Z",
        "reason": end.reason,
    }
