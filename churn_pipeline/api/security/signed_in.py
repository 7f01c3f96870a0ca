"""Who sends a request: `SignedIn`, for every operation that is not open to everybody."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from churn_pipeline.access.openness import is_loopback, is_protected
from churn_pipeline.api.security.rate_limits import RateLimits
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import LOCAL, Caller
from churn_pipeline.service.errors import NotSignedIn
from churn_pipeline.service.sign_in import caller_of_token

READS = frozenset({"GET", "HEAD", "OPTIONS"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
bearer = HTTPBearer(
    auto_error=False,
    bearerFormat="churn_ID_SECRET",
    scheme_name="key",
    description="A key made by `churn keys create`. On 127.0.0.1 none is needed while no key and no user "
    "exist.",
)


def signed_in(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
) -> Caller:
    """The caller of a request. NotSignedIn without a valid key, TooManyRequests where it is one too many."""
    settings: Settings = request.app.state.settings
    limits: RateLimits = request.app.state.rate_limits
    known: Caller | None = getattr(request.state, "caller", None)
    if known is not None:
        return known
    caller = _caller(request, settings, credentials)
    if caller is None:
        if "authorization" in request.headers:  # none at all is no guess
            limits.count_failure(address_of(request))
        raise NotSignedIn(
            "This needs a valid key in the header `Authorization: Bearer KEY`; "
            "make one with: churn keys create"
        )
    limits.count(caller.name, changes=request.method not in READS)
    request.state.caller = caller
    return caller


SignedIn = Annotated[Caller, Depends(signed_in)]


def address_of(request: Request) -> str:
    """Where a request comes from; uvicorn has put in what a proxy on this machine, or one that
    FORWARDED_ALLOW_IPS names, says in X-Forwarded-For, and believes nobody else."""
    return request.client.host if request.client else "unknown"


def token_of(request: Request) -> str:
    """The key or token that a request carries; "" for none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _caller(
    request: Request, settings: Settings, credentials: HTTPAuthorizationCredentials | None
) -> Caller | None:
    if credentials is not None:
        return caller_of_token(settings, credentials.credentials)
    if "authorization" in request.headers:
        return None
    return LOCAL if _from_this_machine(request) and not is_protected(settings) else None


def _from_this_machine(request: Request) -> bool:
    """Whether a request without a key can only come from whoever sits at this machine.

    The server's own address is not enough: a proxy on this machine passes on what comes from elsewhere, and a
    web page in a browser here can send requests to 127.0.0.1, under a name of its own that leads there."""
    server = request.scope.get("server") or ("", 0)
    origin = request.headers.get("origin")
    return (
        is_loopback(server[0])
        and is_loopback(request.url.hostname or "")
        and not any(name in request.headers for name in FORWARDED)
        and (origin is None or is_loopback(urlsplit(origin).hostname or ""))
        and request.headers.get("sec-fetch-site") in (None, "same-origin", "none")
    )
