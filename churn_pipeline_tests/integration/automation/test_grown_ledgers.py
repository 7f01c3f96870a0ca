"""Ledgers that grew: which shops a tick scores or trains, and which wait."""

import dagster as dg

from churn_pipeline.monitoring.alerts.alerts import collect_alerts
from churn_pipeline.orchestration.automation.sensors import file_drop
from churn_pipeline.orchestration.definitions import build_defs
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline_tests.builders.dropped_files import NOW, drop, execute, month, tick
from churn_pipeline_tests.builders.grown_shops import grown, requested


def test_a_grown_ledger_is_scored_a_new_one_trained(settings, instance):
    grown(settings, "kiosk")
    grown(settings, "bakery", scored=None)
    grown(settings, "current", scored="grown")
    grown(settings, "by_hand", route="cli")
    assert requested(settings, instance) == [
        ("bakery", "train", "bakery:train:grown"),
        ("kiosk", "score", "kiosk:score:grown"),
    ]


def test_a_shop_with_files_to_come_or_a_run_in_progress_is_not_scored_yet(settings, instance):
    grown(settings, "kiosk")
    path = drop(settings, "kiosk", "next.csv", month(1), age=0)
    assert requested(settings, instance) == []
    path.unlink()
    run = instance.create_run_for_job(
        build_defs().resolve_job_def("ingest_dropped_file"),
        tags={"dagster/partition": "kiosk"},
        status=dg.DagsterRunStatus.STARTED,
    )
    assert requested(settings, instance) == []
    instance.delete_run(run.run_id)
    assert [r[0] for r in requested(settings, instance)] == ["kiosk"]


def test_a_new_shop_with_too_little_data_is_not_trained_but_told_about(settings, instance):
    drop(settings, "kiosk", "1.csv", month(1))
    first = tick(file_drop, instance)
    assert execute(instance, first.run_requests[0]).success
    assert tick(file_drop, instance, first.cursor).run_requests == []
    (alert,) = collect_alerts(settings, NOW, "file_drop")
    assert "too little yet" in alert.text
    assert "at least 90 are needed" in alert.text


def test_one_shop_that_cannot_be_read_stops_no_other(settings, instance):
    grown(settings, "kiosk")
    grown(settings, "spoiled")
    grown(settings, "waiting")
    (shop_folder(settings, "spoiled") / "uploads.parquet").write_text("no parquet")
    (shop_folder(settings, "waiting") / "shop.yaml").write_text("routine: [")
    assert [shop for shop, *_ in requested(settings, instance)] == ["kiosk", "waiting"]
    assert {a.shop for a in collect_alerts(settings, NOW, "file_drop") if a.key.endswith("unreadable")} == {
        "spoiled",
        "waiting",
    }
