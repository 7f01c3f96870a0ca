"""Users of the app: a name, a password kept as argon2id hash, a role, and the shops that are theirs.

A wrong password, an unknown name and a locked user take the same time and get the same answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import JSON, Exists, String, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from churn_pipeline.access.database import Base, reading, writing
from churn_pipeline.access.rights import Rights, Role, as_stored, checked_name, now_utc, rights_of_user
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1024
FAILURES_BEFORE_LOCK = 5
_checking = BoundedSemaphore(4)  # each check takes 64 MB, and guesses come by the hundred
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=1), timedelta(hours=1)


class UserRow(Base):
    """Table `users`."""

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    shops: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]


@dataclass(frozen=True)
class User:
    """What may be shown of a user. Times are naive UTC."""

    id: str
    name: str
    role: Role
    rights: Rights
    created_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None


def create_user(
    settings: Settings, name: str, role: Role, shops: Sequence[str] | None, password: str
) -> User:
    """A new user; shops: None for all. BadInput for a name that is taken in whatever case, or a password that
    is too short or too long."""
    row = UserRow(
        id=uuid4().hex,
        name=checked_name(name),
        role=role.value,
        shops=as_stored(rights_of_user(role, shops).shops),
        password_hash=_hasher().hash(_checked_password(password)),
        created_at=now_utc(),
        failures=0,
    )
    with writing(settings) as session:
        taken = {name.casefold(): name for name in session.scalars(select(UserRow.name))}
        if row.name.casefold() in taken:
            raise BadInput(f"There is a user {taken[row.name.casefold()]!r} already; choose another name.")
        session.add(row)
    return shown_user(row)


def user_with_password(settings: Settings, name: str, password: str) -> User | None:
    """The user whose name and password these are; None otherwise.

    After five wrong passwords in a row the user is locked, for a minute at first and twice as long each
    time."""
    nobody = _hash_of_nobody()
    row = _counted_attempt(settings, name.strip())
    right = _matches(row.password_hash if row is not None else nobody, password[:LONGEST_PASSWORD])
    if row is None or not right:
        return None
    renewed = _hasher().hash(password) if _hasher().check_needs_rehash(row.password_hash) else None
    with writing(settings) as session:
        user = session.get_one(UserRow, row.id)
        user.failures, user.locked_until = 0, None
        user.password_hash = renewed or user.password_hash
        return shown_user(user)


def list_users(settings: Settings) -> list[User]:
    """Every user, by name."""
    with reading(settings) as session:
        return [shown_user(row) for row in session.scalars(select(UserRow).order_by(UserRow.name))]


def disable_user(settings: Settings, name: str) -> None:
    """The user can sign in no more, and is signed out everywhere. NotFound for an unknown name."""
    with writing(settings) as session:
        row = _named(session, name)
        row.disabled_at = row.disabled_at or now_utc()


def set_password(settings: Settings, name: str, password: str) -> None:
    """A new password; whoever signed in with the old one is signed out, and a lock is lifted."""
    from churn_pipeline.access.sign_in_sessions import end_sessions_of  # it knows users, not the other way

    with writing(settings) as session:
        row = _named(session, name)
        row.password_hash = _hasher().hash(_checked_password(password))
        row.failures, row.locked_until = 0, None
        end_sessions_of(session, row.id)


def any_user() -> Exists:
    """SQL for whether there was ever a user; one that was disabled counts."""
    return exists().where(UserRow.id.is_not(None))


def shown_user(row: UserRow) -> User:
    """What may be shown of a row."""
    role = Role(row.role)
    rights = rights_of_user(role, row.shops)
    return User(row.id, row.name, role, rights, row.created_at, row.disabled_at, row.locked_until)


def _named(session: Session, name: str) -> UserRow:
    row = session.scalar(select(UserRow).where(UserRow.name == name.strip()))
    if row is None:
        raise NotFound(f"There is no user {name!r}; look at the list of users.")
    return row


def _counted_attempt(settings: Settings, name: str) -> UserRow | None:
    """The user, if they may try a password now. The attempt counts as failed until it has succeeded: of many
    guesses at the same moment no more get through than of as many one after the other."""
    now = now_utc()
    with writing(settings) as session:
        row = session.scalar(select(UserRow).where(UserRow.name == name).with_for_update())
        if row is None or row.disabled_at is not None or (row.locked_until or now) > now:
            return None
        row.failures += 1
        rounds, remainder = divmod(row.failures, FAILURES_BEFORE_LOCK)
        if remainder == 0:
            row.locked_until = now + min(LONGEST_LOCK, FIRST_LOCK * 2 ** min(rounds - 1, 10))
        return row


def _checked_password(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            f"The password has {len(password)} characters: expected {SHORTEST_PASSWORD} to "
            f"{LONGEST_PASSWORD}."
        )
    return password


def _matches(password_hash: str, password: str) -> bool:
    with _checking:
        try:
            return _hasher().verify(password_hash, password)
        except VerificationError:
            return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id with the parameters of RFC 9106 for little memory


@cache
def _hash_of_nobody() -> str:
    """What an unknown name's password is compared with, so that it takes as long as a known one's."""
    return _hasher().hash(uuid4().hex)
