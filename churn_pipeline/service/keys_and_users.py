"""Who may come in: users of the app and keys of programs, made and taken back by administrators.

Passwords and keys come and go as `SecretStr`, which no log and no traceback shows."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, SecretStr, Strict, model_validator

from churn_pipeline.access import keys as stored_keys
from churn_pipeline.access import users as stored_users
from churn_pipeline.access.keys import LONGEST_LIFE_DAYS, ApiKey
from churn_pipeline.access.openness import is_protected
from churn_pipeline.access.rights import Rights, Role, now_utc, rights_of_key, rights_of_user
from churn_pipeline.access.users import LONGEST_PASSWORD, SHORTEST_PASSWORD, User
from churn_pipeline.core.documents.document import Document, UtcTime
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller, require_admin
from churn_pipeline.service.delivery.received import known_shops
from churn_pipeline.service.errors import Conflict
from churn_pipeline.service.json_values import Request
from churn_pipeline.service.requests import Name, ShopKey

Shops = Annotated[
    list[ShopKey] | None,
    Field(min_length=1, max_length=1000, description="those that may be seen; null or left out: all of them"),
]
TO_COME = "those of them that nobody has delivered a file for yet: is that their name?"


def _long_enough(given: Any) -> Any:
    if isinstance(given, str) and not SHORTEST_PASSWORD <= len(given) <= LONGEST_PASSWORD:
        raise ValueError(f"expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return given


Password = Annotated[
    SecretStr,
    BeforeValidator(_long_enough),
    Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD),
]


class UserRequest(Request):
    """A user to be made."""

    name: Name = Field(description="to sign in with", examples=["mia"])
    role: Annotated[Role, Strict(False)] = Field(
        description="owner: everything in their shops, the installation where that is all of them; analyst: "
        "works with the data, sees no contacts; reader: looks"
    )
    shops: Shops = None
    password: Password


class PasswordRequest(Request):
    """A new password."""

    password: Password


class UserAnswer(Document):
    """A user, without the password."""

    user_id: str
    name: str
    role: Role
    shops: list[str] | None = Field(description="those that are theirs; null: all")
    shops_to_come: list[str] = Field(description=TO_COME)
    created_at: UtcTime
    state: str = Field(description="active, locked (too many wrong passwords) or disabled")


class KeyRequest(Request):
    """A key to be made: it reads, and more where that is said."""

    name: Name = Field(description="what it is called in lists and in the audit log", examples=["web shop"])
    shops: Shops = None
    write: bool = Field(default=False, description="may also upload, train, simulate, save")
    contacts: bool = Field(default=False, description="may also see names, mail addresses, telephones")
    admin: bool = Field(default=False, description="every shop, and the installation: keys, users, shops")
    expires_days: int | None = Field(
        default=None, ge=1, le=LONGEST_LIFE_DAYS, description="days until it expires; null: never"
    )

    @model_validator(mode="after")
    def _an_admin_has_all(self) -> Self:
        if self.admin and self.shops is not None:
            raise ValueError("an admin's key opens every shop: name no shop, or leave admin out")
        return self


class KeyAnswer(Document):
    """A key, without what it opens with."""

    key_id: str
    name: str
    shops: list[str] | None = Field(description="those that it opens; null: all")
    shops_to_come: list[str] = Field(description=TO_COME)
    can_write: bool
    is_admin: bool
    can_see_contacts: bool
    created_at: UtcTime
    expires_at: UtcTime | None
    last_used_at: UtcTime | None
    state: str = Field(description="valid, expired or revoked")


class NewKey(KeyAnswer):
    """A key that was just made."""

    key: str = Field(description="shown this once: Authorization: Bearer KEY")


def list_users(settings: Settings, caller: Caller) -> list[UserAnswer]:
    """Every user there ever was, by name."""
    require_admin(caller)
    known = known_shops(settings)
    return [_user(user, known) for user in stored_users.list_users(settings)]


def create_user(
    settings: Settings, caller: Caller, request: UserRequest, at_the_shell: bool = False
) -> UserAnswer:
    """A new user; at_the_shell: by somebody who can make others there at any time. BadInput for a taken name;
    Conflict where the first one could not let others in."""
    require_admin(caller)
    if not at_the_shell:
        _require_way_in(settings, rights_of_user(request.role, request.shops))
    password = request.password.get_secret_value()
    made = stored_users.create_user(settings, request.name, request.role, request.shops, password)
    return _user(made, known_shops(settings))


def disable_user(settings: Settings, caller: Caller, user_id: str) -> UserAnswer:
    """The user can sign in no more and is signed out. NotFound; Conflict where that is who asks."""
    require_admin(caller)
    name = _name_of(settings, user_id)
    if caller.name == f"user {name}":
        raise Conflict(f"{name} is you: ask another owner, so that somebody is left who can come in.")
    stored_users.disable_user(settings, name)
    return _found(settings, user_id)


def set_password(settings: Settings, caller: Caller, user_id: str, request: PasswordRequest) -> UserAnswer:
    """Another password for a user, who is signed out everywhere. NotFound."""
    require_admin(caller)
    name = _name_of(settings, user_id)
    stored_users.set_password(settings, name, request.password.get_secret_value())
    return _found(settings, user_id)


def list_keys(settings: Settings, caller: Caller) -> list[KeyAnswer]:
    """Every key there ever was, the oldest first."""
    require_admin(caller)
    now, known = now_utc(), known_shops(settings)
    return [_key(key, now, known) for key in stored_keys.list_keys(settings)]


def create_key(settings: Settings, caller: Caller, request: KeyRequest, at_the_shell: bool = False) -> NewKey:
    """A new key, which is shown this once; at_the_shell: as for users. Conflict where the first one could not
    let others in."""
    require_admin(caller)
    rights = rights_of_key(request.shops, request.write, request.admin, request.contacts)
    if not at_the_shell:
        _require_way_in(settings, rights)
    key_id, key = stored_keys.create_key(settings, request.name, rights, request.expires_days)
    return NewKey(**_found_key(settings, key_id).model_dump(), key=key)


def revoke_key(settings: Settings, caller: Caller, key_id: str) -> KeyAnswer:
    """From now on the key opens nothing. NotFound; Conflict where it is the one that asks."""
    require_admin(caller)
    if caller.name.startswith(f"key {key_id} "):
        raise Conflict(f"{key_id} is the key that asks: take it back with another one.")
    stored_keys.revoke_key(settings, key_id)
    return _found_key(settings, key_id)


def id_of_user(settings: Settings, caller: Caller, name: str) -> str:
    """The id of the user of a name; NotFound where nobody has it."""
    require_admin(caller)
    for user in stored_users.list_users(settings):
        if user.name == name.strip():
            return user.id
    raise NotFound(f"There is no user {name!r}; look at the list of users.")


def _require_way_in(settings: Settings, rights: Rights) -> None:
    """The first user or key ends the time in which the installation is open to whoever sits there."""
    if not rights.is_admin and not is_protected(settings):
        raise Conflict(
            "From the first user or key on everybody has to sign in, so the first one has to be an owner of "
            "all shops or an admin's key; make that one before this."
        )


def _name_of(settings: Settings, user_id: str) -> str:
    return _found(settings, user_id).name


def _found(settings: Settings, user_id: str) -> UserAnswer:
    for user in stored_users.list_users(settings):
        if user.id == user_id:
            return _user(user, known_shops(settings))
    raise NotFound(f"There is no user with the id {user_id!r}; look at the list of users.")


def _found_key(settings: Settings, key_id: str) -> KeyAnswer:
    found = next(key for key in stored_keys.list_keys(settings) if key.id == key_id)
    return _key(found, now_utc(), known_shops(settings))


def _shown(shops: frozenset[str] | None) -> list[str] | None:
    return None if shops is None else sorted(shops)


def _to_come(shops: frozenset[str] | None, known: set[str]) -> list[str]:
    return sorted((shops or frozenset()) - known)


def _user(user: User, known: set[str]) -> UserAnswer:
    locked = user.locked_until is not None and user.locked_until > now_utc()
    return UserAnswer(
        user_id=user.id,
        name=user.name,
        role=user.role,
        shops=_shown(user.rights.shops),
        shops_to_come=_to_come(user.rights.shops, known),
        created_at=user.created_at,
        state="disabled" if user.disabled_at is not None else "locked" if locked else "active",
    )


def _key(key: ApiKey, now: datetime, known: set[str]) -> KeyAnswer:
    return KeyAnswer(
        key_id=key.id,
        name=key.name,
        shops=_shown(key.rights.shops),
        shops_to_come=_to_come(key.rights.shops, known),
        can_write=key.rights.can_write,
        is_admin=key.rights.is_admin,
        can_see_contacts=key.rights.can_see_contacts,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        state=key.state(now),
    )
