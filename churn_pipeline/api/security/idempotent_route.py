"""Routes that take an Idempotency-Key: the same request again gets the same answer and starts nothing."""

import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from churn_pipeline.access.idempotency import (
    Claim,
    KeyBusy,
    KeyConflict,
    StoredAnswer,
    begin,
    claim_of,
    keep_answer,
    release,
)
from churn_pipeline.api.security.signed_in import bearer, signed_in
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.errors import KeyReused, StillWorking

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("content-type", "location", "retry-after")


def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            max_length=255,
            pattern="^[!-~]([ -~]*[!-~])?$",
            description="The same key with the same body is answered as the first time for 24 hours, and "
            "starts nothing; with another body it is refused (409).",
        ),
    ] = None,
) -> None:
    """Declares the header in the document; what it does stands in IdempotentRoute."""


class IdempotentRoute(APIRoute):
    """A route whose answer is kept under the request's key, where it declares that header; where it fails,
    nothing is kept. Others of the same router answer each request anew: a job's state, a list, a file."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if all(depends.dependency is not idempotency_key for depends in self.dependencies):
            return handle

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None:
                return await handle(request)
            settings: Settings = request.app.state.settings
            claim = await _claim(request, self.path, key)
            try:
                known = await run_in_threadpool(begin, settings, claim)
            except KeyBusy as error:
                raise StillWorking(str(error)) from error
            except KeyConflict as error:
                raise KeyReused(str(error)) from error
            if known is not None:
                headers = {**json.loads(known.headers), REPLAYED: "true"}
                return Response(known.answer, known.status, headers)
            try:
                answer = await handle(request)
            except BaseException:
                await run_in_threadpool(release, settings, claim)
                raise
            await run_in_threadpool(_settle, settings, claim, answer)
            return answer

        return once


async def _claim(request: Request, path: str, key: str) -> Claim:
    """Whose request this is, before anything is looked up for it: a key of one caller opens no answer of
    another."""
    caller = await run_in_threadpool(signed_in, request, await bearer(request))
    return claim_of(caller.name, f"{request.method} {path}", key, await request.body())


def _settle(settings: Settings, claim: Claim, answer: Response) -> None:
    if answer.status_code >= 400:
        release(settings, claim)
        return
    kept = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    keep_answer(settings, claim, StoredAnswer(answer.status_code, json.dumps(kept), bytes(answer.body)))
