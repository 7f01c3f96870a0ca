"""Forgets a customer or a shop: no byte of the store names them afterwards."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from churn_pipeline.access.audiences import AudienceRow
from churn_pipeline.access.audit import FORGOTTEN, AuditRow
from churn_pipeline.access.database import Base, engine_of, sqlite_file, writing
from churn_pipeline.access.idempotency import IdempotencyRow
from churn_pipeline.access.scenarios import ScenarioRow
from churn_pipeline.access.webhooks.deliveries import DeliveryRow
from churn_pipeline.access.webhooks.subscriptions import WebhookRow
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings


def forget_customer(
    settings: Settings, shop: str, customer_id: str, without: Callable[[str], str]
) -> dict[str, int]:
    """Removes audiences, scenarios and kept answers that name the customer, in their names too; the audit log
    keeps that somebody looked, and no longer at whom. without: a text without the customer's id. Returns what
    was changed, in counts."""
    names = partial(_names, customer_id, without)
    with writing(settings) as session:
        audiences = session.scalars(select(AudienceRow).where(AudienceRow.shop == shop)).all()
        scenarios = session.scalars(select(ScenarioRow).where(ScenarioRow.shop == shop)).all()
        filters = [(row, [row.name, row.filters]) for row in audiences]
        asked_and_answered = [(row, [row.name, row.inputs, row.outputs]) for row in scenarios]
        counts = {
            "audiences": _remove_naming(session, filters, names),
            "scenarios": _remove_naming(session, asked_and_answered, names),
            "answers": _remove_answers(session, names),
            "messages": _rewrite_messages(session, shop, without),
        }
        whose = (AuditRow.shop == shop) & (AuditRow.customer_id == customer_id)
        entries = session.scalars(select(AuditRow.id).where(whose)).all()
        session.execute(update(AuditRow).where(whose).values(customer_id=FORGOTTEN))
    _leave_no_trace(settings)
    return counts | {"audit_entries": len(entries)}


def forget_shop(settings: Settings, shop: str) -> dict[str, int]:
    """Removes what was saved for a shop, and its webhooks; the audit log stays, without its customers.
    Keys and users stay: whoever holds one finds the shop no more."""
    with writing(settings) as session:
        counts = {}
        for name, table in (("audiences", AudienceRow), ("scenarios", ScenarioRow), ("webhooks", WebhookRow)):
            counts[name] = len(session.scalars(select(table.id).where(table.shop == shop)).all())
            session.execute(delete(table).where(table.shop == shop))
        counts["answers"] = _remove_answers(session, partial(_names, shop, str))
        named = (AuditRow.shop == shop) & AuditRow.customer_id.is_not(None)
        session.execute(update(AuditRow).where(named).values(customer_id=FORGOTTEN))
    _leave_no_trace(settings)
    return counts


def _remove_naming(session: Session, said: Iterable[tuple[Base, Any]], names: Callable[[Any], bool]) -> int:
    """Removes the rows that name the customer; said: each with what it holds."""
    naming = [row for row, held in said if names(held)]
    for row in naming:
        session.delete(row)
    return len(naming)


def _names(name: str, without: Callable[[str], str], value: Any) -> bool:
    """Whether a name stands anywhere in a JSON value: as a value, as a key, or in a text that reads otherwise
    without it."""
    if isinstance(value, dict):
        return any(_names(name, without, part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(_names(name, without, part) for part in value)
    if isinstance(value, str) and without(value) != value:
        return True
    return not isinstance(value, bool) and str(value) == name


def _remove_answers(session: Session, names: Callable[[Any], bool]) -> int:
    """Kept answers that hold a name, or have it in their key; one too many costs a retry its protection, no
    more."""
    found = session.scalars(select(IdempotencyRow)).all()
    naming = [row for row in found if names([row.key, row.route, _content(row.answer or b"null")])]
    for row in naming:
        session.delete(row)
    return len(naming)


def _content(answer: bytes) -> Any:
    """What an answer says: JSON, or another text."""
    try:
        return json.loads(answer)
    except ValueError:
        return answer.decode("utf-8", "replace")


def _rewrite_messages(session: Session, shop: str, without: Callable[[str], str]) -> int:
    """Messages to the shop's webhooks, whose reason may name a customer, without it."""
    ours = select(WebhookRow.id).where(WebhookRow.shop == shop)
    changed = 0
    for row in session.scalars(select(DeliveryRow).where(DeliveryRow.webhook_id.in_(ours))):
        if without(row.body) != row.body:
            row.body, changed = without(row.body), changed + 1
    return changed


def _leave_no_trace(settings: Settings) -> None:
    """SQLite keeps former pages in its write-ahead log until that is written back and emptied. ChurnError
    where somebody has been reading for so long that it cannot be."""
    if sqlite_file(settings) is None:
        return
    with engine_of(settings).connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        for order in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            busy = raw.execute(order).fetchone()
    if busy[0]:
        raise ChurnError(
            "The store of keys and audiences is being read, so that its log cannot be emptied: try again."
        )
