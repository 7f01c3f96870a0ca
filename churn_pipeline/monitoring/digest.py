"""The digest: what is new among the alerts, as one message per channel (apprise: mail, chat, webhook), each thing once.

Every channel has a memory of its own, so that one which is down neither holds up the others nor makes them hear everything twice. The
memory names a channel by a hash: its address holds secrets.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from churn_pipeline.monitoring.alerts import Alert
from churn_pipeline.settings import Settings
from churn_pipeline.storage import read_json, write_json

LINES_PER_SHOP = 20


@dataclass(frozen=True)
class Delivery:
    """sent: alerts that reached at least one channel; failures: a sentence for each channel that could not be reached."""

    sent: int
    failures: list[str]


def send_digest(settings: Settings, alerts: list[Alert], now: datetime) -> Delivery:
    """Sends each channel of `alert_urls` what it has not heard yet, at most once in `alert_digest_minutes`.

    now: naive UTC. An event is told once; a lasting state is told again after `alert_repeat_days`. A channel that fails is told about in
    the others, and gets everything once it works again.
    """
    path = settings.data_dir / "alert_channels.json"
    memory: dict[str, Any] = read_json(path) if path.exists() else {}
    channels = {_channel_key(url): url for url in settings.alert_urls}
    down = [_down(label(channels[key]), key, state["failing_since"]) for key, state in memory.items() if _fails(state, key, channels)]
    renewed, reached, failures = dict[str, Any](), set[str](), list[str]()
    for key, url in channels.items():
        state = memory.get(key, {"sent": {}, "last_at": "", "failing_since": ""})
        told = [*alerts, *(alert for alert in down if alert.key != f"channel:{key}")]
        fresh = _fresh(told, state["sent"], settings, now)
        if not fresh or state["last_at"] > (now - timedelta(minutes=settings.alert_digest_minutes)).isoformat():
            renewed[key] = state
        elif problem := _deliver(url, _title(fresh), digest_text(fresh)):
            failures.append(f"{label(url)}: {problem}; {len(fresh)} alerts wait for it and are tried again.")
            renewed[key] = state | {"failing_since": state["failing_since"] or now.isoformat()}
        else:
            reached |= {alert.key for alert in fresh}
            present = {alert.key for alert in told}
            kept = {k: at for k, at in state["sent"].items() if k in present}
            renewed[key] = {"sent": kept | {a.key: now.isoformat() for a in fresh}, "last_at": now.isoformat(), "failing_since": ""}
    if renewed != memory:
        write_json(path, renewed)
    return Delivery(len(reached), failures)


def digest_text(alerts: list[Alert]) -> str:
    """The message: a paragraph per shop, a line per alert with its link."""
    return "\n\n".join(_paragraph(shop, [a for a in alerts if a.shop == shop]) for shop in dict.fromkeys(alert.shop for alert in alerts))


def label(url: str) -> str:
    """A channel by its kind and host, without user, password, token or path."""
    parts = urlsplit(url)
    host = parts.hostname if parts.scheme in ("mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms") else None
    return f"{parts.scheme}://{host or '...'}"


def _paragraph(shop: str, alerts: list[Alert]) -> str:
    lines = [f"- {a.text} {a.link}".rstrip() for a in alerts[:LINES_PER_SHOP]]
    more = [f"- and {len(alerts) - LINES_PER_SHOP} more"] if len(alerts) > LINES_PER_SHOP else []
    return "\n".join([f"Shop {shop}" if shop else "The installation", *lines, *more])


def _title(alerts: list[Alert]) -> str:
    shops = sorted({alert.shop for alert in alerts} - {""})
    named = f" ({', '.join(shops[:3])}{', ...' if len(shops) > 3 else ''})" if shops else ""
    return f"churn_pipeline: {len(alerts)} alert{'s' if len(alerts) > 1 else ''}{named}"


def _fresh(alerts: list[Alert], sent: dict[str, str], settings: Settings, now: datetime) -> list[Alert]:
    oldest = (now - timedelta(days=settings.alert_repeat_days)).isoformat()
    unique = {alert.key: alert for alert in alerts}.values()
    return [a for a in unique if a.key not in sent or (a.lasting and sent[a.key] < oldest)]


def _channel_key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _fails(state: dict[str, Any], key: str, channels: dict[str, str]) -> bool:
    return bool(state["failing_since"]) and key in channels


def _down(name: str, key: str, since: str) -> Alert:
    text = f"Alerts do not reach {name} since {since[:16].replace('T', ' ')} UTC: check the address in CHURN_ALERT_URLS and the service."
    return Alert(f"channel:{key}", "", text, "", lasting=True)


def _deliver(url: str, title: str, body: str) -> str:
    """Sends one message to one channel; returns what went wrong, empty where nothing did."""
    import apprise

    with _quiet_apprise():
        notifier = apprise.Apprise()
        if not notifier.add(url):
            return "apprise does not know such an address, correct it in CHURN_ALERT_URLS"
        return "" if notifier.notify(title=title, body=body) else "the message could not be delivered"


@contextmanager
def _quiet_apprise() -> Iterator[None]:
    """Apprise's own log names addresses, and with them passwords and tokens."""
    logger = logging.getLogger("apprise")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
