"""Sends the messages that are due: signed, to the address that was looked at, and never further."""

import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import httpx

from churn_pipeline.access.rights import now_utc
from churn_pipeline.access.webhooks.addresses import (
    AddressRefused,
    Resolve,
    addresses_of,
    checked_url,
    pinned_address,
)
from churn_pipeline.access.webhooks.deliveries import (
    Delivery,
    next_attempt,
    note_delivered,
    note_failed,
    take_due,
)
from churn_pipeline.access.webhooks.signature import HEADER, signature
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings

TIMEOUT = httpx.Timeout(10)


def send_due(settings: Settings, resolve: Resolve = addresses_of) -> tuple[int, list[str]]:
    """Sends every message whose time has come; how many arrived, and a sentence about each that did not."""
    arrived, problems = 0, []
    for delivery in take_due(settings, now_utc()):
        problem = _sent(settings, delivery, resolve)
        if problem is None:
            note_delivered(settings, delivery, now_utc())
            arrived += 1
        else:
            note_failed(settings, delivery, now_utc(), problem)
            host = urlsplit(delivery.url).hostname
            problems.append(f"The webhook at {host} was not reached (attempt {delivery.attempt}): {problem}")
    return arrived, problems


def send_until_arrived(
    settings: Settings, shop: str, longest: timedelta, wait: Callable[[float], None] = time.sleep
) -> list[str]:
    """Sends a shop's messages, and again where one did not arrive, as long as the next attempt comes within
    `longest`: for a process that ends afterwards, on a machine where perhaps no daemon runs. What is left
    waits for whoever comes next. Returns a sentence about each failure."""
    until, problems = now_utc() + longest, []
    while (due := next_attempt(settings, shop)) is not None and due <= until:
        wait(max(0.0, (due - now_utc()).total_seconds()))
        problems += send_due(settings)[1]
    return problems


def _sent(settings: Settings, delivery: Delivery, resolve: Resolve) -> str | None:
    """None when the message has arrived; otherwise what went wrong."""
    try:
        return _posted(settings, delivery, resolve)
    except (AddressRefused, BadInput) as error:
        return str(error)
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"


def _posted(settings: Settings, delivery: Delivery, resolve: Resolve) -> str | None:
    """The connection goes to the address that was looked at; certificate and Host are those of the name. No
    redirect is followed and no proxy is asked: either could lead elsewhere."""
    parts = urlsplit(checked_url(delivery.url, settings.webhooks_allow_private))
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = pinned_address(host, port, settings.webhooks_allow_private, resolve)
    netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    body = delivery.body.encode()
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": "churn_pipeline",
        HEADER: signature(delivery.secret, int(time.time()), body),
    }
    url = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    with httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client:
        request = client.build_request(
            "POST", url, content=body, headers=headers, extensions={"sni_hostname": host}
        )
        answer = client.send(request, stream=True)  # its body is nobody's concern, and could be endless
        answer.close()
    return None if answer.is_success else f"it answered {answer.status_code}"
