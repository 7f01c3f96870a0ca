"""Alerts: what an operator has to know at present, collected from the shops' folders; digest.py sends
them."""

from collections.abc import Iterator
from datetime import datetime

from churn_pipeline.core.enums import Tier
from churn_pipeline.core.errors import ChurnError, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.wording import ENGLISH, day, in_locale, money
from churn_pipeline.ingest.ledger.files_held_back import WAITING_FILE, awaiting_mapping
from churn_pipeline.monitoring.alerts.alert import Alert
from churn_pipeline.monitoring.alerts.expected_files import overdue_file
from churn_pipeline.monitoring.alerts.weekly_report import weekly_report
from churn_pipeline.monitoring.grades.degradation import degraded_grades
from churn_pipeline.monitoring.grades.pending_grades import too_little_data
from churn_pipeline.shop.directory import CONFIG_FILE, load_shop, shop_store

NAMED_CUSTOMERS = 5


def collect_alerts(settings: Settings, now: datetime, route: str) -> list[Alert]:
    """What the folders of all shops say: files in quarantine, waiting or missing; drift, spikes, worse
    grades; valuable customers at risk.

    now: naive UTC. route: how files come that nobody delivers by hand (uploads.route). What cannot be read is
        an alert itself."""
    marks = (CONFIG_FILE, WAITING_FILE, "quarantine/*/reason.json")
    shops = {
        path.relative_to(settings.shops_dir).parts[0]
        for mark in marks
        for path in settings.shops_dir.glob(f"*/{mark}")
    }
    return [alert for shop in sorted(shops) for alert in _alerts_of(shop, settings, now, route)]


def _alerts_of(shop: str, settings: Settings, now: datetime, route: str) -> list[Alert]:
    alerts: list[Alert] = []
    try:
        store = shop_store(settings, shop)
        with in_locale(_locale(settings, shop)):
            for part in (
                _files(store, settings),
                _missing_file(store, settings, now, route),
                _findings(store, settings),
                weekly_report(store, settings, now),
            ):
                alerts += part
            alerts += _valuable_customers(store, settings)
    except ChurnError as error:
        alerts.append(
            Alert(
                f"{shop}:unreadable", shop, str(error), _asset(settings, shop, "transactions"), lasting=True
            )
        )
    return alerts


def _locale(settings: Settings, shop: str) -> str:
    try:
        return load_shop(settings, shop).locale
    except ChurnError:  # its first file waits for a mapping; one that cannot be read is told below
        return ENGLISH


def _asset(settings: Settings, shop: str, name: str) -> str:
    return f"{settings.dashboard_url}/assets/{name}?partition={shop}"


def _files(store: ShopStore, settings: Settings) -> Iterator[Alert]:
    """Files in quarantine that never went in, files that wait for a mapping, and a shop that waits for more
    data."""
    shop = store.shop
    link = _asset(settings, shop, "raw_transactions")
    accepted = (
        set(store.read("uploads", ["upload_sha256"])["upload_sha256"]) if store.exists("uploads") else set()
    )
    for document in store.documents("quarantine/*/reason"):
        if document["upload_sha256"] not in accepted:
            key = f"{shop}:quarantine:{document['upload_sha256']}:{document['quarantined_at']}"
            yield Alert(key, shop, f"{document['file_name']} is in quarantine: {document['reason']}", link)
    waiting = list(awaiting_mapping(store.folder).values())
    if waiting:
        names = ", ".join(sorted(entry["file_name"] for entry in waiting))
        what = "an answer" if waiting[0].get("question") else "a mapping of its columns"
        text = f"The shop waits for {what} ({names}): {waiting[0]['reason']}"
        yield Alert(f"{shop}:mapping", shop, text, link, lasting=True)
    if not store.has_document("results") and (lacks := too_little_data(store)):
        text = f"The files are in, but there is too little yet to learn from: {' '.join(lacks)}"
        yield Alert(f"{shop}:too_little_data", shop, text, _asset(settings, shop, "data_profile"))


def _missing_file(store: ShopStore, settings: Settings, now: datetime, route: str) -> Iterator[Alert]:
    shop = store.shop
    try:
        expected = load_shop(settings, shop).routine.file_every_days
    except NotFound:  # its first file waits for a mapping
        return
    if not store.exists("uploads"):
        return
    late = overdue_file(store.read("uploads", ["uploaded_at", "route"]), route, expected, now)
    if late is not None:
        rhythm = "usually come" if late.learned else "are expected"
        text = (
            f"A file is missing: the last one came on {day(late.last)}, "
            f"and they {rhythm} every {late.every_days} days."
        )
        link = _asset(settings, shop, "raw_transactions")
        yield Alert(f"{shop}:missing_file:{late.last:%Y-%m-%d}", shop, text, link, lasting=True)


def _findings(store: ShopStore, settings: Settings) -> Iterator[Alert]:
    """Drift, churn-rate spikes, degraded grades."""
    shop = store.shop
    if store.has_document("feature_drift"):
        for finding in store.document("feature_drift")["findings"]:
            key = f"{shop}:{finding['kind']}:{finding['about']}"
            yield Alert(key, shop, finding["sentence"], _asset(settings, shop, "feature_drift"))
    if store.exists("graded_scorings"):
        for grade in degraded_grades(store.read("graded_scorings"), settings.limits):
            yield Alert(
                f"{shop}:{grade.kind}:{grade.about}",
                shop,
                grade.sentence,
                _asset(settings, shop, "graded_predictions"),
            )


def _valuable_customers(store: ShopStore, settings: Settings) -> Iterator[Alert]:
    """One alert for all valuable customers whom the last scoring newly puts at high risk: hundreds of lines
    would be read by nobody."""
    if not store.exists("early_warnings"):
        return
    warnings = store.read("early_warnings", ["customer_id", "kind", "risk_tier", "clv"])
    newly_high = (warnings["kind"] == "high_value_at_risk") & (warnings["risk_tier"] == Tier.HIGH)
    valuable = warnings[newly_high].sort_values("clv", ascending=False)
    if valuable.empty:
        return
    shop = store.shop
    currency = load_shop(settings, shop).currency
    best = valuable[["customer_id", "clv"]].head(NAMED_CUSTOMERS)
    named = ", ".join(
        f"{customer} ({money(clv, currency)})" for customer, clv in best.itertuples(index=False)
    )
    more = f" and {len(valuable) - NAMED_CUSTOMERS} more" if len(valuable) > NAMED_CUSTOMERS else ""
    people = "customer is" if len(valuable) == 1 else "customers are"
    worth = money(valuable["clv"].sum(), currency)
    text = f"{len(valuable)} valuable {people} newly at high risk, worth {worth}: {named}{more}."
    as_of = store.read("customer_scores", ["as_of"])["as_of"].max()
    yield Alert(
        f"{shop}:high_value_at_risk:{as_of:%Y-%m-%d}", shop, text, _asset(settings, shop, "early_warnings")
    )
