"""What the shops' folders say that an operator has to know."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, write_json, write_table
from churn_pipeline.core.tables import UPLOADS
from churn_pipeline.ingest.ledger.files_held_back import await_mapping, quarantine, stop_waiting
from churn_pipeline.monitoring.alerts.alerts import collect_alerts
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline.shop.routine import Routine

NOW = datetime(2024, 6, 3, 12)
VERSION = TableVersion("run", "version")


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


@pytest.fixture
def folder(settings):
    save_shop(settings, ShopConfig(name="kiosk", currency="EUR", routine=Routine(file_every_days=7)))
    return shop_folder(settings, "kiosk")


def texts(settings, now=NOW):
    return [alert.text for alert in collect_alerts(settings, now, "file_drop")]


def upload(folder, sha256, at):
    row = {
        "upload_sha256": sha256,
        "file_name": "a.csv",
        "uploaded_at": at,
        "route": "file_drop",
        "mode": "append",
        "reading": "{}",
    }
    counts = dict.fromkeys(("rows_in", "rows_kept", "rows_rejected", "rows_known", "exact_duplicates"), 1)
    frame = (
        pd.DataFrame([row | counts | {"first_ts": at, "last_ts": at}])
        .reindex(columns=UPLOADS.schema.names)
        .astype(object)
    )
    write_table(folder, "uploads", frame, VERSION)


def test_a_quarantined_file_of_a_shop_without_configuration_until_it_went_in(settings, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text("nothing")
    place = quarantine(settings, "kiosk", file, "No column holds dates.")
    (alert,) = collect_alerts(settings, NOW, "file_drop")
    assert alert.text == "bad.csv is in quarantine: No column holds dates."
    assert alert.link.endswith("/assets/raw_transactions?partition=kiosk")
    upload(shop_folder(settings, "kiosk"), place.parent.name, NOW)
    assert texts(settings) == []


def test_files_that_wait_for_a_mapping_are_one_lasting_alert(settings):
    folder = shop_folder(settings, "kiosk")
    folder.mkdir(parents=True)
    for sha256, name in (("1" * 64, "june.csv"), ("2" * 64, "july.csv")):
        await_mapping(folder, sha256, name, f"{name}: it is not clear which column is date.")
    (alert,) = collect_alerts(settings, NOW, "file_drop")
    assert alert.lasting
    assert alert.text.startswith(
        "The shop waits for a mapping of its columns (july.csv, june.csv): june.csv: it is not clear"
    )
    for sha256 in ("1" * 64, "2" * 64):
        stop_waiting(folder, sha256)
    assert texts(settings) == []


def test_a_file_that_did_not_come(settings, folder):
    upload(folder, "0" * 64, NOW - timedelta(days=9))
    assert texts(settings) == [
        "A file is missing: the last one came on 2024-05-25, and they are expected every 7 days."
    ]
    assert texts(settings, NOW - timedelta(days=2)) == []


def test_findings_of_drift_and_spikes(settings, folder):
    finding = {
        "kind": "churn_rate_spike",
        "about": "2024-05-01",
        "sentence": "Of the 300 customers 60.0 % churned; usually 40.0 %.",
    }
    write_json(folder / "feature_drift.json", {"findings": [finding]})
    (alert,) = collect_alerts(settings, NOW, "file_drop")
    assert (alert.key, alert.text) == ("kiosk:churn_rate_spike:2024-05-01", finding["sentence"])


def test_valuable_customers_are_counted_and_the_most_valuable_named(settings, folder):
    rows = [
        {
            "customer_id": f"C{k}",
            "kind": "high_value_at_risk",
            "previous_tier": "medium",
            "risk_tier": "high" if k else "medium",
            "previous_probability": 0.5,
            "churn_probability": 0.8,
            "clv": 100.0 * k,
            "sentence": "",
        }
        for k in range(8)
    ]
    write_table(folder, "early_warnings", pd.DataFrame(rows), VERSION)
    scores = pd.DataFrame({"as_of": [NOW.replace(hour=0)]})
    scores.to_parquet(folder / "customer_scores.parquet")
    (alert,) = collect_alerts(settings, NOW, "file_drop")
    assert alert.text == (
        "7 valuable customers are newly at high risk, worth EUR 2,800: "
        "C7 (EUR 700), C6 (EUR 600), C5 (EUR 500), C4 (EUR 400), C3 (EUR 300) and 2 more."
    )
    assert alert.key.endswith(":2024-06-03")


def test_what_cannot_be_read_is_an_alert_and_hides_no_other_shop(settings, folder):
    (folder / "shop.yaml").write_text("routine: [")
    upload(folder, "0" * 64, NOW)
    write_json(
        shop_folder(settings, "bakery") / "feature_drift.json",
        {"findings": [{"kind": "k", "about": "a", "sentence": "Moved."}]},
    )
    save_shop(settings, ShopConfig(name="bakery"))
    said = texts(settings)
    assert said[0] == "Moved."
    assert "cannot be read as a shop's configuration" in said[1]
