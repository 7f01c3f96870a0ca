"""Which shops a routine's time is due for, and why it is not for the others."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from churn_pipeline.core.errors import BadInput, ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.jobs import score, train
from churn_pipeline.orchestration.partitions import PARTITION_TAG
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.cron import times_after, times_before
from churn_pipeline.shop.directory import list_shops, load_shop, shop_store
from churn_pipeline.shop.routine import Routine

FRESH_AFTER = {score.name: (score.name, train.name), train.name: (train.name,)}
"""Job -> the jobs after which it has nothing to add until its next time."""
VERB = {score.name: "scored", train.name: "trained"}


@dataclass(frozen=True, order=True)
class RoutineTime:
    """When shops are scored or trained: job, cron expression, time zone."""

    job: str
    cron: str
    timezone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.cron} {self.timezone}"


DEFAULT_TIMES = (
    RoutineTime(score.name, Routine().score_cron),
    RoutineTime(train.name, Routine().train_cron),
)


@dataclass(frozen=True)
class Judged:
    """A shop at one moment: since when it is due (None: it is not), and why, in words."""

    shop: str
    due: datetime | None
    reason: str


def time_of(config: ShopConfig, job: str) -> RoutineTime:
    """When a shop's settings want the job."""
    return RoutineTime(job, getattr(config.routine, f"{job}_cron"), config.timezone or "UTC")


def times_of_shops(settings: Settings) -> list[RoutineTime]:
    """The times that the shops' settings name, and the usual ones; a shop with settings that cannot be read
    is left out."""
    found = set(DEFAULT_TIMES)
    for shop in list_shops(settings):
        try:
            config = load_shop(settings, shop)
        except BadInput:  # the alerts tell the operator; it must not keep the definitions from loading
            continue
        found |= {time_of(config, job) for job in VERB if getattr(config.routine, job)}
    return sorted(found)


def judge_shop(
    settings: Settings, instance: dg.DagsterInstance, shop: str, config: ShopConfig, job: str, now: datetime
) -> Judged:
    """Whether the shop is due at `now` (aware) by its own settings. However many times were missed, it is due
    once; a shop that never ran waits for its first file."""
    if not getattr(config.routine, job):
        return Judged(shop, None, f"switched off in its shop.yaml (routine: {job}: false)")
    if not shop_store(settings, shop).has_document("results"):
        return Judged(shop, None, "no results yet; it waits for its first file")
    time, last = time_of(config, job), last_run_of(instance, shop, FRESH_AFTER[job])
    due = latest_tick(time.cron, now, time.timezone)
    if last is None:
        return Judged(shop, None, f"never {VERB[job]} by a run; the first one starts its routine")
    if last < due:
        return Judged(shop, due, f"due since {in_words(due)}")
    coming = next_tick(time.cron, now, time.timezone)
    return Judged(shop, None, f"ran {in_words(last.astimezone(due.tzinfo))}; next {in_words(coming)}")


def latest_tick(cron: str, now: datetime, timezone: str) -> datetime:
    """The last time of a cron expression at or before `now`, in the time zone; ChurnError where there is no
    such expression."""
    next_minute = now.astimezone(ZoneInfo(timezone)).replace(second=0, microsecond=0) + timedelta(minutes=1)
    try:
        return next(times_before(cron, next_minute))
    except ValueError as error:
        raise ChurnError(f"{cron!r} is no cron expression; write five fields such as '0 6 * * 1'.") from error


def next_tick(cron: str, now: datetime, timezone: str) -> datetime:
    """The first time of a cron expression after `now`, in the time zone."""
    return next(times_after(cron, now.astimezone(ZoneInfo(timezone))))


def last_run_of(instance: dg.DagsterInstance, shop: str, jobs: tuple[str, ...]) -> datetime | None:
    """When the last run of one of the jobs was created for the shop, whatever became of it: a failed one is
    alerted, not repeated."""
    created = [
        record.create_timestamp.replace(tzinfo=UTC)
        if record.create_timestamp.tzinfo is None
        else record.create_timestamp
        for job in jobs
        for record in instance.get_run_records(
            dg.RunsFilter(job_name=job, tags={PARTITION_TAG: shop}), limit=1
        )
    ]
    return max(created, default=None)


def in_words(moment: datetime) -> str:
    """A moment with its day of the week and zone: Mon 2026-11-30 06:00 UTC."""
    return f"{moment:%a %Y-%m-%d %H:%M} {moment.tzinfo}"


def told(judged: list[Judged], most: int = 20) -> str:
    """The shops and why, in one paragraph."""
    more = f" And {len(judged) - most} more shops." if len(judged) > most else ""
    return " ".join(f"{found.shop}: {found.reason}." for found in judged[:most]) + more
