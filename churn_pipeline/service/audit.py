"""The audit log: who was given which customers' data."""

from churn_pipeline.access.audit import record_access
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller


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
