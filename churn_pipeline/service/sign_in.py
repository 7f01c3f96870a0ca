"""Who asks: from a key, a sign-in, or nothing on a machine that is open."""

from pydantic import Field

from churn_pipeline.access.keys import ApiKey, key_given
from churn_pipeline.access.rights import Rights
from churn_pipeline.access.sign_in_sessions import begin_session, end_session, user_of_session
from churn_pipeline.access.users import User, user_with_password
from churn_pipeline.core.documents.document import Document
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.errors import NotSignedIn
from churn_pipeline.service.json_values import Request


class SignInRequest(Request):
    """A user's name and password."""

    name: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=1024)


class CallerAnswer(Document):
    """Who asks, and what they may do."""

    name: str
    shops: list[str] | None = Field(description="those that they may know of; null: all")
    can_write: bool
    is_admin: bool = Field(description="may also manage keys, users and whole shops")
    can_see_contacts: bool = Field(description="names, mail addresses and telephone numbers of customers")


class SignInAnswer(CallerAnswer):
    """A sign-in."""

    token: str = Field(description="takes the place of a key: Authorization: Bearer TOKEN")


def described(caller: Caller) -> CallerAnswer:
    """A caller as the API tells them of themselves."""
    shops = None if caller.shops is None else sorted(caller.shops)
    return CallerAnswer(**{**vars(caller), "shops": shops})


def caller_of_token(settings: Settings, token: str) -> Caller | None:
    """Whoever holds a key or the token of a sign-in; None where it is not valid, for whatever reason."""
    key = key_given(settings, token)
    if key is not None:
        return caller_of_key(key)
    user = user_of_session(settings, token)
    return None if user is None else caller_of_user(user)


def sign_in(settings: Settings, name: str, password: str) -> tuple[str, Caller]:
    """The token of a new session and whose it is. NotSignedIn where name and password do not belong together,
    or the user is locked or disabled: which of them is not said."""
    user = user_with_password(settings, name, password)
    if user is None:
        raise NotSignedIn(
            "Name and password do not belong together, or there were too many wrong ones: wait a minute."
        )
    return begin_session(settings, user), caller_of_user(user)


def sign_out(settings: Settings, token: str) -> None:
    """Ends a session; an unknown token changes nothing."""
    end_session(settings, token)


def caller_of_key(key: ApiKey) -> Caller:
    """A key's holder."""
    return _caller(f"key {key.id} ({key.name})", key.rights)


def caller_of_user(user: User) -> Caller:
    """A user."""
    return _caller(f"user {user.name}", user.rights)


def _caller(name: str, rights: Rights) -> Caller:
    return Caller(name, rights.shops, rights.can_write, rights.is_admin, rights.can_see_contacts)
