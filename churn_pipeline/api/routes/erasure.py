"""Customers and shops erased."""

from fastapi import APIRouter

from churn_pipeline.api.conventions import CustomerId, Installation, SessionId, SignedIn
from churn_pipeline.api.problems import problems
from churn_pipeline.core.documents.service import ErasureReceipt
from churn_pipeline.service.erasure import erase

router = APIRouter(tags=["erasure"])


@router.delete("/customers/{session_id}/{customer_id:path}", responses=problems(409))
def forget_customer(
    settings: Installation, caller: SignedIn, session_id: SessionId, customer_id: CustomerId
) -> ErasureReceipt:
    """Erases a customer from tables, originals, reports, lists, logs and the models' artifacts."""
    return erase.forget_customer(settings, caller, session_id, customer_id)


@router.delete("/shops/{session_id}", responses=problems(409))
def forget_shop(settings: Installation, caller: SignedIn, session_id: SessionId) -> ErasureReceipt:
    """Erases a whole shop: its files, tables, runs and models. It needs an administrator's key."""
    return erase.forget_shop(settings, caller, session_id)
