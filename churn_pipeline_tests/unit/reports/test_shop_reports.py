"""Reports in a shop's folder: written whole, made anew only where what they say has changed."""

import json
import time
from pathlib import Path

import pytest

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import write_json
from churn_pipeline.reports.export import Content, ExportRequest, Format, export
from churn_pipeline.reports.report_kinds import ReportKind
from churn_pipeline.reports.shop_reports import renew_report, report_as_page, report_as_pdf
from churn_pipeline_tests.builders.report_documents import CONFIG, shop_results
from churn_pipeline_tests.builders.shop_runs import shop_run


def path_of(store: ShopStore, kind: ReportKind, ending: str) -> Path:
    return store.folder / "reports" / f"{kind}.{ending}"


@pytest.fixture
def store(tmp_path: Path) -> ShopStore:
    folder = tmp_path / "tea"
    write_json(folder / "results.json", json.loads(shop_results().model_dump_json()))
    return ShopStore(folder)


@pytest.mark.parametrize("kind", (ReportKind.EXECUTIVE, ReportKind.MODEL))
def test_a_report_is_written_once_and_again_when_it_says_something_else(
    store: ShopStore, kind: ReportKind
) -> None:
    assert renew_report(store, kind)
    written = path_of(store, kind, "pdf"), path_of(store, kind, "html")
    before = [path.read_bytes() for path in written]
    assert not renew_report(store, kind)
    document = store.document("results")
    write_json(
        store.folder / "results.json", document | {"run_id": "another", "generated_at": "2030-01-01T00:00:00"}
    )
    assert not renew_report(store, kind)
    document["champion"]["version"] = "4"
    write_json(store.folder / "results.json", document)
    assert renew_report(store, kind)
    assert all(path.read_bytes() != former for path, former in zip(written, before, strict=True))
    assert sorted(path.name for path in (store.folder / "reports").iterdir()) == sorted(
        p.name for p in written
    )


def test_a_missing_pdf_is_made_again(store: ShopStore) -> None:
    renew_report(store, ReportKind.MODEL)
    path_of(store, ReportKind.MODEL, "pdf").unlink()
    assert renew_report(store, ReportKind.MODEL) and path_of(store, ReportKind.MODEL, "pdf").exists()


def test_the_stored_report_is_handed_out_while_it_is_current(store: ShopStore) -> None:
    renew_report(store, ReportKind.EXECUTIVE)
    page = path_of(store, ReportKind.EXECUTIVE, "html")
    page.write_text(page.read_text() + "<!-- this very file -->")
    assert report_as_page(store, ReportKind.EXECUTIVE).endswith(b"<!-- this very file -->")
    document = store.document("results")
    document["summary"]["total_customers"] += 1
    write_json(store.folder / "results.json", document)
    assert b"<!-- this very file -->" not in report_as_page(store, ReportKind.EXECUTIVE)
    assert (
        report_as_pdf(store, ReportKind.EXECUTIVE) != path_of(store, ReportKind.EXECUTIVE, "pdf").read_bytes()
    )


@pytest.mark.parametrize("what", (Content.REPORT, Content.MODEL))
@pytest.mark.parametrize("kind", (Format.PDF, Format.HTML))
def test_documents_are_exported(store: ShopStore, tmp_path: Path, what: Content, kind: Format) -> None:
    run = shop_run(store.folder, CONFIG)
    written = export(run, ExportRequest(what, kind), tmp_path / f"out.{kind}")
    assert written.rows is None
    assert written.path.read_bytes().startswith(b"%PDF-" if kind == Format.PDF else b"<!doctype html>")


def test_without_results_there_is_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"results\.json does not exist yet; run: churn run"):
        renew_report(ShopStore(tmp_path / "tea"), ReportKind.EXECUTIVE)


def test_two_reports_take_less_than_a_second_of_processor_time(store: ShopStore) -> None:
    renew_report(store, ReportKind.MODEL)  # libraries are loaded
    path_of(store, ReportKind.MODEL, "html").unlink()
    start = time.process_time()
    assert renew_report(store, ReportKind.EXECUTIVE) and renew_report(store, ReportKind.MODEL)
    assert time.process_time() - start < 1.5
