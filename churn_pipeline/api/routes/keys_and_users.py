"""Users of the app and keys of programs, for administrators. None of these takes an Idempotency-Key: its
answers are kept for a day, and a key is shown once."""

from typing import Annotated

from fastapi import APIRouter, Path

from churn_pipeline.api.conventions import Installation, SignedIn
from churn_pipeline.api.problems import problems
from churn_pipeline.service import keys_and_users as service
from churn_pipeline.service.keys_and_users import (
    KeyAnswer,
    KeyRequest,
    NewKey,
    PasswordRequest,
    UserAnswer,
    UserRequest,
)

router = APIRouter(tags=["access"])
UserId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["5a0c8c7f1f0e4e0b9d3a6f2c1b7e8d90"])]
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", examples=["3f2a90c1b7de"])]


@router.get("/users", responses=problems())
def list_users(settings: Installation, caller: SignedIn) -> list[UserAnswer]:
    """Every user of the app. It needs an administrator, as all of these do."""
    return service.list_users(settings, caller)


@router.post("/users", status_code=201, responses=problems(409))
def create_user(settings: Installation, caller: SignedIn, request: UserRequest) -> UserAnswer:
    """Makes a user of the app. The first one has to be an owner of all shops: from then on everybody signs
    in."""
    return service.create_user(settings, caller, request)


@router.post("/users/{user_id}/disable", responses=problems(409))
def disable_user(settings: Installation, caller: SignedIn, user_id: UserId) -> UserAnswer:
    """The user can sign in no more, and is signed out everywhere; nobody disables themselves."""
    return service.disable_user(settings, caller, user_id)


@router.post("/users/{user_id}/password", responses=problems())
def set_password(
    settings: Installation, caller: SignedIn, user_id: UserId, request: PasswordRequest
) -> UserAnswer:
    """Gives a user another password; who signed in with the old one is signed out, and a lock is lifted."""
    return service.set_password(settings, caller, user_id, request)


@router.get("/keys", responses=problems())
def list_keys(settings: Installation, caller: SignedIn) -> list[KeyAnswer]:
    """Every key, without what it opens with."""
    return service.list_keys(settings, caller)


@router.post("/keys", status_code=201, responses=problems(409))
def create_key(settings: Installation, caller: SignedIn, request: KeyRequest) -> NewKey:
    """Makes a key for a program; it is shown this once."""
    return service.create_key(settings, caller, request)


@router.post("/keys/{key_id}/revoke", responses=problems(409))
def revoke_key(settings: Installation, caller: SignedIn, key_id: KeyId) -> KeyAnswer:
    """Takes a key back: it opens nothing from now on. The one that asks stays."""
    return service.revoke_key(settings, caller, key_id)
