"""Ended jobs are announced to the shop's webhooks, once, by whoever comes first."""

import json
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import update

from churn_pipeline.access.database import writing
from churn_pipeline.access.rights import now_utc
from churn_pipeline.access.webhooks.deliveries import DeliveryRow
from churn_pipeline.access.webhooks.subscriptions import WebhookRow, create_webhook
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.announcements import announce_ended_runs
from churn_pipeline.orchestration.automation.webhooks import webhooks
from churn_pipeline.orchestration.launch import run_job
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline_tests.builders.receivers import receiving


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    monkeypatch.setenv("CHURN_EXECUTOR", "in_process")
    monkeypatch.setenv("CHURN_WEBHOOKS_ALLOW_PRIVATE", "true")
    return Settings()


def failing_ingest(settings: Settings, tmp_path: Path) -> list[str]:
    """A job that fails for its file; what it said."""
    file, said = tmp_path / "sales.csv", []
    file.write_text("customer,when,total\nC1,2024-01-01,5\n")
    mapping = {"customer_id": "customer", "date": "no such column", "amount": "total"}
    with pytest.raises(BadInput):
        upload = {"files": [str(file)], "mapping": mapping, "route": "cli"}
        run_job(settings, "ingest", "tea", upload, said.append)
    return said


def test_the_process_of_a_job_announces_its_end(settings: Settings, tmp_path: Path):
    with receiving() as receiver:
        create_webhook(settings, "tea", receiver.url(), "mia")
        create_webhook(settings, "coffee", receiver.url(), "mia")
        failing_ingest(settings, tmp_path)
        with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            (run,) = instance.get_runs()
            context = dg.build_sensor_context(instance=instance, resources={"churn": ChurnSettings()})
            assert webhooks(context).skip_message == "0 messages sent."
    (body,) = [json.loads(body) for body in receiver.bodies]
    assert (body["type"], body["session_id"], body["job"]) == ("job.failed", "tea", "ingest")
    assert body["job_id"] == run.run_id
    assert "no such column" in body["reason"]


def test_a_webhook_that_is_not_reached_does_not_fail_the_job_and_is_tried_again(
    settings: Settings, tmp_path: Path
):
    with receiving(500, 200) as receiver:
        create_webhook(settings, "tea", receiver.url(), "mia")
        said = failing_ingest(settings, tmp_path)
        assert [s for s in said if "webhook" in s] == [
            "The webhook at 127.0.0.1 was not reached (attempt 1): it answered 500"
        ]
        with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            assert announce_ended_runs(settings, instance) == (0, [])  # its time has not come
            with writing(settings) as session:
                session.execute(update(DeliveryRow).values(next_attempt_at=now_utc()))
            assert announce_ended_runs(settings, instance) == (1, [])
    assert len(receiver.bodies) == 2
    assert receiver.bodies[0] == receiver.bodies[1]


def test_earlier_runs_and_those_that_dagster_repeats_are_not_announced(settings: Settings, tmp_path: Path):
    failing_ingest(settings, tmp_path)
    with receiving() as receiver:
        create_webhook(settings, "tea", receiver.url(), "mia")
        with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            assert announce_ended_runs(settings, instance) == (0, [])  # it ended before the webhook was there
            with writing(settings) as session:
                long_ago = session.query(WebhookRow).one().created_at - timedelta(days=1)
                session.execute(update(WebhookRow).values(created_at=long_ago))
            (run,) = instance.get_runs()
            instance.add_run_tags(run.run_id, {"dagster/will_retry": "true"})
            assert announce_ended_runs(settings, instance) == (0, [])
            instance.add_run_tags(run.run_id, {"dagster/will_retry": "false"})
            assert announce_ended_runs(settings, instance) == (1, [])
