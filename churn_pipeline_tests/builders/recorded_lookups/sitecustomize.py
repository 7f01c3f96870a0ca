"""Found first by every Python that is started with this folder on PYTHONPATH: appends to the file that
RECORDED_LOOKUPS names a line for the process itself, and one for each name or address that it asks for.

A line: process, event, what was asked, separated by tabs."""

import os
import sys

# getaddrinfo(host, ...), gethostbyname(host) and so on; connect(socket, address), sendto(socket, address)
NAMED_AT = {
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
    "socket.connect": 1,
    "socket.sendto": 1,
}


def record(place: str, event: str, asked: str) -> None:
    """Appends a line in one write, so that lines of several processes do not mix."""
    descriptor = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{os.getpid()}\t{event}\t{asked}\n".encode())
    finally:
        os.close(descriptor)


def listen(place: str) -> None:
    """From now on every look-up and connection of this process, and of what it forks, is recorded, each
    once."""
    known: set[tuple[int, str, str]] = set()

    def heard(event: str, arguments: tuple[object, ...]) -> None:
        if event not in NAMED_AT:
            return
        about = arguments[NAMED_AT[event]]
        if isinstance(about, tuple):
            about = about[0]
        elif event in ("socket.connect", "socket.sendto"):
            return  # a socket of this machine's file system
        asked = about.decode() if isinstance(about, bytes) else str(about)
        if (line := (os.getpid(), event, asked)) not in known:
            known.add(line)
            record(place, event, asked)

    sys.addaudithook(heard)


if os.environ.get("RECORDED_LOOKUPS"):
    record(os.environ["RECORDED_LOOKUPS"], "started", " ".join(sys.orig_argv))
    listen(os.environ["RECORDED_LOOKUPS"])
