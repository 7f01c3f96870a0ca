"""The digest: what is new among the alerts, as one message per channel (apprise: mail, chat, webhook), each
thing once.

Every channel has a memory of its own, so that one which is down neither holds up the others nor makes them
hear everything twice. The memory names a channel by a hash: its address holds secrets."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict
from urllib.parse import urlsplit

from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json
from churn_pipeline.core.wording import counted
from churn_pipeline.monitoring.alerts.alert import Alert

LINES_PER_SHOP = 20


@dataclass(frozen=True)
class Delivery:
    """sent: alerts that reached at least one channel; failures: a sentence for each channel that could not be
    reached."""

    sent: int
    failures: list[str]


class ChannelState(TypedDict):
    """What a channel was told (alert -> ISO time), when it was last told anything, and since when it fails;
    NEVER for no such time."""

    sent: dict[str, str]
    last_at: str
    failing_since: str


NEVER = ""  # before every ISO time
SILENT_CHANNEL: ChannelState = {"sent": {}, "last_at": NEVER, "failing_since": NEVER}


@dataclass(frozen=True)
class Told:
    """What became of one channel: its state from now on, the alerts (keys) that reached it, and a sentence
    where it failed."""

    state: ChannelState
    reached: list[str] = field(default_factory=list)
    failure: str = ""


def send_digest(settings: Settings, alerts: list[Alert], now: datetime) -> Delivery:
    """Sends each channel of `alert_urls` what it has not heard yet, at most once in `alert_digest_minutes`.

    now: naive UTC. An event is told once; a lasting state is told again after `alert_repeat_days`. A channel
        that fails is told about in the others, and gets everything once it works again."""
    path = settings.data_dir / "alert_channels.json"
    memory: dict[str, ChannelState] = read_json(path) if path.exists() else {}
    channels = {_channel_key(url): url for url in settings.alert_urls}
    down = [
        _down(label(channels[key]), key, state["failing_since"])
        for key, state in memory.items()
        if _fails(state, key, channels)
    ]
    outcomes = {}
    for key, url in channels.items():
        about_others = [alert for alert in down if alert.key != f"channel:{key}"]
        outcomes[key] = _told(url, memory.get(key, SILENT_CHANNEL), [*alerts, *about_others], settings, now)
    renewed = {key: outcome.state for key, outcome in outcomes.items()}
    if renewed != memory:
        write_document(settings.data_dir, path.name, renewed)
    reached = {key for outcome in outcomes.values() for key in outcome.reached}
    return Delivery(len(reached), [outcome.failure for outcome in outcomes.values() if outcome.failure])


def _told(url: str, state: ChannelState, alerts: list[Alert], settings: Settings, now: datetime) -> Told:
    """Sends one channel what is fresh to it, unless it was told something within the digest's minutes."""
    fresh = _fresh(alerts, state["sent"], settings, now)
    lately = (now - timedelta(minutes=settings.alert_digest_minutes)).isoformat()
    if not fresh or state["last_at"] > lately:
        return Told(state)
    problem = _deliver(url, _title(fresh), digest_text(fresh), _attachments(fresh))
    if problem:
        failure = f"{label(url)}: {problem}; {len(fresh)} alerts wait for it and are tried again."
        return Told({**state, "failing_since": state["failing_since"] or now.isoformat()}, failure=failure)
    present = {alert.key for alert in alerts}
    sent = {key: at for key, at in state["sent"].items() if key in present} | {
        alert.key: now.isoformat() for alert in fresh
    }
    return Told(
        {"sent": sent, "last_at": now.isoformat(), "failing_since": NEVER},
        reached=[alert.key for alert in fresh],
    )


def digest_text(alerts: list[Alert]) -> str:
    """The message: a paragraph per shop, a line per alert with its link."""
    return "\n\n".join(
        _paragraph(shop, [a for a in alerts if a.shop == shop])
        for shop in dict.fromkeys(alert.shop for alert in alerts)
    )


def label(url: str) -> str:
    """A channel by its kind and host, without user, password, token or path."""
    parts = urlsplit(url)
    host = (
        parts.hostname
        if parts.scheme in ("mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms")
        else None
    )
    return f"{parts.scheme}://{host or '...'}"


def _paragraph(shop: str, alerts: list[Alert]) -> str:
    lines = [f"- {a.text} {a.link}".rstrip() for a in alerts[:LINES_PER_SHOP]]
    more = [f"- and {len(alerts) - LINES_PER_SHOP} more"] if len(alerts) > LINES_PER_SHOP else []
    return "\n".join([f"Shop {shop}" if shop else "The installation", *lines, *more])


def _attachments(alerts: list[Alert]) -> list[tuple[str, str]]:
    return [(str(path), name) for alert in alerts for path, name in alert.attachments]


def _title(alerts: list[Alert]) -> str:
    shops = sorted({alert.shop for alert in alerts} - {""})
    named = f" ({', '.join(shops[:3])}{', ...' if len(shops) > 3 else ''})" if shops else ""
    if all(alert.is_report for alert in alerts):
        return f"churn_pipeline: {'report' if len(alerts) == 1 else 'reports'}{named}"
    return f"churn_pipeline: {counted(len(alerts), 'alerts')}{named}"


def _fresh(alerts: list[Alert], sent: dict[str, str], settings: Settings, now: datetime) -> list[Alert]:
    oldest = (now - timedelta(days=settings.alert_repeat_days)).isoformat()
    unique = {alert.key: alert for alert in alerts}.values()
    return [a for a in unique if a.key not in sent or (a.lasting and sent[a.key] < oldest)]


def _channel_key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _fails(state: ChannelState, key: str, channels: dict[str, str]) -> bool:
    return bool(state["failing_since"]) and key in channels


def _down(name: str, key: str, since: str) -> Alert:
    text = (
        f"Alerts do not reach {name} since {since[:16].replace('T', ' ')} UTC: "
        f"check the address in CHURN_ALERT_URLS and the service."
    )
    return Alert(f"channel:{key}", "", text, "", lasting=True)


def _deliver(url: str, title: str, body: str, attachments: list[tuple[str, str]]) -> str:
    """Sends one message to one channel, with its files (path, name) where the channel takes any; returns what
    went wrong, empty where nothing did."""
    import apprise
    from apprise.attachment.file import AttachFile

    with _quiet_apprise():
        notifier = apprise.Apprise()
        if not notifier.add(url):
            return "apprise does not know such an address, correct it in CHURN_ALERT_URLS"
        files = [AttachFile(path, name=name) for path, name in attachments]
        sent = notifier.notify(title=title, body=body, attach=files or None)
        return "" if sent else "the message could not be delivered"


@contextmanager
def _quiet_apprise() -> Iterator[None]:
    """Apprise's own log names addresses, and with them passwords and tokens."""
    logger = logging.getLogger("apprise")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
