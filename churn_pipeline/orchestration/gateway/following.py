"""Where jobs stand, from Dagster's event log: those asked for here, and those that the UI, a command, a
schedule or a dropped file started."""

import re
import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from statistics import median

import dagster as dg

from churn_pipeline.core.documents.service import OPEN_STATES, JobLaunch, JobState, JobStatus
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.automation.dead_runs import close_dead_runs
from churn_pipeline.orchestration.failures import reason_of_failure
from churn_pipeline.orchestration.gateway.instance import instance_of
from churn_pipeline.orchestration.gateway.launching import (
    REQUEST_TAG,
    REQUESTED_BY_TAG,
    find_launch,
    last_words,
    launches,
)
from churn_pipeline.orchestration.gateway.progress import MODEL_STEPS, Progress, StepTimes, progress_of
from churn_pipeline.orchestration.shop_executor import PARTITION_TAG
from churn_pipeline.runtime.processes import process_lives
from churn_pipeline.shop.directory import load_shop

Status = dg.DagsterRunStatus
STATES: dict[Status, JobState] = {
    Status.QUEUED: "pending",
    Status.NOT_STARTED: "pending",
    Status.MANAGED: "pending",
    Status.STARTING: "pending",
    Status.STARTED: "in_progress",
    Status.CANCELING: "in_progress",
    Status.SUCCESS: "completed",
    Status.FAILURE: "failed",
    Status.CANCELED: "cancelled",
}
RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OPEN_AMONG = 50
PAST_RUNS = 5
ENDED_KEPT = 500
USUAL_RUN_SECONDS = {"train": 90.0, "ingest": 15.0, "score": 30.0, "grade": 5.0}
OF_NO_SHOP = 50
"""So many more runs are looked at, as some (clean-ups) are of no shop."""
STARTUP_SECONDS = 60
"""A process that was just started has so long until its launch names it."""


def job_status(settings: Settings, job_id: str) -> JobStatus:
    """A job by the id that its start gave, or by Dagster's run id; NotFound where there is none."""
    instance, launch = instance_of(settings), find_launch(settings, job_id)
    record = find_run(instance, job_id)
    if record is None and launch is None:
        raise NotFound(f"There is no job {job_id!r}; look at the id that its start gave.")
    if record is None:
        assert launch is not None
        return _without_run(settings, launch)
    run = record.dagster_run
    if not run.is_finished and process_lives(run.tags) is False:
        close_dead_runs(settings, instance)
        record = find_run(instance, job_id) or record
    return _status(settings, instance, record)


def list_jobs(
    settings: Settings, shops: Sequence[str] | None, limit: int, offset: int = 0
) -> list[JobStatus]:
    """Jobs, newest first: runs of shops (None: of all), and those asked for that have no run yet."""
    instance = instance_of(settings)
    wanted = dg.RunsFilter(tags={} if shops is None else {PARTITION_TAG: list(shops)})
    records = instance.get_run_records(wanted, limit=limit + offset + OF_NO_SHOP)
    found = [r for r in records if _shop(r) and (shops is None or _shop(r) in shops)]
    known = {_job_id(r.dagster_run) for r in found}
    pending = [
        launch
        for launch in launches(settings)
        if launch.job_id not in known
        and launch.run_id is None
        and (shops is None or launch.shop in shops)
        and find_run(instance, launch.job_id) is None
    ]
    statuses = [_without_run(settings, launch) for launch in pending]
    statuses += [_status(settings, instance, r) for r in found[: limit + offset]]
    return sorted(statuses, key=lambda s: s.requested_at, reverse=True)[offset : offset + limit]


def open_jobs(settings: Settings, shop: str) -> list[JobStatus]:
    """The shop's jobs that wait or run, among its newest; dead ones are closed first."""
    close_dead_runs(settings, instance_of(settings))
    return [job for job in list_jobs(settings, [shop], OPEN_AMONG) if job.status in OPEN_STATES]


def find_run(instance: dg.DagsterInstance, job_id: str) -> dg.RunRecord | None:
    """The newest run that was asked for under an id (a repeated one has the same), or the run of that id."""
    records = instance.get_run_records(dg.RunsFilter(tags={REQUEST_TAG: job_id}), limit=1)
    if not records and RUN_ID.fullmatch(job_id):
        records = instance.get_run_records(dg.RunsFilter(run_ids=[job_id]), limit=1)
    return records[0] if records else None


def usual_seconds(settings: Settings, job: str, shop: str) -> float:
    """What the job usually takes: the median of the shop's past runs, else of other shops', else a guess."""
    past = _past_runs(instance_of(settings), job, shop, time.time())
    times = [r.end_time - r.start_time for r in past if r.end_time and r.start_time]
    return median(times) if times else USUAL_RUN_SECONDS.get(job, 60.0)


def _without_run(settings: Settings, launch: JobLaunch) -> JobStatus:
    """A job whose process has not made its run yet, or ended before it had one."""
    lives = process_lives(launch.process) if launch.process else None
    age = (datetime.now(UTC).replace(tzinfo=None) - launch.requested_at).total_seconds()
    ended = lives is False or (lives is None and not launch.run_id and age > STARTUP_SECONDS)
    words = last_words(settings, launch.job_id) if ended else ""
    state: JobState = "cancelled" if launch.cancelled_at else "failed" if ended else "pending"
    error = words or "The job's process ended before the job began; look at the machine, then start it again."
    return JobStatus(
        job_id=launch.job_id,
        session_id=launch.shop,
        job=launch.job,
        status=state,
        progress=0,
        current_step=None,
        steps_completed=[],
        models_trained=0,
        models_total=0,
        detail="Waiting to begin." if state == "pending" else "It never began.",
        estimated_remaining_seconds=(
            round(usual_seconds(settings, launch.job, launch.shop)) if state == "pending" else None
        ),
        requested_by=launch.requested_by,
        requested_at=_aware(launch.requested_at),
        started_at=None,
        ended_at=None,
        error=error if state == "failed" else None,
        run_id=None,
    )


_ended: "OrderedDict[tuple[str, str], JobStatus]" = OrderedDict()
"""(home, run id) -> how a run ended, which nothing changes any more."""


def _status(settings: Settings, instance: dg.DagsterInstance, record: dg.RunRecord) -> JobStatus:
    run, key = record.dagster_run, (str(settings.home), record.dagster_run.run_id)
    if key in _ended:
        return _ended[key]
    status = _of_run(settings, instance, record)
    if run.is_finished:
        _ended[key] = status
        while len(_ended) > ENDED_KEPT:
            _ended.popitem(last=False)
    return status


def _of_run(settings: Settings, instance: dg.DagsterInstance, record: dg.RunRecord) -> JobStatus:
    run, state = record.dagster_run, STATES[record.dagster_run.status]
    launch = find_launch(settings, _job_id(run)) if state == "failed" else None
    if launch is not None and launch.cancelled_at is not None:
        state = "cancelled"  # interrupted before it could learn why
    how_far = _progress(settings, instance, record)
    percent = 100 if state == "completed" else how_far.percent
    remaining = None if run.is_finished else _remaining(settings, record, how_far)
    return JobStatus(
        job_id=_job_id(run),
        session_id=_shop(record),
        job=run.job_name,
        status=state,
        progress=percent,
        current_step=how_far.current_step if state == "in_progress" else None,
        steps_completed=list(how_far.steps_completed),
        models_trained=how_far.models_trained,
        models_total=how_far.models_total,
        detail=_detail(state, how_far),
        estimated_remaining_seconds=remaining,
        requested_by=run.tags.get(REQUESTED_BY_TAG),
        requested_at=_aware(record.create_timestamp),
        started_at=_instant(record.start_time),
        ended_at=_instant(record.end_time),
        error=_error(settings, instance, run.run_id) if state == "failed" else None,
        run_id=run.run_id,
    )


def _remaining(settings: Settings, record: dg.RunRecord, how_far: Progress) -> int:
    """Seconds to go: the usual time of the whole job, times what is to come of it at this run's pace."""
    return round(usual_seconds(settings, record.dagster_run.job_name, _shop(record)) * how_far.to_come)


def _detail(state: JobState, how_far: Progress) -> str:
    if state == "in_progress" and 0 < how_far.models_trained < how_far.models_total:
        return f"{how_far.models_trained} of {how_far.models_total} models"
    words = {
        "pending": "Waiting to begin.",
        "completed": "Done.",
        "failed": "It failed; the last good results are still there.",
        "cancelled": "Cancelled; the last good results are still there.",
        "in_progress": (how_far.current_step or "finishing").replace("_", " ").capitalize() + ".",
    }
    return words[state]


def _progress(settings: Settings, instance: dg.DagsterInstance, record: dg.RunRecord) -> Progress:
    run = record.dagster_run
    planned = _planned(instance, run.execution_plan_snapshot_id) if run.execution_plan_snapshot_id else ()
    steps = _steps(instance, run.run_id)
    began = record.start_time or time.time()
    usual: dict[str, list[float]] = {}
    for past in _past_runs(instance, run.job_name, _shop(record), began):
        for step, seconds in _past_steps(instance, past.dagster_run.run_id):
            usual.setdefault(step, []).append(seconds)
    try:
        models: Sequence[str] = load_shop(settings, _shop(record)).models
    except NotFound:
        models = MODEL_STEPS[:5]
    return progress_of(planned, steps, {s: median(v) for s, v in usual.items()}, time.time(), models)


def _past_runs(instance: dg.DagsterInstance, job: str, shop: str, before: float) -> list[dg.RunRecord]:
    """The last successful runs of a job that had ended when another began: the shop's, else any shop's."""
    for tags in ({PARTITION_TAG: shop}, {}):
        wanted = dg.RunsFilter(job_name=job, statuses=[Status.SUCCESS], tags=tags)
        records = instance.get_run_records(wanted, limit=2 * PAST_RUNS)
        past = [r for r in records if r.end_time and r.end_time <= before][:PAST_RUNS]
        if past:
            return past
    return []


def _steps(instance: dg.DagsterInstance, run_id: str) -> dict[str, StepTimes]:
    return {
        s.step_key: StepTimes(s.start_time, s.end_time, s.status is not None and s.status.value == "SUCCESS")
        for s in instance.get_run_step_stats(run_id)
    }


@lru_cache(maxsize=256)
def _past_steps(instance: dg.DagsterInstance, run_id: str) -> tuple[tuple[str, float], ...]:
    """(step, seconds) of a run that has ended, which nothing changes any more."""
    return tuple(
        (step, times.ended - times.started)
        for step, times in _steps(instance, run_id).items()
        if times.succeeded and times.started is not None and times.ended is not None
    )


@lru_cache(maxsize=64)
def _planned(instance: dg.DagsterInstance, snapshot_id: str) -> tuple[str, ...]:
    return tuple(instance.get_execution_plan_snapshot(snapshot_id).step_keys_to_execute)


@lru_cache(maxsize=256)
def _failed_with(instance: dg.DagsterInstance, run_id: str, settings_home: str) -> str:
    settings = Settings(home=settings_home)  # type: ignore[arg-type]
    events = [e.dagster_event for e in instance.all_logs(run_id) if e.dagster_event is not None]
    return str(reason_of_failure(settings, events, run_id, show_traceback=False))


def _error(settings: Settings, instance: dg.DagsterInstance, run_id: str) -> str:
    return _failed_with(instance, run_id, str(settings.home))


def _shop(record: dg.RunRecord) -> str:
    return record.dagster_run.tags.get(PARTITION_TAG, "")


def _job_id(run: dg.DagsterRun) -> str:
    return run.tags.get(REQUEST_TAG, run.run_id)


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _aware(utc: datetime) -> datetime:
    return utc.replace(tzinfo=UTC) if utc.tzinfo is None else utc.astimezone(UTC)
