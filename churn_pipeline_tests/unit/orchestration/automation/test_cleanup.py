"""What cleanup removes, what stays however old it is, and that a shop which is being worked for is left
alone."""

import os
import time

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType

from churn_pipeline.core.settings import Retention, Settings
from churn_pipeline.core.store import write_json
from churn_pipeline.orchestration.automation.cleanup import clean_up, named_by_results
from churn_pipeline.orchestration.installation import dagster_yaml
from churn_pipeline.runtime.run_folder import MARKER, run_folder
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline.training.lifecycle import pruning as retention

SHOP = "kiosk"


@dg.job
def grade():
    pass


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    found = Settings(home=tmp_path, retention=Retention(runs_kept=2))
    for folder in (found.shops_dir, found.dagster_home / "history" / "runs"):
        folder.mkdir(parents=True)
    shop_folder(found, SHOP).mkdir()
    return found


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture
def everything_is_old(settings):
    """Runs of this very moment are older than the limit allows."""
    return settings.model_copy(update={"retention": settings.retention.model_copy(update={"runs_days": -1})})


def finished(instance, shop=SHOP, status=dg.DagsterRunStatus.SUCCESS):
    return instance.create_run_for_job(grade, tags={"dagster/partition": shop}, status=status).run_id


def test_old_runs_go_but_for_the_newest_of_each_job_and_shop(everything_is_old, instance):
    runs = [finished(instance) for _ in range(4)]
    other, open_run = finished(instance, "bakery"), finished(instance, status=dg.DagsterRunStatus.STARTED)
    stored = everything_is_old.dagster_home / "storage" / runs[0]
    stored.mkdir(parents=True)
    said = clean_up(everything_is_old, instance)
    assert sorted(what.split()[1] for what in said) == sorted(runs[:2])
    assert {run.run_id for run in instance.get_runs()} == {*runs[2:], other, open_run}
    assert not stored.exists()


def test_runs_of_this_season_stay(settings, instance):
    for _ in range(4):
        finished(instance)
    assert clean_up(settings, instance) == []


def test_runs_that_the_results_name_stay(everything_is_old, instance, monkeypatch):
    monkeypatch.setattr(
        retention, "outdated", lambda *_: retention.Outdated([], [], [])
    )  # no registry, which takes seconds to make
    save_shop(everything_is_old, ShopConfig(name=SHOP))
    runs = [finished(instance) for _ in range(4)]
    document = {
        "run_id": runs[0],
        "tables": {"uploads": {"run_id": runs[1]}},
        "champion": {"mlflow_run_id": "m"},
    }
    write_json(shop_folder(everything_is_old, SHOP) / "results.json", document)
    assert named_by_results(everything_is_old, SHOP) == {runs[0], runs[1], "m"}
    assert clean_up(everything_is_old, instance) == []


def test_a_dry_run_says_what_would_go_and_removes_nothing(everything_is_old, instance):
    for _ in range(3):
        finished(instance)
    assert len(clean_up(everything_is_old, instance, dry_run=True)) == 1
    assert len(instance.get_runs()) == 3


def aged(path, hours):
    at = time.time() - hours * 3600
    os.utime(path, (at, at), follow_symlinks=False)
    return path


@pytest.fixture
def leftovers(settings):
    """Of a crash two days ago: a half-written table, and a run's tables that were never published."""
    part = shop_folder(settings, SHOP) / ".transactions.parquet.x.part"
    part.write_text("half")
    unpublished = run_folder(settings, SHOP, "crashed").parent
    (unpublished / SHOP).mkdir(parents=True)
    return [aged(part, 48), aged(unpublished, 48)]


def test_leftovers_of_crashes_go_after_a_day(settings, instance, leftovers):
    fresh = shop_folder(settings, SHOP) / ".uploads.parquet.y.part"
    fresh.write_text("being written")
    ledger = shop_folder(settings, SHOP) / "transactions.parquet"
    ledger.write_text("ledger")
    aged(ledger, 10_000)
    assert clean_up(settings, instance) == [f"left behind: {path}" for path in sorted(leftovers)]
    assert not any(path.exists() for path in leftovers)
    assert fresh.exists() and ledger.exists()


def test_uploads_that_nobody_configured_and_old_launches_go_once(settings, instance):
    launch, fresh = settings.data_dir / "jobs" / "old.json", settings.data_dir / "jobs" / "fresh.json"
    upload = settings.data_dir / "received" / SHOP / ("0" * 64)
    for folder in (launch.parent, upload):
        folder.mkdir(parents=True)
    (upload / "sales.csv").write_text("customer,day,amount")
    launch.write_text("{}")
    fresh.write_text("{}")
    old = [aged(launch, 24 * 181), aged(upload, 24 * (settings.retention.received_days + 1))]
    assert clean_up(settings, instance) == [f"asked for and forgotten: {path}" for path in old]
    assert fresh.exists() and not any(path.exists() for path in old)


def test_a_publication_that_was_interrupted_is_no_leftover(settings, instance, leftovers):
    (leftovers[1] / MARKER).touch()
    aged(leftovers[1], 48)
    assert clean_up(settings, instance) == [f"left behind: {leftovers[0]}"]


def test_a_shop_that_is_being_worked_for_is_left_alone(settings, instance, leftovers):
    import threading

    from churn_pipeline.runtime.locks import shop_lock

    said = []
    with shop_lock(settings, SHOP):
        thread = threading.Thread(target=lambda: said.extend(clean_up(settings, instance)))
        thread.start()
        thread.join()
    assert said == [] and all(path.exists() for path in leftovers)


def test_dagster_is_told_how_long_to_keep_ticks_how_many_runs_to_start_and_what_to_say(settings):
    (settings.dagster_home / "dagster.yaml").write_text(dagster_yaml())
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        config = instance.run_coordinator.get_run_queue_config()
        assert config is not None and config.max_concurrent_runs >= 2
        (limit,) = config.tag_concurrency_limits
        assert (limit["key"], limit["limit"], limit["value"]) == (
            "dagster/partition",
            1,
            {"applyLimitPerUniqueValue": True},
        )
        assert (
            instance.run_retries_enabled
            and instance.run_retries_max_retries == 1
            and not instance.run_retries_retry_on_asset_or_op_failure
        )
        assert instance.run_monitoring_enabled
        assert instance.python_log_level == "INFO"
        ticks = instance.get_tick_retention_settings(InstigatorType.SENSOR)
        assert {status.value: days for status, days in ticks.items()} == {
            "SKIPPED": 2,
            "FAILURE": 30,
            "SUCCESS": 30,
            "STARTED": -1,
        }
