"""The application: routers, protection, problem documents and the OpenAPI document."""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware

from churn_pipeline.api.conventions import HeadAsGet
from churn_pipeline.api.known_names import known_names
from churn_pipeline.api.metrics import MeasuredRequests, Metrics
from churn_pipeline.api.problems import MEDIA_TYPE, LastResort, handle_problems
from churn_pipeline.api.reference.page import reference_page
from churn_pipeline.api.routes import (
    audiences,
    campaigns,
    customers,
    do_not_contact,
    erasure,
    exports,
    jobs,
    keys_and_users,
    models,
    operation,
    results,
    sessions,
    sign_in,
    simulation,
    uploads,
    webhooks,
)
from churn_pipeline.api.security.protect import protect
from churn_pipeline.core.settings import Settings

PREFIX = "/api/v1"
DESCRIPTION = """\
Which customers of a shop are likely to leave, why, what they are worth and what to do about it.

A **session** is a shop with its configuration: `session_id` is the shop's key. The way of a first file:
`POST /upload`, `POST /configure`, `POST /train`, then `GET /train/status/{job_id}` until it is `completed`,
then `GET /results/{session_id}`, `GET /predictions/{session_id}`, `POST /simulate` and
`GET /export/{session_id}`.

Errors are problem documents (RFC 9457) whose `type` names their kind. Answers carry an `ETag`: send it back
as `If-None-Match` and get `304` while nothing has changed."""
ROUTERS = (
    uploads,
    sessions,
    jobs,
    results,
    models,
    customers,
    simulation,
    audiences,
    campaigns,
    do_not_contact,
    exports,
    erasure,
    webhooks,
    sign_in,
    keys_and_users,
    operation,
)


def create_app(settings: Settings) -> FastAPI:
    """The application of an installation."""
    app = FastAPI(
        title="Churn",
        version=version("churn-pipeline"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        redirect_slashes=False,  # an address with a slash at its end is another one: 404
        generate_unique_id_function=_operation_id,
    )
    metrics = Metrics()
    app.state.metrics = metrics
    everything = APIRouter(prefix=PREFIX, dependencies=[Depends(known_names)])
    for module in ROUTERS:
        everything.include_router(module.router)
    app.include_router(everything)
    app.add_api_route(f"{PREFIX}/docs", _reference, include_in_schema=False, response_class=HTMLResponse)
    handle_problems(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)
    app.add_middleware(HeadAsGet)
    app.add_middleware(MeasuredRequests, metrics=metrics)
    app.add_middleware(LastResort)
    protect(app, settings)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


def _reference(request: Request) -> HTMLResponse:
    """Every operation, for people."""
    return HTMLResponse(reference_page(request.app.openapi()))


def _operation_id(route: APIRoute) -> str:
    """The function's name: unique, and what a generated client calls the operation."""
    return route.name


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once; problems have a media type of their own."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        _drop_zones(document["components"]["schemas"])
        _name_files(document["components"]["schemas"])
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    content = answer.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        content[MEDIA_TYPE] = content.pop("application/json")
        app.openapi_schema = document
    return app.openapi_schema


def _drop_zones(part: Any) -> None:
    """The format `date-time` has a zone; a shop's own times have none, and are texts of ISO 8601."""
    if isinstance(part, dict):
        if part.get("format") == "date-time" and not part.pop("x-zoned", False):
            del part["format"]
            part.setdefault("description", "ISO 8601, without a zone")
        for item in part.values():
            _drop_zones(item)
    elif isinstance(part, list):
        for item in part:
            _drop_zones(item)


def _name_files(schemas: dict[str, Any]) -> None:
    """Files of a form have the format that generators of clients know them by, beside the newer keyword."""
    for schema in schemas.values():
        for given in schema.get("properties", {}).values():
            if given.get("contentMediaType") == "application/octet-stream":
                given["format"] = "binary"
                schema["additionalProperties"] = False  # see known_names
