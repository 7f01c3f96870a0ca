"""Alerts: what an operator has to know at present, collected from the shops' folders; digest.py sends them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from churn_pipeline.errors import ChurnError
from churn_pipeline.ingest.awaiting_mapping import WAITING_FILE, awaiting_mapping
from churn_pipeline.monitoring.degradation import degraded_grades
from churn_pipeline.monitoring.expected_files import overdue_file
from churn_pipeline.monitoring.pending import too_little_data
from churn_pipeline.settings import Settings
from churn_pipeline.shops import CONFIG_FILE, load_shop, shop_folder
from churn_pipeline.storage import read_json, read_table, table_path

NAMED_CUSTOMERS = 5


@dataclass(frozen=True)
class Alert:
    """key: equal for the same thing; shop; text: one or two sentences; link: where to look; lasting: a state that is worth a reminder."""

    key: str
    shop: str
    text: str
    link: str
    lasting: bool = False


def collect_alerts(settings: Settings, now: datetime, route: str) -> list[Alert]:
    """What the folders of all shops say: files in quarantine, waiting or missing; drift, spikes, worse grades; valuable customers at risk.

    now: naive UTC. route: how files come that nobody delivers by hand (uploads.route). What cannot be read is an alert itself.
    """
    marks = (CONFIG_FILE, WAITING_FILE, "quarantine/*/reason.json")
    shops = {path.relative_to(settings.shops_dir).parts[0] for mark in marks for path in settings.shops_dir.glob(f"*/{mark}")}
    return [alert for shop in sorted(shops) for alert in _alerts_of(shop, settings, now, route)]


def _alerts_of(shop: str, settings: Settings, now: datetime, route: str) -> list[Alert]:
    found: list[Alert] = []
    try:
        folder = shop_folder(settings, shop)
        for part in (_files(shop, folder, settings), _missing_file(shop, folder, settings, now, route), _findings(shop, folder, settings)):
            found += part
        found += _valuable_customers(shop, folder, settings)
    except ChurnError as error:
        found.append(Alert(f"{shop}:unreadable", shop, str(error), _asset(settings, shop, "transactions"), lasting=True))
    return found


def _asset(settings: Settings, shop: str, name: str) -> str:
    return f"{settings.dashboard_url}/assets/{name}?partition={shop}"


def _files(shop: str, folder: Path, settings: Settings) -> Iterator[Alert]:
    """Files in quarantine that never went in, files that wait for a mapping, and a shop that waits for more data."""
    link = _asset(settings, shop, "raw_transactions")
    accepted = set(read_table(folder, "uploads", ["upload_sha256"])["upload_sha256"]) if table_path(folder, "uploads").exists() else set()
    for path in sorted(folder.glob("quarantine/*/reason.json")):
        document = read_json(path)
        if document["upload_sha256"] not in accepted:
            key = f"{shop}:quarantine:{document['upload_sha256']}:{document['quarantined_at']}"
            yield Alert(key, shop, f"{document['file_name']} is in quarantine: {document['reason']}", link)
    waiting = list(awaiting_mapping(folder).values())
    if waiting:
        names = ", ".join(sorted(entry["file_name"] for entry in waiting))
        text = f"The shop waits for a mapping of its columns ({names}): {waiting[0]['reason']}"
        yield Alert(f"{shop}:mapping", shop, text, link, lasting=True)
    if not (folder / "results.json").exists() and (lacks := too_little_data(folder)):
        text = f"The files are in, but there is too little yet to learn from: {' '.join(lacks)}"
        yield Alert(f"{shop}:too_little_data", shop, text, _asset(settings, shop, "data_profile"))


def _missing_file(shop: str, folder: Path, settings: Settings, now: datetime, route: str) -> Iterator[Alert]:
    if not (folder / CONFIG_FILE).exists():
        return
    expected = load_shop(settings, shop).routine.file_every_days
    if not table_path(folder, "uploads").exists():
        return
    late = overdue_file(read_table(folder, "uploads", ["uploaded_at", "route"]), route, expected, now)
    if late is not None:
        rhythm = "usually come" if late.learned else "are expected"
        text = f"A file is missing: the last one came on {late.last:%Y-%m-%d}, and they {rhythm} every {late.every_days} days."
        link = _asset(settings, shop, "raw_transactions")
        yield Alert(f"{shop}:missing_file:{late.last:%Y-%m-%d}", shop, text, link, lasting=True)


def _findings(shop: str, folder: Path, settings: Settings) -> Iterator[Alert]:
    """Drift, churn-rate spikes, degraded grades."""
    if (folder / "feature_drift.json").exists():
        for finding in read_json(folder / "feature_drift.json")["findings"]:
            key = f"{shop}:{finding['kind']}:{finding['about']}"
            yield Alert(key, shop, finding["sentence"], _asset(settings, shop, "feature_drift"))
    if table_path(folder, "graded_scorings").exists():
        for grade in degraded_grades(read_table(folder, "graded_scorings"), settings.limits):
            yield Alert(f"{shop}:{grade.kind}:{grade.about}", shop, grade.sentence, _asset(settings, shop, "graded_predictions"))


def _valuable_customers(shop: str, folder: Path, settings: Settings) -> Iterator[Alert]:
    """One alert for all valuable customers whom the last scoring newly puts at high risk: hundreds of lines would be read by nobody."""
    if not table_path(folder, "early_warnings").exists():
        return
    warnings = read_table(folder, "early_warnings", ["customer_id", "kind", "risk_tier", "clv"])
    valuable = warnings[(warnings["kind"] == "high_value_at_risk") & (warnings["risk_tier"] == "high")].sort_values("clv", ascending=False)
    if valuable.empty:
        return
    worth = [f"{customer} ({clv:,.2f})" for customer, clv in valuable[["customer_id", "clv"]].head(NAMED_CUSTOMERS).itertuples(index=False)]
    more = f" and {len(valuable) - NAMED_CUSTOMERS} more" if len(valuable) > NAMED_CUSTOMERS else ""
    people = "customer is" if len(valuable) == 1 else "customers are"
    text = f"{len(valuable)} valuable {people} newly at high risk, worth {valuable['clv'].sum():,.2f}: {', '.join(worth)}{more}."
    as_of = read_table(folder, "customer_scores", ["as_of"])["as_of"].max()
    yield Alert(f"{shop}:high_value_at_risk:{as_of:%Y-%m-%d}", shop, text, _asset(settings, shop, "early_warnings"))
