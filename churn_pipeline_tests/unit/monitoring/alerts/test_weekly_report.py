"""The weekly report: once a week for each shop, as a link or with the file, and only where it is wanted."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import write_json
from churn_pipeline.monitoring.alerts.weekly_report import weekly_report
from churn_pipeline_tests.builders.report_documents import shop_results

MADE_AT = datetime(2024, 12, 31, 12)  # Tuesday of the first week of 2025


@pytest.fixture
def store(tmp_path: Path) -> ShopStore:
    store = ShopStore(tmp_path / "data" / "shops" / "tea")
    write_json(store.folder / "results.json", json.loads(shop_results().model_dump_json()))
    store.write_report("executive.pdf", b"%PDF-")
    return store


def settings(tmp_path: Path, how: str) -> Settings:
    return Settings(home=tmp_path, weekly_report=how, report_url="https://churn.example.org/{shop}.pdf")  # type: ignore[arg-type]


def test_without_the_setting_nothing_is_sent(store: ShopStore, tmp_path: Path) -> None:
    assert list(weekly_report(store, Settings(home=tmp_path), MADE_AT)) == []


def test_a_link_by_setting(store: ShopStore, tmp_path: Path) -> None:
    (alert,) = weekly_report(store, settings(tmp_path, "link"), MADE_AT + timedelta(hours=1))
    assert alert.link == "https://churn.example.org/tea.pdf" and alert.attachments == ()
    summary = shop_results().summary
    assert f"{summary.total_customers} customers" in alert.text
    assert f"{summary.high_risk_customers} customers at high risk." in alert.text
    assert alert.key == "tea:report:2025-01" and alert.is_report


def test_an_attachment_by_setting_where_there_is_one(store: ShopStore, tmp_path: Path) -> None:
    (alert,) = weekly_report(store, settings(tmp_path, "attachment"), MADE_AT)
    path = store.folder / "reports" / "executive.pdf"
    assert alert.attachments == ((path, "churn-report-tea-2024-12-31.pdf"),)
    path.unlink()
    (alert,) = weekly_report(store, settings(tmp_path, "attachment"), MADE_AT)
    assert alert.attachments == () and alert.link


def test_two_scorings_of_a_week_are_one_report_and_old_results_none(store: ShopStore, tmp_path: Path) -> None:
    def key(made_at: datetime) -> str:
        write_json(
            store.folder / "results.json", store.document("results") | {"generated_at": made_at.isoformat()}
        )
        return next(weekly_report(store, settings(tmp_path, "link"), made_at)).key

    assert key(MADE_AT) == key(MADE_AT + timedelta(days=2)) != key(MADE_AT + timedelta(days=7))
    late = MADE_AT + timedelta(days=15)
    assert list(weekly_report(store, settings(tmp_path, "link"), late)) == []
