"""Sign-in sessions of the app: a random token in the browser, its SHA-256 here."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from churn_pipeline.access.database import Base, reading, writing
from churn_pipeline.access.rights import now_utc
from churn_pipeline.access.users import User, UserRow, shown_user
from churn_pipeline.core.settings import Settings

TOKEN = re.compile(r"signin_[A-Za-z0-9_-]{43}")
SEEN_EVERY = timedelta(minutes=1)


class SignInSessionRow(Base):
    """Table `sign_in_sessions`."""

    __tablename__ = "sign_in_sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


def begin_session(settings: Settings, user: User) -> str:
    """The token of a new session, which is shown this once; sessions that have ended are removed."""
    token, now = f"signin_{secrets.token_urlsafe(32)}", now_utc()
    with writing(settings) as session:
        session.execute(delete(SignInSessionRow).where(SignInSessionRow.expires_at <= now))
        session.add(
            SignInSessionRow(
                token_hash=_hash(token),
                user_id=user.id,
                created_at=now,
                last_seen_at=now,
                expires_at=now + timedelta(hours=settings.sign_in_hours),
            )
        )
    return token


def user_of_session(settings: Settings, token: str) -> User | None:
    """Who is signed in by this token; None where it is unknown, has ended or was idle for too long, or its
    user was disabled."""
    if TOKEN.fullmatch(token) is None:
        return None
    now = now_utc()
    idle = timedelta(minutes=settings.sign_in_idle_minutes)
    with reading(settings) as session:
        row = session.get(SignInSessionRow, _hash(token))
        user = session.get(UserRow, row.user_id) if row is not None else None
    if row is None or row.expires_at <= now or row.last_seen_at + idle <= now:
        return None
    if user is None or user.disabled_at is not None:
        return None
    if now - row.last_seen_at >= SEEN_EVERY:
        this = SignInSessionRow.token_hash == row.token_hash
        with writing(settings) as session:
            session.execute(update(SignInSessionRow).where(this).values(last_seen_at=now))
    return shown_user(user)


def end_session(settings: Settings, token: str) -> None:
    """Signs out; an unknown token changes nothing."""
    with writing(settings) as session:
        session.execute(delete(SignInSessionRow).where(SignInSessionRow.token_hash == _hash(token)))


def end_sessions_of(session: Session, user_id: str) -> None:
    """Signs a user out everywhere."""
    session.execute(delete(SignInSessionRow).where(SignInSessionRow.user_id == user_id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
