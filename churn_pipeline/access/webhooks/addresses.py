"""Where a webhook may go: public addresses alone, unless the setting allows others.

A name is resolved once and the connection goes to the address that was looked at; a second look-up by the
connection itself could be given another answer, an address inside (DNS rebinding)."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from churn_pipeline.core.errors import BadInput, ChurnError

Resolve = Callable[[str, int], list[str]]
"""(host, port) -> its addresses."""

NEVER_PUBLIC = (".localhost", ".local", ".internal", ".home.arpa", ".alt", ".onion")


class AddressRefused(ChurnError):
    """A host that leads where nothing may be sent."""


def checked_url(url: str, allow_private: bool) -> str:
    """The URL, if its form allows messages; BadInput otherwise. What its host leads to is looked at when
    something is sent."""
    shown = url[:200]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadInput(f"{shown!r} is no web address: {error}.") from error
    if len(url) > 2000 or not url.isascii() or not url.isprintable() or " " in url:
        raise BadInput("url: expected at most 2,000 printable ASCII characters without spaces.")
    if parts.scheme not in (("https", "http") if allow_private else ("https",)) or not parts.hostname:
        raise BadInput(f"{shown!r}: expected an address that begins with https:// and names a host.")
    if parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise BadInput(f"{shown!r}: expected an address without user, password, or '#'.")
    literal = _literal(parts.hostname)
    is_inside = _is_name_inside(parts.hostname) if literal is None else not is_public(literal)
    if is_inside and not allow_private:
        raise BadInput(f"{shown!r} leads into a private network, where webhooks may not go.")
    return url


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses that a host name has at present."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def pinned_address(host: str, port: int, allow_private: bool, resolve: Resolve = addresses_of) -> str:
    """The address to connect to. AddressRefused when any of the host's addresses is not public, or it has
    none."""
    try:
        found = [ip_address(address.partition("%")[0]) for address in resolve(host, port)]
    except (OSError, UnicodeError) as error:
        raise AddressRefused(f"The host {host} has no address ({error}).") from error
    if not found:
        raise AddressRefused(f"The host {host} has no address.")
    if not allow_private and not all(is_public(address) for address in found):
        raise AddressRefused(f"The host {host} leads into a private network, where webhooks may not go.")
    return str(found[0])


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the internet; one that wraps an IPv4 address (mapped, 6to4, NAT64) is what it
    wraps."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address.packed.startswith(bytes.fromhex("0064ff9b")):
            wrapped = IPv4Address(address.packed[-4:])
        if wrapped is not None:
            return is_public(wrapped)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_name_inside(host: str) -> bool:
    """Whether a name can only lead inside: one without a dot, or of a zone that is never public (RFC 6761,
    6762, 9476)."""
    name = host.rstrip(".").lower()
    return "." not in name or name.endswith(NEVER_PUBLIC)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """An address that is written as one, in any form that connections understand: 127.1, 0x7f000001."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None
