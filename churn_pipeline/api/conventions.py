"""What operations have in common: who asks, of which shop, and answers that need not be sent again."""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn_pipeline.api.security.frame import request_id
from churn_pipeline.api.security.signed_in import SignedIn
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.audit import note_access
from churn_pipeline.service.callers import Caller
from churn_pipeline.shop.config import SHOP_NAME

__all__ = ["SignedIn"]


def installation(request: Request) -> Settings:
    """The settings of the installation that the application serves."""
    settings: Settings = request.app.state.settings
    return settings


Installation = Annotated[Settings, Depends(installation)]
SessionId = Annotated[
    str,
    Path(pattern=f"^{SHOP_NAME.pattern}$", description="the shop's key", examples=["coffee"]),
]
CustomerId = Annotated[str, Path(min_length=1, max_length=500, examples=["C00542"])]
Limit = Annotated[int, Query(ge=1, le=1000, description="rows of a page")]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000, description="rows to leave out")]


TAG = re.compile(r'"[^"]*"')
"""What an entity tag compares by; a comma may stand in one."""
VARY = "Accept-Encoding"
"""What a cache has to tell answers apart by: they may be gzipped."""


def etag_of(*parts: object) -> str:
    """A weak ETag of whatever an answer is made from."""
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:20]}"'


def unchanged(request: Request, etag: str) -> Response | None:
    """304 where the asker has this state already, else None. Weak and strong tags are compared as weak ones,
    as RFC 9110 has it for If-None-Match (13.1.2)."""
    given = ",".join(request.headers.getlist("if-none-match"))
    known = given.strip() == "*" or etag.removeprefix("W/") in TAG.findall(given)
    return Response(status_code=304, headers={"ETag": etag, "Vary": VARY}) if known else None


class HeadAsGet:
    """HEAD is answered as GET is, without the body, at every address that takes GET (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            kept = message["type"] != "http.response.body"
            await send(message if kept else {**message, "body": b""})

        asked = {**scope, "method": "GET"}  # the server's own scope says HEAD on: it sends no body then
        try:
            await self._app(asked, receive, without_body)
        finally:
            scope.update({name: value for name, value in asked.items() if name != "method"})


def json_answer(text: str | bytes, etag: str | None = None) -> Response:
    """A JSON text as an answer, without another look at it."""
    headers = {} if etag is None else {"ETag": etag}
    return Response(text, media_type="application/json", headers=headers)


def audited(
    settings: Settings, caller: Caller, action: str, shop: str, customers: int, customer_id: str | None = None
) -> None:
    """Enters into the audit log that a caller is given customers' data."""
    note_access(settings, caller, action, shop, customers, customer_id, request_id.get())


def deprecated(since: date, sunset: date, successor: str) -> Callable[[Response], None]:
    """A dependency for an operation that will go: since when it is advised against, when it goes, and what
    takes its place (RFC 9745, RFC 8594)."""

    def announce(response: Response) -> None:
        seconds = int((since - date(1970, 1, 1)).days * 86400)
        response.headers["Deprecation"] = f"@{seconds}"
        response.headers["Sunset"] = sunset.strftime("%a, %d %b %Y 00:00:00 GMT")
        response.headers["Link"] = f'<{successor}>; rel="successor-version"'

    return announce
