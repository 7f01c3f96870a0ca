"""Those whom no campaign contacts."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from pydantic import Field

from churn_pipeline.api.conventions import (
    CustomerId,
    Installation,
    Limit,
    Offset,
    SessionId,
    SignedIn,
    audited,
)
from churn_pipeline.api.problems import problems
from churn_pipeline.api.security.signed_in_first import SignedInFirst
from churn_pipeline.service import campaigns
from churn_pipeline.service.answers import DoNotContactAnswer, DoNotContactChange
from churn_pipeline.service.campaign_wish import MOST_NAMED, CustomerKey
from churn_pipeline.service.delivery.received import safe_name
from churn_pipeline.service.json_values import Request
from churn_pipeline.service.requests import ShopKey

router = APIRouter(tags=["campaigns"], route_class=SignedInFirst)


class DoNotContactRequest(Request):
    """Customers whom no campaign may contact from now on."""

    session_id: ShopKey
    customer_ids: list[CustomerKey] = Field(min_length=1, max_length=MOST_NAMED, examples=[["C00542"]])


@router.get("/do-not-contact/{session_id}", responses=problems())
def list_do_not_contact(
    settings: Installation, caller: SignedIn, session_id: SessionId, limit: Limit = 100, offset: Offset = 0
) -> DoNotContactAnswer:
    """A page of them by id, since when, and who said it."""
    found = campaigns.do_not_contact_list(settings, caller, session_id, limit, offset)
    audited(settings, caller, "do-not-contact list", session_id, len(found.customers))
    return found


@router.post("/do-not-contact", responses=problems(409))
def add_do_not_contact(
    settings: Installation, caller: SignedIn, request: DoNotContactRequest
) -> DoNotContactChange:
    """Adds customers; who stands on it already stays as they are."""
    return campaigns.add_do_not_contact(settings, caller, request.session_id, request.customer_ids)


@router.delete("/do-not-contact/{session_id}/{customer_id}", responses=problems(409))
def remove_do_not_contact(
    settings: Installation, caller: SignedIn, session_id: SessionId, customer_id: CustomerId
) -> DoNotContactChange:
    """Takes a customer off: campaigns that are drawn from now on may contact them."""
    return campaigns.remove_do_not_contact(settings, caller, session_id, [customer_id])


@router.post("/do-not-contact/{session_id}/file", responses=problems(409, 413))
def upload_do_not_contact(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    file: Annotated[UploadFile, File(description="the customers' ids, as CSV or Excel")],
) -> DoNotContactChange:
    """Adds a file's customers."""
    with tempfile.TemporaryDirectory(prefix="churn-do-not-contact-") as folder:
        path = Path(folder) / safe_name(file.filename or "list.csv")
        path.write_bytes(file.file.read())
        return campaigns.do_not_contact(settings, caller, session_id, path)
