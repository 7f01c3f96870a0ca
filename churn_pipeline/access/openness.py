"""Whether an installation is open: as long as there is neither key nor user, and on this machine alone."""

from ipaddress import ip_address

from sqlalchemy import select

from churn_pipeline.access.database import database_url, reading
from churn_pipeline.access.keys import any_key
from churn_pipeline.access.users import any_user
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings

_PROTECTED: set[str] = set()


def is_protected(settings: Settings) -> bool:
    """Whether there is, or was, a key or a user: from the first one on for ever, so that nobody opens the
    installation by revoking the last."""
    url = database_url(settings)
    if url not in _PROTECTED:
        with reading(settings) as session:  # one query: an open installation asks it at every request
            if not session.scalar(select(any_key() | any_user())):
                return False
        _PROTECTED.add(url)
    return True


def is_loopback(host: str) -> bool:
    """Whether an address or host name is this machine's own and cannot be reached from another."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_unprotected(settings: Settings, host: str) -> None:
    """BadInput where others could reach an installation that asks nobody for a key."""
    if not is_loopback(host) and not is_protected(settings):
        raise BadInput(
            f"On the address {host} others can reach this installation, and there is no key or user yet: "
            "make one first (churn keys create --name NAME --admin), or use --host 127.0.0.1."
        )
