"""The alerts sensor: what it tells, and what happens when nobody can be told."""

import dagster as dg
import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.orchestration.automation.alerting import alerts, failed_runs, misplaced_files
from churn_pipeline.orchestration.automation.sensors import file_drop
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline_tests.builders.dropped_files import drop, execute, month, tick


def test_what_lies_outside_the_shops_folders_is_told(settings):
    drop(settings, "My Shop", "a.csv", "x")
    (settings.incoming_dir / "lost.csv").write_text("x")
    assert [a.text.split(" ")[0] for a in misplaced_files(settings)] == [
        "The",
        f"{settings.incoming_dir}/lost.csv",
    ]


def test_the_alerts_sensor_tells_why_a_run_failed_and_starts_none(settings, instance):
    path = drop(settings, "kiosk", "bad.csv", month(1))
    (request,) = tick(file_drop, instance).run_requests
    path.unlink()
    failed = execute(instance, request)
    (alert,) = failed_runs(instance, settings)
    assert alert.key == f"run:{failed.run_id}"
    assert alert.text.startswith("The job ingest_dropped_file failed on bad.csv: ")
    assert "bad.csv is not there" in alert.text
    said = alerts(dg.build_sensor_context(instance=instance, resources={"churn": ChurnSettings()}))
    assert said.skip_message.startswith(
        "0 alerts sent, 1 things are known. CHURN_ALERT_URLS is empty, so nobody is told. "
        "(1) kiosk: The job ingest_dropped_file failed on bad.csv: "
    )


def test_a_channel_that_is_down_makes_the_alerts_tick_fail_and_no_run(settings, instance, monkeypatch):
    monkeypatch.setenv("CHURN_ALERT_URLS", '["json://user:secret@127.0.0.1:9/"]')
    drop(settings, "No Shop", "a.csv", "x")
    with pytest.raises(
        ChurnError, match=r"json://127\.0\.0\.1: the message could not be delivered"
    ) as caught:
        alerts(dg.build_sensor_context(instance=instance, resources={"churn": ChurnSettings()}))
    assert "secret" not in str(caught.value)


def test_a_tick_of_the_alerts_says_what_is_known(settings, instance):
    (settings.incoming_dir / "lost.csv").write_text("x")
    context = dg.build_sensor_context(instance=instance, resources={"churn": ChurnSettings()})
    told = alerts(context).skip_message
    assert "1 things are known" in told and "nobody is told. (1) " in told and "lost.csv" in told
