"""What the holder of a key, or a user, may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from churn_pipeline.core.errors import BadInput
from churn_pipeline.shop.config import validated_shop_name


class Role(StrEnum):
    """What a user is."""

    OWNER = "owner"
    ANALYST = "analyst"
    READER = "reader"


@dataclass(frozen=True)
class Rights:
    """shops: those that may be seen, None for all. is_admin: may also manage keys, users and whole shops.
    can_see_contacts: names, mail addresses and telephone numbers of customers."""

    shops: frozenset[str] | None
    can_write: bool
    is_admin: bool
    can_see_contacts: bool


def rights_of_key(shops: Sequence[str] | None, write: bool, admin: bool, contacts: bool) -> Rights:
    """An admin's key opens everything; any other one reads, and writes where that was given. shops: None for
    all of them. BadInput for an impossible shop name, none at all, or an admin of some shops."""
    if admin and shops is not None:
        raise BadInput("An admin's key opens every shop: name no shop, or make it no admin's.")
    return Rights(
        shops=_shops(shops), can_write=write or admin, is_admin=admin, can_see_contacts=contacts or admin
    )


def rights_of_user(role: Role, shops: Sequence[str] | None) -> Rights:
    """An owner does everything in the shops that are theirs and manages the installation where that is all of
    them (None); an analyst works with the data; a reader looks at it. BadInput as for keys."""
    return Rights(
        shops=_shops(shops),
        can_write=role in (Role.OWNER, Role.ANALYST),
        is_admin=role is Role.OWNER and shops is None,
        can_see_contacts=role is Role.OWNER,
    )


def _shops(names: Sequence[str] | None) -> frozenset[str] | None:
    """Never all of them because a list came out empty."""
    if names is None:
        return None
    if not names:
        raise BadInput("The list of shops is empty: name at least one, or leave it out for all of them.")
    return frozenset(validated_shop_name(name) for name in names)


def as_stored(shops: frozenset[str] | None) -> list[str] | None:
    """The shops as the tables keep them."""
    return None if shops is None else sorted(shops)


def now_utc() -> datetime:
    """Now, naive UTC, as the tables keep times."""
    return datetime.now(UTC).replace(tzinfo=None)


def checked_name(name: str) -> str:
    """A name for a key or a user: 1 to 100 printable characters. BadInput otherwise."""
    cleaned = name.strip()
    if not 0 < len(cleaned) <= 100 or not cleaned.isprintable():
        raise BadInput(f"The name {name!r}: expected 1 to 100 printable characters.")
    return cleaned
