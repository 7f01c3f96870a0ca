"""One shop has one writer: what changes a shop at once, without a job, holds its lock meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from churn_pipeline.core.settings import Settings
from churn_pipeline.service.errors import RunInProgress

PATIENCE_SECONDS = 2


def require_no_job(settings: Settings, shop: str, kind: str | None = None) -> None:
    """RunInProgress while a job of the shop waits or runs; kind: one of that kind alone."""
    from churn_pipeline.orchestration.gateway.following import open_jobs

    for status in open_jobs(settings, shop):
        if kind in (None, status.job):
            raise RunInProgress(
                f"Job {status.job_id} of shop {shop!r} is not over; follow it, or cancel it first."
            )


@contextmanager
def held_alone(settings: Settings, shop: str) -> Iterator[None]:
    """Holds the shop's lock while no job of the shop waits for it; RunInProgress where one does."""
    require_no_job(settings, shop)
    with held(settings, shop):
        require_no_job(settings, shop)  # one that was asked for meanwhile
        yield


@contextmanager
def held(settings: Settings, shop: str, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Holds the shop's lock; RunInProgress where somebody else does for longer than the patience."""
    from filelock import Timeout

    from churn_pipeline.runtime.locks import shop_lock

    lock = shop_lock(settings, shop)
    try:
        lock.acquire(timeout=patience_seconds)
    except Timeout as error:
        raise RunInProgress(
            f"Shop {shop!r} is being changed at this moment, by a run or a deletion: wait for its end."
        ) from error
    try:
        yield
    finally:
        lock.release()
