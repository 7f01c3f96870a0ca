"""Signing in with a name and a password, for people in front of the app; programs have keys."""

from typing import Any

from fastapi import APIRouter, Request

from churn_pipeline.api.conventions import Installation, SignedIn
from churn_pipeline.api.problems import problems
from churn_pipeline.api.security.signed_in import address_of, token_of
from churn_pipeline.service import sign_in as service
from churn_pipeline.service.errors import NotSignedIn
from churn_pipeline.service.sign_in import CallerAnswer, SignInAnswer, SignInRequest

router = APIRouter(tags=["access"])
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: problems()[status] for status in (401, 413, 422, 429, 503)
}


@router.post("/sign-in", responses=REFUSALS)
def sign_in(settings: Installation, request: Request, given: SignInRequest) -> SignInAnswer:
    """Begins a session for a user of the app. Five wrong passwords in a row lock a user for a minute at
    first."""
    try:
        token, caller = service.sign_in(settings, given.name, given.password)
    except NotSignedIn:
        request.app.state.rate_limits.count_failure(address_of(request))
        raise
    request.state.caller = caller
    return SignInAnswer(token=token, **service.described(caller).model_dump())


@router.post("/sign-out", responses=problems())
def sign_out(settings: Installation, request: Request, caller: SignedIn) -> CallerAnswer:
    """Ends the session that the token is of, and says whose it was; a key stays as it is."""
    service.sign_out(settings, token_of(request))
    return service.described(caller)


@router.get("/me", responses=problems())
def get_me(caller: SignedIn) -> CallerAnswer:
    """Who asks, which shops are theirs, and what they may do."""
    return service.described(caller)
