"""Idempotency keys: a request that was answered is answered the same way when it comes again.

A key belongs to one caller and one route. The answer is kept for a day; only an answer that did something is:
a request that was refused may be corrected and sent again under the same key."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from churn_pipeline.access.database import Base, writing
from churn_pipeline.access.rights import now_utc
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings

KEPT_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(minutes=10)
"""A request without an answer after so long has died with its process: the key is free again."""
LONGEST_KEY = 255


class IdempotencyRow(Base):
    """Table `idempotency`."""

    __tablename__ = "idempotency"
    caller: Mapped[str] = mapped_column(String(120), primary_key=True)
    route: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[str | None]
    answer: Mapped[bytes | None]
    begun_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Claim:
    """A request under a key: whose, where, which key, and what it says."""

    caller: str
    route: str
    key: str
    body_hash: str


@dataclass(frozen=True)
class StoredAnswer:
    """What was answered; headers: JSON text."""

    status: int
    headers: str
    answer: bytes


class KeyConflict(BadInput):
    """The key is taken by another body, or by the same request which is still being worked on (HTTP 409)."""


class KeyBusy(KeyConflict):
    """The same request under this key is being worked on."""


def claim_of(caller: str, route: str, key: str, body: bytes) -> Claim:
    """BadInput for a key that is empty, too long or not printable ASCII."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise BadInput(f"Idempotency-Key: expected 1 to {LONGEST_KEY} printable ASCII characters.")
    return Claim(caller, route, key, hashlib.sha256(body).hexdigest())


def begin(settings: Settings, claim: Claim) -> StoredAnswer | None:
    """The answer that was given before; None where the request is to be worked on now, under this key.

    KeyConflict when the key was used with another body, or its request has no answer yet."""
    now = now_utc()
    try:
        with writing(settings) as session:
            session.execute(delete(IdempotencyRow).where(IdempotencyRow.begun_at <= now - KEPT_FOR))
            row = session.get(IdempotencyRow, (claim.caller, claim.route, claim.key))
            if row is not None and row.status is None and row.begun_at <= now - GIVEN_UP_AFTER:
                session.delete(row)
                session.flush()
                row = None
            if row is not None:
                return _answered(row, claim)
            session.add(
                IdempotencyRow(
                    caller=claim.caller,
                    route=claim.route,
                    key=claim.key,
                    body_hash=claim.body_hash,
                    begun_at=now,
                )
            )
    except IntegrityError as error:  # the same request came twice at the same moment
        raise KeyBusy(_IN_PROGRESS) from error
    return None


def keep_answer(settings: Settings, claim: Claim, answer: StoredAnswer) -> None:
    """The answer from now on."""
    with writing(settings) as session:
        row = session.get(IdempotencyRow, (claim.caller, claim.route, claim.key))
        if row is not None:
            row.status, row.headers, row.answer = answer.status, answer.headers, answer.answer


def release(settings: Settings, claim: Claim) -> None:
    """Nothing was done: the key is free again."""
    with writing(settings) as session:
        row = session.get(IdempotencyRow, (claim.caller, claim.route, claim.key))
        if row is not None:
            session.delete(row)


_IN_PROGRESS = "The request under this Idempotency-Key is still being worked on; ask again in a moment."


def _answered(row: IdempotencyRow, claim: Claim) -> StoredAnswer:
    if row.body_hash != claim.body_hash:
        raise KeyConflict(
            "This Idempotency-Key was used for another request; give every new request a new key."
        )
    if row.status is None or row.answer is None:
        raise KeyBusy(_IN_PROGRESS)
    return StoredAnswer(row.status, row.headers or "{}", row.answer)
