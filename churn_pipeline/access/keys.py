"""API keys. A key is `churn_ID_SECRET`; what is kept of it is the SHA-256 of the whole.

A slow hash such as argon2 protects secrets that people think up, which can be guessed. This one is 256 random
bits: there is nothing to guess, so a fast hash loses nothing, and a request is not slowed by 50 ms."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import JSON, Exists, String, exists, select, update
from sqlalchemy.orm import Mapped, mapped_column

from churn_pipeline.access.database import Base, reading, writing
from churn_pipeline.access.rights import Rights, as_stored, checked_name, now_utc
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings

KEY = re.compile(r"churn_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
SECRET_BYTES = 32
LAST_USED_EVERY = timedelta(minutes=1)
"""Use is noted at most so often: a write for each request would be the slowest part of most of them."""
LONGEST_LIFE_DAYS = 3650


class KeyRow(Base):
    """Table `keys`."""

    __tablename__ = "keys"
    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str] = mapped_column(String(64))
    shops: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    can_write: Mapped[bool]
    is_admin: Mapped[bool]
    can_see_contacts: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


@dataclass(frozen=True)
class ApiKey:
    """What may be shown of a key. Times are naive UTC."""

    id: str
    name: str
    rights: Rights
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def state(self, now: datetime) -> str:
        """`revoked`, `expired` or `valid`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


def create_key(
    settings: Settings, name: str, rights: Rights, expires_days: int | None = None
) -> tuple[str, str]:
    """A new key: its id, and the key itself, which is shown this once and never kept. BadInput for a
    lifetime that is none."""
    if expires_days is not None and not 0 < expires_days <= LONGEST_LIFE_DAYS:
        raise BadInput(f"A life of {expires_days} days: expected 1 to {LONGEST_LIFE_DAYS}.")
    key_id, now = secrets.token_hex(6), now_utc()
    key = f"churn_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    row = KeyRow(
        id=key_id,
        name=checked_name(name),
        secret_hash=_hash(key),
        shops=as_stored(rights.shops),
        can_write=rights.can_write,
        is_admin=rights.is_admin,
        can_see_contacts=rights.can_see_contacts,
        created_at=now,
        expires_at=None if expires_days is None else now + timedelta(days=expires_days),
    )
    with writing(settings) as session:
        session.add(row)
    return key_id, key


def key_given(settings: Settings, given: str) -> ApiKey | None:
    """The valid key that was given; None for one that is unknown, wrong, revoked or expired."""
    form = KEY.fullmatch(given)
    if form is None:
        return None
    with reading(settings) as session:
        row = session.get(KeyRow, form[1])
    right = hmac.compare_digest(_hash(given), row.secret_hash if row is not None else "0" * 64)
    now = now_utc()
    if row is None or not right or _shown(row).state(now) != "valid":
        return None
    if row.last_used_at is None or now - row.last_used_at >= LAST_USED_EVERY:
        with writing(settings) as session:
            session.execute(update(KeyRow).where(KeyRow.id == row.id).values(last_used_at=now))
    return _shown(row)


def list_keys(settings: Settings) -> list[ApiKey]:
    """Every key there ever was, the oldest first."""
    with reading(settings) as session:
        return [_shown(row) for row in session.scalars(select(KeyRow).order_by(KeyRow.created_at, KeyRow.id))]


def revoke_key(settings: Settings, key_id: str) -> None:
    """From now on the key opens nothing. NotFound for an unknown id; revoking again changes nothing."""
    with writing(settings) as session:
        row = session.get(KeyRow, key_id)
        if row is None:
            raise NotFound(f"There is no key {key_id!r}; look at the list of keys.")
        row.revoked_at = row.revoked_at or now_utc()


def any_key() -> Exists:
    """SQL for whether there was ever a key; one that was revoked counts."""
    return exists().where(KeyRow.id.is_not(None))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _shown(row: KeyRow) -> ApiKey:
    rights = Rights(
        None if row.shops is None else frozenset(row.shops), row.can_write, row.is_admin, row.can_see_contacts
    )
    return ApiKey(row.id, row.name, rights, row.created_at, row.expires_at, row.revoked_at, row.last_used_at)
