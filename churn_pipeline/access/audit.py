"""Who looked at which customer's data, or exported or changed how many, and when.

Entries of requests that come at the same time are written together: many readers a second would otherwise
wait in turn for the store's lock and its commit. Whoever comes first writes for all that wait; each goes on
once its own entry is committed, so none can be lost between the answer and the store."""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from churn_pipeline.access.database import Base, database_url, reading, writing
from churn_pipeline.access.rights import now_utc
from churn_pipeline.core.settings import Settings

FORGOTTEN = "(forgotten)"


class AuditRow(Base):
    """Table `audit`."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_of_a_customer", "shop", "customer_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    caller: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    shop: Mapped[str] = mapped_column(String(63))
    customer_id: Mapped[str | None]
    customers: Mapped[int]
    request_id: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Access:
    """One entry. customer_id: where it was one customer; customers: how many it were."""

    at: datetime
    caller: str
    action: str
    shop: str
    customer_id: str | None
    customers: int
    request_id: str


def record_access(
    settings: Settings,
    caller: str,
    action: str,
    shop: str,
    customers: int,
    customer_id: str | None = None,
    request_id: str = "",
) -> None:
    """Enters that a caller was given customers' data. It is committed before the data are handed out; what
    the store raises is raised to each whose entry it was."""
    row = AuditRow(
        at=now_utc(),
        caller=caller,
        action=action,
        shop=shop,
        customer_id=customer_id,
        customers=customers,
        request_id=request_id,
    )
    _entries(database_url(settings)).commit(settings, row)


def list_accesses(
    settings: Settings, shop: str | None = None, customer_id: str | None = None, limit: int = 1000
) -> list[Access]:
    """The newest entries first; of a shop or a customer of it, where one is named."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if shop is not None:
        query = query.where(AuditRow.shop == shop)
    if customer_id is not None:
        query = query.where(AuditRow.customer_id == customer_id)
    with reading(settings) as session:
        return [
            Access(r.at, r.caller, r.action, r.shop, r.customer_id, r.customers, r.request_id)
            for r in session.scalars(query)
        ]


class _Entries:
    """The entries of one store that wait to be written."""

    def __init__(self) -> None:
        self._waiting: list[tuple[AuditRow, Future[None]]] = []
        self._adding, self._writing = Lock(), Lock()

    def commit(self, settings: Settings, row: AuditRow) -> None:
        """Returns once the row is committed: by this thread, or by one that wrote it with its own."""
        done: Future[None] = Future()
        with self._adding:
            self._waiting.append((row, done))
        with self._writing:
            if not done.done():
                self._write(settings)
        done.result()

    def _write(self, settings: Settings) -> None:
        with self._adding:
            batch, self._waiting = self._waiting, []
        try:
            with writing(settings) as session:
                session.add_all([row for row, _ in batch])
        except BaseException as error:  # noqa: BLE001 - raised again to each, by its future
            for _, done in batch:
                done.set_exception(error)
        else:
            for _, done in batch:
                done.set_result(None)


@cache
def _entries(_url: str) -> _Entries:
    """Those of a store, for this process."""
    return _Entries()
