"""Customers: pages of them, one in full, and what if."""

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse

from churn_pipeline.api.conventions import (
    CustomerId,
    Installation,
    Limit,
    Offset,
    SessionId,
    SignedIn,
    audited,
    etag_of,
    json_answer,
    unchanged,
)
from churn_pipeline.api.problems import problems
from churn_pipeline.api.routes.exports import FILE, handed_out
from churn_pipeline.api.routes.results import NOT_MODIFIED
from churn_pipeline.api.security.signed_in_first import SignedInFirst
from churn_pipeline.core.enums import Segment, Status, Tier
from churn_pipeline.service import exports, what_if
from churn_pipeline.service.answers import CustomerAnswer, CustomerPage, EarlierScore
from churn_pipeline.service.customers import customer_export, one_customer, pages
from churn_pipeline.service.customers.filters import CustomerFilter
from churn_pipeline.service.json_values import IsoDate
from churn_pipeline.service.requests import WhatIfRequest

router = APIRouter(tags=["customers"], route_class=SignedInFirst)
QUESTIONS = "a CSV file: customer_id, order (DATE:AMOUNT; DATE:AMOUNT) and names of features"


def customer_filter(
    risk_tier: Annotated[list[Tier], Query(description="one of these")] = [],  # noqa: B006 - FastAPI copies it
    status: Annotated[list[Status], Query(description="one of these")] = [],  # noqa: B006
    segment: Annotated[list[Segment], Query(description="one of these")] = [],  # noqa: B006
    min_probability: Annotated[float | None, Query(ge=0, le=1)] = None,
    max_probability: Annotated[float | None, Query(ge=0, le=1)] = None,
    min_value: Annotated[float | None, Query(description="CLV, currency", allow_inf_nan=False)] = None,
    max_value: Annotated[float | None, Query(description="CLV, currency", allow_inf_nan=False)] = None,
    ordered_from: Annotated[IsoDate | None, Query(description="last order on this day or later")] = None,
    ordered_to: Annotated[IsoDate | None, Query(description="last order on this day or earlier")] = None,
    rfm_segment: Annotated[
        str | None, Query(min_length=1, max_length=60, description="name of an RFM segment")
    ] = None,
    persona: Annotated[
        str | None, Query(min_length=1, max_length=120, description="name of a persona")
    ] = None,
    text: Annotated[str | None, Query(max_length=100, description="part of the customer id")] = None,
) -> CustomerFilter:
    """Which customers are asked for; every condition that is given has to hold."""
    return CustomerFilter(
        risk_tier=risk_tier,
        status=status,
        segment=segment,
        min_probability=min_probability,
        max_probability=max_probability,
        min_value=min_value,
        max_value=max_value,
        ordered_from=ordered_from,
        ordered_to=ordered_to,
        rfm_segment=rfm_segment,
        persona=persona,
        text=text,
    )


Wanted = Annotated[CustomerFilter, Depends(customer_filter)]
Sort = Annotated[
    str | None,
    Query(max_length=60, description="any column, - in front for descending", examples=["-clv"]),
]


@router.get(
    "/predictions/{session_id}", response_model=CustomerPage, responses={**problems(409, 410), **NOT_MODIFIED}
)
def get_predictions(
    request: Request,
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    wanted: Wanted,
    sort: Sort = None,
    limit: Limit = 100,
    offset: Offset = 0,
    cursor: Annotated[
        str | None, Query(max_length=200, description="next_cursor of the page before, with the same filter")
    ] = None,
) -> Response:
    """Customers with their probability, tier, value and reasons; the likeliest to churn first. By `cursor`
    the pages stay those of one list, also when a run renews it meanwhile."""
    page = pages.customer_page(settings, caller, session_id, wanted, sort, limit, offset, cursor)
    etag = etag_of(page.version, wanted, sort, limit, offset, cursor)
    audited(settings, caller, "predictions", session_id, len(page.rows))
    return unchanged(request, etag) or json_answer(page.to_json(), etag)


@router.get(
    "/predictions/{session_id}/file", response_class=FileResponse, responses={**problems(409), 200: FILE}
)
def export_predictions(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    wanted: Wanted,
    sort: Sort = None,
    format: Annotated[  # noqa: A002 - the name that the other export has
        Literal["csv", "xlsx", "parquet"], Query(description="kind of file")
    ] = "csv",
) -> FileResponse:
    """All customers that the filter fits, in one file."""
    file = customer_export.export_customers(
        settings, caller, session_id, wanted, sort, exports.Format(format)
    )
    audited(settings, caller, "export", session_id, file.rows or 0)
    return handed_out(file)


@router.get("/customers/{session_id}/{customer_id:path}", responses={**problems(), **NOT_MODIFIED})
def get_customer(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    customer_id: CustomerId,
    orders: Annotated[int, Query(ge=0, le=1000, description="how many of the newest orders")] = 100,
) -> CustomerAnswer:
    """One customer: the score and its reasons, the value, the orders, the action that pays."""
    found = one_customer.customer(settings, caller, session_id, customer_id, orders)
    audited(settings, caller, "customer", session_id, 1, customer_id)
    return CustomerAnswer.model_validate(found)


@router.get("/explanations/{session_id}/{customer_id:path}", responses=problems())
def get_explanation(
    settings: Installation, caller: SignedIn, session_id: SessionId, customer_id: CustomerId
) -> dict[str, Any]:
    """Every factor and feature behind a customer's probability, in probability points."""
    document, _ = one_customer.explained(settings, caller, session_id, customer_id)
    audited(settings, caller, "explanation", session_id, 1, customer_id)
    return document


@router.get("/earlier-scores/{session_id}/{customer_id:path}", responses=problems())
def get_earlier_scores(
    settings: Installation, caller: SignedIn, session_id: SessionId, customer_id: CustomerId
) -> list[EarlierScore]:
    """Every score that a customer was given, oldest first."""
    found = one_customer.earlier_scores(settings, caller, session_id, customer_id)
    audited(settings, caller, "earlier scores", session_id, 1, customer_id)
    return [EarlierScore.model_validate(row) for row in found]


@router.post("/what-if", responses=problems())
def ask_what_if(settings: Installation, caller: SignedIn, request: WhatIfRequest) -> dict[str, Any]:
    """How a customer's probability would change after an order or with other features; stores nothing."""
    orders = [
        what_if.hypothetical_order(o.at, o.amount, o.product, o.category, o.discount) for o in request.orders
    ]
    answer = what_if.what_if(
        settings, caller, request.session_id, request.customer_id, request.features, orders
    )
    audited(settings, caller, "what-if", request.session_id, 1, request.customer_id)
    return answer


@router.post("/what-if/{session_id}/file", responses=problems(413))
def ask_what_if_file(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    file: Annotated[UploadFile, File(description=QUESTIONS)],
) -> list[dict[str, Any]]:
    """The same for a file of questions: an answer for each row."""
    with tempfile.TemporaryDirectory(prefix="churn-what-if-") as folder:
        path = Path(folder) / "questions.csv"
        path.write_bytes(file.file.read())
        answers = what_if.what_if_file(settings, caller, session_id, path)
    audited(settings, caller, "what-if", session_id, len(answers))
    return answers
