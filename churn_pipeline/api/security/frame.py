"""Around every request: its id, the headers that keep browsers careful, and a line in the log.

The line names the route, never the address that was asked: addresses hold customers' ids."""

import logging
import re
import time
from contextvars import ContextVar
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
PAGE = "/docs"
STRICT = "default-src 'none'; frame-ancestors 'none'"
FOR_THE_PAGE = f"{STRICT}; style-src 'unsafe-inline'"
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered; empty outside of one."""
logger = logging.getLogger("churn.access")


class Frame:
    """Gives each request an id (its own, where it brings a usable one), and logs how it was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        brought = Headers(scope=scope).get("x-request-id", "")
        this = brought if REQUEST_ID.fullmatch(brought) else uuid4().hex
        began, status = time.perf_counter(), 500
        reset = request_id.set(this)

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), scope, this)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        finally:
            _log(scope, status, time.perf_counter() - began, this)
            request_id.reset(reset)


def _add_headers(headers: MutableHeaders, scope: Scope, this: str) -> None:
    headers["X-Request-ID"] = this
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = FOR_THE_PAGE if scope["path"].endswith(PAGE) else STRICT
    headers.setdefault("Cache-Control", "private, no-cache")
    if scope.get("scheme") == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"


def _log(scope: Scope, status: int, seconds: float, this: str) -> None:
    route, caller = scope.get("route"), scope.get("state", {}).get("caller")
    details = {
        "request_id": this,
        "method": scope["method"],
        "route": getattr(route, "path", "(no route)"),
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "caller": caller.name if caller is not None else "",
        "address": (scope.get("client") or ("",))[0],
    }
    level = logging.ERROR if status >= 500 else logging.INFO
    logger.log(
        level, "%(method)s %(route)s %(status)d %(milliseconds).1f ms", details, extra={"details": details}
    )
