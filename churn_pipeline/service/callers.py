"""Who asks, for which shops, and what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from churn_pipeline.core.errors import NotFound
from churn_pipeline.service.errors import NotAllowed


@dataclass(frozen=True)
class Caller:
    """Whoever asks. shops: those that they may know of; None: all, those to come included."""

    name: str
    shops: frozenset[str] | None = None
    can_write: bool = True
    is_admin: bool = True
    can_see_contacts: bool = True

    def may_see(self, shop: str) -> bool:
        """Whether the shop is one of theirs."""
        return self.shops is None or shop in self.shops


LOCAL = Caller("local")
"""Whoever sits at the machine: commands, and an API that is open on 127.0.0.1."""


def require_shop(caller: Caller, shop: str) -> None:
    """NotFound, in the words of a shop that does not exist, where the shop is not the caller's."""
    if not caller.may_see(shop):
        raise NotFound(no_such_shop(shop))


def require_write(caller: Caller) -> None:
    """NotAllowed unless the caller may change something."""
    if not caller.can_write:
        raise NotAllowed(f"{caller.name} may read but not change anything; ask for the right to write.")


def require_admin(caller: Caller) -> None:
    """NotAllowed unless the caller is an administrator."""
    if not caller.is_admin:
        raise NotAllowed(f"{caller.name} is no administrator; ask one.")


def no_such_shop(shop: str, known: Sequence[str] = ()) -> str:
    """One sentence whether there is no such shop or it is of someone else. known: the shops there are, for
    those who may see all."""
    among = f" (known: {', '.join(known)})" if known else ""
    return f"There is no shop {shop!r}{among}; look at the name, or deliver a file for it first."
