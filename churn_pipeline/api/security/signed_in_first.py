"""Routes that take files: who sends one is asked before it is read, so that a stranger's hundred
megabytes are neither received nor stored."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from churn_pipeline.api.security.signed_in import bearer, signed_in


class SignedInFirst(APIRoute):
    """FastAPI reads a form before it looks at the dependencies; here the caller comes first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def known(request: Request) -> Response:
            await run_in_threadpool(signed_in, request, await bearer(request))
            return await handle(request)

        return known
