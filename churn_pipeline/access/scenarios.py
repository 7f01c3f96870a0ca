"""Saved scenarios: what was asked of a simulation, and what it answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, mapped_column

from churn_pipeline.access.database import Base, reading, writing
from churn_pipeline.access.rights import now_utc
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings


class ScenarioRow(Base):
    """Table `scenarios`."""

    __tablename__ = "scenarios"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    shop: Mapped[str] = mapped_column(String(63), index=True)
    name: Mapped[str | None] = mapped_column(String(100))
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    outputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    data_version: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Scenario:
    """A saved scenario; data_version: of the scores that it was computed from."""

    id: str
    shop: str
    name: str | None
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    data_version: str
    created_by: str
    created_at: datetime


def save_scenario(
    settings: Settings,
    shop: str,
    inputs: dict[str, Any],
    outputs: dict[str, Any],
    created_by: str,
    data_version: str = "",
    name: str | None = None,
) -> Scenario:
    """Keeps a scenario and returns it with its id."""
    row = ScenarioRow(
        id=f"scen_{uuid4().hex[:16]}",
        shop=shop,
        name=name,
        inputs=inputs,
        outputs=outputs,
        data_version=data_version,
        created_by=created_by,
        created_at=now_utc(),
    )
    with writing(settings) as session:
        session.add(row)
    return _shown(row)


def scenario(settings: Settings, shop: str, scenario_id: str) -> Scenario:
    """One scenario of a shop; NotFound where the shop has none of that id."""
    with reading(settings) as session:
        row = session.get(ScenarioRow, scenario_id)
        if row is None or row.shop != shop:
            raise NotFound(f"Shop {shop!r} has no scenario {scenario_id!r}.")
        return _shown(row)


def list_scenarios(
    settings: Settings, shop: str, limit: int = 100, offset: int = 0, *, named: bool = False
) -> list[Scenario]:
    """A shop's scenarios, the newest first; named: those with a name alone."""
    query = select(ScenarioRow).where(ScenarioRow.shop == shop)
    if named:
        query = query.where(ScenarioRow.name.is_not(None))
    newest_first = query.order_by(ScenarioRow.created_at.desc(), ScenarioRow.id)
    with reading(settings) as session:
        return [_shown(row) for row in session.scalars(newest_first.limit(limit).offset(offset))]


def delete_scenario(settings: Settings, shop: str, scenario_id: str) -> None:
    """Removes a scenario; NotFound where the shop has none of that id."""
    with writing(settings) as session:
        row = session.get(ScenarioRow, scenario_id)
        if row is None or row.shop != shop:
            raise NotFound(f"Shop {shop!r} has no scenario {scenario_id!r}.")
        session.delete(row)


def _shown(row: ScenarioRow) -> Scenario:
    return Scenario(
        row.id,
        row.shop,
        row.name,
        row.inputs,
        row.outputs,
        row.data_version,
        row.created_by,
        row.created_at,
    )
