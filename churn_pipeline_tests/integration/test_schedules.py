"""Schedules: due once per period, in the shop's time zone, caught up once after downtime, off where the shop
says so."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import write_json
from churn_pipeline.orchestration.automation.due_shops import (
    DEFAULT_TIMES,
    RoutineTime,
    latest_tick,
    next_tick,
    times_of_shops,
)
from churn_pipeline.orchestration.automation.schedules import other_times_sensor, schedules_of
from churn_pipeline.orchestration.definitions import build_defs
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline.shop.routine import Routine as ShopRoutine

MONDAY = datetime(2024, 6, 3, 6, 0, tzinfo=UTC)


WEEKLY, MONTHLY = DEFAULT_TIMES
BERLIN = RoutineTime("score", "30 5 * * 1", "Europe/Berlin")


def test_times_in_the_shops_time_zone_through_summer_time():
    summer, winter = MONDAY, datetime(2024, 12, 2, 12, tzinfo=UTC)
    for now, hour in ((summer, 4), (winter, 5)):
        assert latest_tick("0 6 * * 1", now, "Europe/Berlin").astimezone(UTC).hour == hour
    assert next_tick("0 6 * * 1", MONDAY, "UTC") == MONDAY + timedelta(days=7)
    assert latest_tick("0 6 * * 1", MONDAY, "UTC") == MONDAY


def test_an_expression_that_is_none():
    with pytest.raises(ChurnError, match="no cron expression"):
        latest_tick("61 6 * * 1", MONDAY, "UTC")
    with pytest.raises(ValueError, match="five fields"):
        ShopRoutine(score_cron="weekly")
    for wrong in (
        "61 6 * * 1",
        "0 24 * * *",
        "0 6 0 * *",
        "0 6 5-1 * *",
        "0 0 6 * * 1",
        "0 6 30 2 *",
        "*/0 * * * *",
        "a b c d e",
    ):
        with pytest.raises(ValueError, match="five fields"):
            ShopRoutine(score_cron=wrong)
    assert ShopRoutine(score_cron="*/10 6-18/2 1,15 * 1-5").score_cron == "*/10 6-18/2 1,15 * 1-5"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    return Settings()


def add_shop(settings, name, timezone=None, **routine):
    save_shop(settings, ShopConfig(name=name, timezone=timezone, routine=ShopRoutine(**routine)))
    write_json(shop_folder(settings, name) / "results.json", {})


def ran(instance, job, *shops):
    for shop in shops:
        instance.create_run_for_job(build_defs().resolve_job_def(job), tags={"dagster/partition": shop})


def ticked(time, instance, at):
    """What the schedule of a time answers at a tick: requests, or the reason why there are none."""
    with dg.build_schedule_context(
        instance=instance, scheduled_execution_time=at, resources={"churn": ChurnSettings()}
    ) as context:
        return schedules_of([time])[time](context)


def requested(time, instance, at):
    found = ticked(time, instance, at)
    return [] if isinstance(found, dg.SkipReason) else [(r.partition_key, r.run_key) for r in found]


def test_a_schedule_for_each_time_that_a_shop_names(settings):
    add_shop(settings, "kiosk")
    add_shop(settings, "bakery", "Europe/Berlin", score_cron="30 5 * * 1", train=False)
    save_shop(settings, ShopConfig(name="spoiled"))
    (shop_folder(settings, "spoiled") / "shop.yaml").write_text("routine: [")
    times = times_of_shops(settings)
    assert set(times) == {*DEFAULT_TIMES, BERLIN}
    found = {s.name: (s.cron_schedule, s.execution_timezone) for s in schedules_of(times).values()}
    assert found == {
        "weekly_score": ("0 6 * * 1", "UTC"),
        "monthly_train": ("0 3 1 * *", "UTC"),
        "score_30_5_x_x_1_Europe_Berlin": ("30 5 * * 1", "Europe/Berlin"),
    }
    assert build_defs(times).get_repository_def().has_schedule_def("score_30_5_x_x_1_Europe_Berlin")


def test_names_of_different_times_differ():
    crons = ("1-5 6 * * *", "1,5 6 * * *", "*/5 6 * * *", "15 6 * * *")
    times = [RoutineTime("score", cron, zone) for cron in crons for zone in ("Etc/GMT+1", "Etc/GMT-1")]
    assert len({schedule.name for schedule in schedules_of(times).values()}) == len(times)


def test_shops_that_are_due_are_asked_for_and_the_others_told_why_not(settings):
    for name in ("kiosk", "bakery"):
        add_shop(settings, name)
    add_shop(settings, "quiet", score=False)
    add_shop(settings, "elsewhere", "Europe/Berlin")
    save_shop(settings, ShopConfig(name="without_results"))
    with dg.instance_for_test() as instance:
        ran(instance, "score", "kiosk", "bakery", "quiet", "without_results")
        now = datetime.now(UTC)
        why = ticked(WEEKLY, instance, now).skip_message
        monday = next_tick("0 6 * * 1", now, "UTC")
        assert f"kiosk: ran {now:%a %Y-%m-%d}" in why
        assert why.count(f"next Mon {monday:%Y-%m-%d} 06:00 UTC") == 2
        assert "quiet: switched off in its shop.yaml (routine: score: false)." in why
        assert "elsewhere: scored at another time (0 6 * * 1 Europe/Berlin)." in why
        assert "without_results: no results yet; it waits for its first file." in why
        asked = ticked(WEEKLY, instance, monday)
        key = f"{monday:%Y-%m-%dT%H:%M}"
        assert [(r.partition_key, r.run_key) for r in asked] == [
            (shop, f"{shop}:{key}") for shop in ("bakery", "kiosk")
        ]
        assert asked[0].tags["trigger"] == "schedule" and asked[0].tags["reason"].startswith("due since Mon ")
        assert "quiet: switched off" in asked[0].tags[".dagster/churn_not_due"]
        assert requested(MONTHLY, instance, monday + timedelta(days=40)) == [], "no training of its own yet"


def test_after_days_without_a_daemon_each_shop_catches_up_with_one_run(settings):
    add_shop(settings, "kiosk")
    with dg.instance_for_test() as instance:
        ran(instance, "score", "kiosk")
        first = next_tick("0 6 * * 1", datetime.now(UTC), "UTC")
        assert len(requested(WEEKLY, instance, first)) == 1
        ran(instance, "score", "kiosk")  # now: the daemon makes up for three missed ticks one after the other
        late = datetime.now(UTC)
        missed = [latest_tick("0 6 * * 1", late - timedelta(days=7 * n), "UTC") for n in range(3)]
        assert [requested(WEEKLY, instance, tick) for tick in missed] == [[], [], []]


def test_a_time_without_a_schedule_is_looked_after_by_the_sensor(settings):
    add_shop(settings, "kiosk")
    add_shop(settings, "bakery", score_cron="* * * * *")
    sensor = other_times_sensor(DEFAULT_TIMES)
    with dg.instance_for_test() as instance:

        def tick():
            resources = {"churn": ChurnSettings()}
            with dg.build_sensor_context(instance=instance, resources=resources) as context:
                return sensor(context)

        assert "bakery: never scored by a run" in tick().skip_reason.skip_message
        assert "kiosk" not in tick().skip_reason.skip_message, "its time has a schedule"
        ran(instance, "score", "bakery")
        (record,) = instance.get_run_records()
        assert tick().run_requests == [], "due no more in this minute"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "churn_pipeline.orchestration.automation.due_shops.last_run_of",
                lambda *_: record.create_timestamp - timedelta(days=1),
            )
            (request,) = tick().run_requests
        assert (request.partition_key, request.job_name) == ("bakery", "score")


def test_settings_of_one_shop_that_cannot_be_read_stop_no_other(settings):
    for name in ("kiosk", "spoiled"):
        add_shop(settings, name)
    (shop_folder(settings, "spoiled") / "shop.yaml").write_text(
        "name: spoiled\nroutine: {score_cron: '61 6 * * 1'}\n"
    )
    with dg.instance_for_test() as instance:
        ran(instance, "score", "kiosk")
        monday = next_tick("0 6 * * 1", datetime.now(UTC), "UTC")
        assert [shop for shop, _ in requested(WEEKLY, instance, monday)] == ["kiosk"]
