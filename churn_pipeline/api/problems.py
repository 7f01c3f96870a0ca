"""Errors as flat problem documents (RFC 9457), each with a stable `type` for its kind."""

import logging
import re
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn_pipeline.api.invalid_values import in_words, known_fields
from churn_pipeline.api.own_words import in_own_words
from churn_pipeline.api.security.frame import request_id
from churn_pipeline.core.errors import REFUSED_BY_SYSTEM, ChurnError
from churn_pipeline.service.errors import TITLES, InvalidRequest, NotAvailable, kind_of

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/v1/problems/"
OF_STATUS = {
    400: "bad-request",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    422: "invalid-request",
    429: "too-many-requests",
}
logger = logging.getLogger("churn.api")


class Problem(BaseModel):
    """What went wrong."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="stable for each kind; programs may decide by it")
    title: str = Field(description="what all of this kind have in common")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what is wrong here, in a sentence for people")
    errors: list[str] = Field(default_factory=list, description="each invalid value, where there are several")
    request_id: str = Field(default="", description="of the request, as in its header X-Request-ID")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation may answer, for its documentation; 401, 403, 404, 413 (a request that
    is too large), 422, 429 and 503 are those of every one."""
    every = {401, 403, 404, 413, 422, 429, 503, *statuses}
    return {status: {"model": Problem, "description": TITLES[_kind(status)]} for status in sorted(every)}


def handle_problems(app: FastAPI) -> None:
    """Turns every error into a problem document."""
    app.add_exception_handler(ChurnError, _churn_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(InvalidRequest, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(OSError, _system)


def problem(
    kind: str,
    status: int,
    detail: str,
    errors: list[str] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A problem document as an answer."""
    document = Problem(
        type=f"{TYPES}{kind}",
        title=TITLES[kind],
        status=status,
        detail=detail,
        errors=errors or [],
        request_id=request_id.get(),
    )
    return JSONResponse(document.model_dump(), status, headers, media_type=MEDIA_TYPE)


def _kind(status: int) -> str:
    return OF_STATUS.get(status) or {409: "conflict", 410: "cursor-outdated", 503: "not-available"}.get(
        status, "failed"
    )


def _churn_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ChurnError)
    kind = kind_of(error)
    headers: dict[str, str] = {}
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if hasattr(error, "retry_after"):
        headers["Retry-After"] = str(error.retry_after)
    if kind.status >= 500:
        logger.error("%s: %s", kind.kind, error)
    said: list[str] = getattr(error, "errors", [])
    detail = in_own_words(" ".join(str(error).split()))
    return problem(kind.kind, kind.status, detail, said, headers)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError | InvalidRequest)
    allowed = _methods_at(request)
    if request.method not in allowed:  # a fixed address that was taken for one with a parameter
        return _not_taken(request, allowed)
    if isinstance(error, InvalidRequest):
        return _churn_error(request, error)
    said = [in_words(e, partial(known_fields, request, e["loc"])) for e in error.errors()]
    return problem("invalid-request", 422, " ".join(said[:5]), said)


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return _not_taken(request, _methods_at(request) or [(error.headers or {}).get("Allow", "")])
    if error.status_code == 400:  # neither JSON nor a form, or not in UTF-8
        detail = "The body cannot be read: expected JSON in UTF-8, or a form with a file."
        return problem("invalid-request", 422, detail)
    kind = _kind(error.status_code)
    detail = (
        error.detail if error.detail and error.status_code != 404 else "There is nothing at this address."
    )
    return problem(kind, error.status_code, str(detail), headers=dict(error.headers or {}))


def _not_taken(request: Request, allowed: list[str]) -> JSONResponse:
    methods = ", ".join(allowed)
    detail = f"{request.method} is not among what this address takes: {methods}."
    return problem("method-not-allowed", 405, detail, headers={"Allow": methods})


def _methods_at(request: Request) -> list[str]:
    """Every method that the address takes: each operation is a route of its own, so the framework names those
    of the first one alone. Where a fixed address fits beside one with a parameter, those of the fixed one."""
    found: dict[str, set[str]] = {}
    for template, operations in request.app.openapi()["paths"].items():
        if re.fullmatch(_pattern(template), request.scope["path"]):
            found[template] = {method.upper() for method in operations}
    fewest = min((template.count("{") for template in found), default=0)
    return sorted(set().union(*(methods for path, methods in found.items() if path.count("{") == fewest)))


def _pattern(template: str) -> str:
    """A regular expression of the addresses of an OpenAPI path. A customer's id may hold a slash."""
    parts = re.split(r"\{(\w+)\}", template)
    values = {"customer_id": ".+"}
    return "".join(
        values.get(part, "[^/]+") if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )


def _database(_: Request, error: Exception) -> JSONResponse:
    logger.error("database: %s", type(error).__name__)
    kind = kind_of(NotAvailable(""))
    detail = "A database of this installation does not answer; try again in a moment."
    return problem(kind.kind, kind.status, detail, headers={"Retry-After": "5"})


def _system(_: Request, error: Exception) -> JSONResponse:
    """A disk that is full or may not be written is nothing that the request has wrong."""
    if not isinstance(error, OSError) or error.errno not in REFUSED_BY_SYSTEM:
        raise error
    logger.error("the system refuses: %s", error)
    kind = kind_of(NotAvailable(""))
    detail = (
        f"The disk of this installation refuses to be written to ({error.strerror}): nothing was kept of "
        "this request; whoever runs it has to make room or give it the right to write."
    )
    return problem(kind.kind, kind.status, detail, headers={"Retry-After": "60"})


class LastResort:
    """Answers what no other handler knows with a whole problem document. It stands inside the frame, so that
    the answer has its headers and request id. The framework's own last handler stands outside of it and
    raises anew after its answer, whereupon the server cuts the connection without a word."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise  # half an answer cannot be mended: the connection ends
            logger.error("unexpected error", exc_info=error)
            detail = "Something failed on our side; the log has it under this request's id."
            await problem("failed", 500, detail)(scope, receive, send)
