"""Audiences: filters over a shop's customers that were given a name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from churn_pipeline.access.database import Base, reading, writing
from churn_pipeline.access.rights import checked_name, now_utc
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings


class AudienceRow(Base):
    """Table `audiences`."""

    __tablename__ = "audiences"
    __table_args__ = (UniqueConstraint("shop", "name", name="audience_of_a_shop"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    shop: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(100))
    filters: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Audience:
    """A named filter."""

    id: str
    shop: str
    name: str
    filters: dict[str, Any]
    created_by: str
    created_at: datetime


def save_audience(
    settings: Settings, shop: str, name: str, filters: dict[str, Any], created_by: str
) -> Audience:
    """Keeps a filter under a name; the same name again takes the new filter."""
    with writing(settings) as session:
        row = _named(session, shop, checked_name(name))
        if row is None:
            row = AudienceRow(
                id=f"aud_{uuid4().hex[:16]}",
                shop=shop,
                name=checked_name(name),
                filters=filters,
                created_by=created_by,
                created_at=now_utc(),
            )
            session.add(row)
        row.filters = filters
        return _shown(row)


def audience(settings: Settings, shop: str, name_or_id: str) -> Audience:
    """One audience of a shop, by its name or id; NotFound where the shop has no such one."""
    with reading(settings) as session:
        return _shown(_found(session, shop, name_or_id))


def list_audiences(settings: Settings, shop: str) -> list[Audience]:
    """A shop's audiences, by name."""
    with reading(settings) as session:
        rows = session.scalars(select(AudienceRow).where(AudienceRow.shop == shop).order_by(AudienceRow.name))
        return [_shown(row) for row in rows]


def delete_audience(settings: Settings, shop: str, name_or_id: str) -> None:
    """Removes an audience; NotFound where the shop has no such one."""
    with writing(settings) as session:
        session.delete(_found(session, shop, name_or_id))


def _found(session: Session, shop: str, name_or_id: str) -> AudienceRow:
    row = session.get(AudienceRow, name_or_id) or _named(session, shop, name_or_id)
    if row is None or row.shop != shop:
        raise NotFound(f"Shop {shop!r} has no audience {name_or_id!r}.")
    return row


def _named(session: Session, shop: str, name: str) -> AudienceRow | None:
    return session.scalar(select(AudienceRow).where(AudienceRow.shop == shop, AudienceRow.name == name))


def _shown(row: AudienceRow) -> Audience:
    return Audience(row.id, row.shop, row.name, row.filters, row.created_by, row.created_at)
