"""Alerts: what an operator has to know, in one digest, each thing once, by mail, chat or webhook (apprise)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from churn_pipeline.errors import ChurnError
from churn_pipeline.monitoring.degradation import degraded_grades
from churn_pipeline.settings import Settings
from churn_pipeline.shops import list_shops, shop_folder
from churn_pipeline.storage import read_json, read_table, table_path, write_json


@dataclass(frozen=True)
class Alert:
    """key: equal for the same thing, which is then sent once; shop; text: one sentence; link: where to look."""

    key: str
    shop: str
    text: str
    link: str


def collect_alerts(settings: Settings) -> list[Alert]:
    """What the folders of all shops say at present: quarantined files, drift and churn-rate spikes, degraded grades, valuable customers
    newly at high risk."""
    return [
        alert
        for shop in sorted({*list_shops(settings), *(p.parent.parent.parent.name for p in _reasons(settings.shops_dir))})
        for alert in _alerts_of(shop, shop_folder(settings, shop), settings)
    ]


def send_digest(settings: Settings, alerts: list[Alert], now: datetime) -> int:
    """Sends those of the alerts that were not sent within `alert_repeat_days` as one message; returns how many.

    now: naive UTC. Without alert_urls nothing is sent or remembered. ChurnError when a message could not be delivered: nothing is
    remembered then, so that the next call tries again.
    """
    path = settings.data_dir / "alerts_sent.json"
    oldest = (now - timedelta(days=settings.alert_repeat_days)).isoformat()
    sent = {key: at for key, at in (read_json(path) if path.exists() else {}).items() if at > oldest}
    fresh = [alert for alert in alerts if alert.key not in sent]
    if not fresh or not settings.alert_urls:
        return 0
    _deliver(settings.alert_urls, f"churn_pipeline: {len(fresh)} alerts", digest_text(fresh))
    write_json(path, sent | {alert.key: now.isoformat() for alert in fresh})
    return len(fresh)


def digest_text(alerts: list[Alert]) -> str:
    """The message: a paragraph per shop, a line per alert with its link."""
    shops = dict.fromkeys(alert.shop for alert in alerts)
    paragraphs = ["\n".join([f"Shop {shop}", *(f"- {a.text} {a.link}" for a in alerts if a.shop == shop)]) for shop in shops]
    return "\n\n".join(paragraphs)


def _deliver(urls: list[str], title: str, body: str) -> None:
    import apprise

    notifier = apprise.Apprise()
    refused = [url.partition("://")[0] for url in urls if not notifier.add(url)]
    if refused:
        raise ChurnError(f"CHURN_ALERT_URLS holds an address that apprise does not know ({', '.join(refused)}://...); correct it.")
    if not notifier.notify(title=title, body=body):
        raise ChurnError("An alert could not be delivered to every address of CHURN_ALERT_URLS; it is tried again.")


def _reasons(shops_dir: Path) -> list[Path]:
    return sorted(shops_dir.glob("*/quarantine/*/reason.json"))


def _alerts_of(shop: str, folder: Path, settings: Settings) -> list[Alert]:
    def asset(name: str) -> str:
        return f"{settings.dashboard_url}/assets/{name}?partition={shop}"

    found = []
    for path in sorted(folder.glob("quarantine/*/reason.json")):
        document = read_json(path)
        text = f"{document['file_name']} is in quarantine: {document['reason']}"
        found.append(Alert(f"{shop}:quarantine:{document['upload_sha256']}", shop, text, asset("raw_transactions")))
    if (folder / "feature_drift.json").exists():
        for finding in read_json(folder / "feature_drift.json")["findings"]:
            key = f"{shop}:{finding['kind']}:{finding['about']}"
            found.append(Alert(key, shop, finding["sentence"], asset("feature_drift")))
    if table_path(folder, "graded_scorings").exists():
        grades = degraded_grades(read_table(folder, "graded_scorings"), settings.limits)
        found += [Alert(f"{shop}:{g.kind}:{g.about}", shop, g.sentence, asset("graded_predictions")) for g in grades]
    if table_path(folder, "early_warnings").exists():
        warnings = read_table(folder, "early_warnings")
        valuable = warnings[(warnings["kind"] == "high_value_at_risk") & (warnings["risk_tier"] == "high")]
        for customer, clv in valuable[["customer_id", "clv"]].itertuples(index=False):
            text = f"Valuable customer {customer} ({clv:,.2f}) is newly at high risk."
            found.append(Alert(f"{shop}:high_value_at_risk:{customer}", shop, text, asset("early_warnings")))
    return found
