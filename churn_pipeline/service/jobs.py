"""Jobs of a shop: run here and waited for, started and followed, cancelled."""

from collections.abc import Callable
from typing import Any

from churn_pipeline.core.documents.service import JobLaunch, JobStatus
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller, require_shop, require_write
from churn_pipeline.service.delivery.plans import note_job, open_plan, run_config
from churn_pipeline.service.held import require_no_job
from churn_pipeline.service.shops import opened, require_known

Say = Callable[[str], None]


def run_now(settings: Settings, caller: Caller, job: str, shop: str, config: dict[str, Any], say: Say) -> str:
    """Runs a job in this process and returns its run id; `config`: of raw_transactions. Heavy libraries are
    loaded only now."""
    _load_scipy_first()
    from churn_pipeline.orchestration.launch import run_job

    require_shop(caller, shop)
    require_write(caller)
    return run_job(settings, job, shop, config, say)


def run_launched(settings: Settings, job_id: str, say: Say) -> None:
    """What a detached process does: the job that it was started for."""
    _load_scipy_first()
    from churn_pipeline.orchestration.gateway import running

    running.run_launched(settings, job_id, say)


def start_training(settings: Settings, caller: Caller, shop: str) -> tuple[JobLaunch, int]:
    """Starts a training with what was configured last, and says how many seconds it usually takes.

    RunInProgress while a training of the shop is not over; NotFound for a shop without data."""
    from churn_pipeline.orchestration.gateway.following import usual_seconds
    from churn_pipeline.orchestration.gateway.launching import start_job

    require_shop(caller, shop)
    require_write(caller)
    plan = open_plan(settings, shop)
    if plan is None:
        opened(settings, caller, shop)
    require_no_job(settings, shop, "train")
    config = run_config(settings, shop, plan) if plan is not None else {}
    launch = start_job(settings, "train", shop, config, caller.name)
    if plan is not None:
        note_job(settings, shop, launch.job_id)
    return launch, round(usual_seconds(settings, "train", shop))


def start_scoring(settings: Settings, caller: Caller, shop: str) -> tuple[JobLaunch, int]:
    """Scores the ledger as it is with the champion."""
    return _start(settings, caller, "score", shop)


def start_grading(settings: Settings, caller: Caller, shop: str) -> tuple[JobLaunch, int]:
    """Grades earlier scorings whose horizon has passed."""
    return _start(settings, caller, "grade", shop)


def job(settings: Settings, caller: Caller, job_id: str) -> JobStatus:
    """How a job stands; NotFound where there is none, or it is another shop's."""
    from churn_pipeline.orchestration.gateway.following import job_status

    status = job_status(settings, job_id)
    if not caller.may_see(status.session_id):
        raise NotFound(f"There is no job {job_id!r}; look at the id that its start gave.")
    return status


def jobs(
    settings: Settings, caller: Caller, shop: str | None = None, limit: int = 50, offset: int = 0
) -> list[JobStatus]:
    """Jobs, newest first: of a shop, or of all that are the caller's."""
    from churn_pipeline.orchestration.gateway.following import list_jobs

    if shop is not None:
        require_known(settings, caller, shop)
    shops = [shop] if shop is not None else None if caller.shops is None else sorted(caller.shops)
    return list_jobs(settings, shops, limit, offset)


def cancel(settings: Settings, caller: Caller, job_id: str) -> JobStatus:
    """Asks a job to stop; one that has ended stays as it ended."""
    from churn_pipeline.orchestration.gateway.cancelling import cancel_job

    require_write(caller)
    job(settings, caller, job_id)
    return cancel_job(settings, job_id)


def _start(settings: Settings, caller: Caller, kind: str, shop: str) -> tuple[JobLaunch, int]:
    from churn_pipeline.orchestration.gateway.following import usual_seconds
    from churn_pipeline.orchestration.gateway.launching import start_job

    require_write(caller)
    opened(settings, caller, shop)
    require_no_job(settings, shop, kind)
    return (
        start_job(settings, kind, shop, {}, caller.name),
        round(usual_seconds(settings, kind, shop)),
    )


def _load_scipy_first() -> None:
    """Imports scipy's functions before Dagster and MLflow. Before it opens a model, skops searches all loaded
    modules, in the order of their loading, for the home of each of those functions: 3 s of CPU where they
    come last."""
    import scipy.special  # noqa: F401
