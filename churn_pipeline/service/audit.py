"""The audit log: who was given which customers' data."""

from pydantic import Field

from churn_pipeline.access.audit import list_accesses, record_access
from churn_pipeline.core.documents.document import Document, UtcTime
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller, require_admin


class AuditEntry(Document):
    """That somebody was given customers' data."""

    at: UtcTime
    caller: str = Field(description="the key or user")
    action: str
    shop: str
    customer_id: str | None = Field(description="where it was one customer; forgotten ones are `(forgotten)`")
    customers: int = Field(description="how many")
    request_id: str


def note_access(
    settings: Settings,
    caller: Caller,
    action: str,
    shop: str,
    customers: int,
    customer_id: str | None,
    request_id: str,
) -> None:
    """Enters that a caller is given the data of so many customers; before they are handed out."""
    record_access(settings, caller.name, action, shop, customers, customer_id, request_id)


def accesses(
    settings: Settings, caller: Caller, shop: str | None, customer_id: str | None, limit: int
) -> list[AuditEntry]:
    """The newest entries first, of a shop or a customer where one is named. NotAllowed for whoever is no
    administrator: the log says of other people what they did."""
    require_admin(caller)
    found = list_accesses(settings, shop, customer_id, limit)
    return [AuditEntry.model_validate(vars(entry)) for entry in found]
