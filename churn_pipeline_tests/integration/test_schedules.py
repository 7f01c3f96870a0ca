"""Schedules: due once per period, in the shop's time zone, caught up once after downtime, off where the shop says so."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from churn_pipeline.errors import ChurnError
from churn_pipeline.orchestration.definitions import definitions
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.schedules import Routine, due_routines, latest_tick, monthly_train, weekly_score
from churn_pipeline.settings import Settings
from churn_pipeline.shops import Routine as ShopRoutine
from churn_pipeline.shops import ShopConfig, save_shop, shop_folder
from churn_pipeline.storage import write_json

MONDAY = datetime(2024, 6, 3, 6, 0, tzinfo=UTC)


def due(last_run, now, cron="0 6 * * 1", timezone="UTC"):
    return [at for _, at in due_routines([Routine("kiosk", cron, timezone, last_run)], now, latest_tick)]


def test_due_once_a_week():
    assert due(MONDAY - timedelta(days=7), MONDAY - timedelta(minutes=15)) == []
    assert due(MONDAY - timedelta(days=7), MONDAY) == [MONDAY]
    assert due(MONDAY + timedelta(seconds=5), MONDAY + timedelta(days=3)) == []


def test_after_downtime_once():
    assert due(MONDAY - timedelta(days=70), MONDAY + timedelta(days=2)) == [MONDAY]


def test_a_shop_that_never_ran_is_not_due():
    assert due(None, MONDAY) == []


def test_in_the_shops_time_zone_through_summer_time():
    berlin = due(MONDAY - timedelta(days=7), MONDAY, timezone="Europe/Berlin")
    assert [at.astimezone(UTC).hour for at in berlin] == [4]
    winter = datetime(2024, 12, 2, 12, tzinfo=UTC)
    assert [at.astimezone(UTC).hour for at in due(winter - timedelta(days=7), winter, timezone="Europe/Berlin")] == [5]


def test_an_expression_that_is_none():
    with pytest.raises(ChurnError, match="no cron expression"):
        latest_tick("61 6 * * 1", MONDAY, "UTC")
    with pytest.raises(ValueError, match="five fields"):
        ShopRoutine(score_cron="weekly")
    for wrong in ("61 6 * * 1", "0 24 * * *", "0 6 0 * *", "0 6 * * MON", "*/0 * * * *", "a b c d e"):
        with pytest.raises(ValueError, match="five fields"):
            ShopRoutine(score_cron=wrong)
    assert ShopRoutine(score_cron="*/10 6-18/2 1,15 * 1-5").score_cron == "*/10 6-18/2 1,15 * 1-5"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    return Settings()


def add_shop(settings, name, **routine):
    save_shop(settings, ShopConfig(name=name, routine=ShopRoutine(**routine)))
    write_json(shop_folder(settings, name) / "results.json", {})


def requested(schedule, instance, at):
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=at, resources={"churn": ChurnSettings()})
    found = schedule(context)
    return [] if isinstance(found, dg.SkipReason) else [(r.partition_key, r.run_key) for r in found]


def test_all_shops_are_asked_for_and_those_that_ran_are_not_again(settings):
    for name in ("kiosk", "bakery"):
        add_shop(settings, name)
    add_shop(settings, "quiet", score=False)
    save_shop(settings, ShopConfig(name="without_results"))
    job = definitions.resolve_job_def("score")
    with dg.instance_for_test() as instance:
        now = datetime.now(UTC)
        for shop in ("kiosk", "bakery", "quiet", "without_results"):
            instance.create_run_for_job(job, tags={"dagster/partition": shop})
        assert requested(weekly_score, instance, now) == []
        later = now + timedelta(days=7)
        monday = latest_tick("0 6 * * 1", later, "UTC")
        assert requested(weekly_score, instance, later) == [(shop, f"{shop}:{monday:%Y-%m-%dT%H:%M}") for shop in ("bakery", "kiosk")]
        assert requested(monthly_train, instance, later) == [], "never trained by a run of its own"


def test_after_days_without_a_daemon_each_shop_catches_up_with_one_run(settings):
    add_shop(settings, "kiosk")
    job = definitions.resolve_job_def("score")
    with dg.instance_for_test() as instance:
        instance.create_run_for_job(job, tags={"dagster/partition": "kiosk"})
        back = latest_tick("0 6 * * 1", datetime.now(UTC) + timedelta(days=30), "UTC") + timedelta(days=2)
        keys = {key for minute in range(5) for _, key in requested(weekly_score, instance, back + timedelta(minutes=minute))}
        assert len(keys) == 1, "the daemon makes up for several missed ticks; equal keys are one run"


def test_settings_of_one_shop_that_cannot_be_read_stop_no_other(settings):
    for name in ("kiosk", "spoiled"):
        add_shop(settings, name)
    (shop_folder(settings, "spoiled") / "shop.yaml").write_text("name: spoiled\nroutine: {score_cron: '61 6 * * 1'}\n")
    job = definitions.resolve_job_def("score")
    with dg.instance_for_test() as instance:
        instance.create_run_for_job(job, tags={"dagster/partition": "kiosk"})
        assert [shop for shop, _ in requested(weekly_score, instance, datetime.now(UTC) + timedelta(days=8))] == ["kiosk"]
