"""One shop has one writer: what changes a shop at once, without a job, holds its lock meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from churn_pipeline.core.settings import Settings
from churn_pipeline.service.errors import RunInProgress

PATIENCE_SECONDS = 2


@contextmanager
def held(settings: Settings, shop: str, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Holds the shop's lock; RunInProgress where somebody else does for longer than the patience."""
    from filelock import Timeout

    from churn_pipeline.runtime.locks import shop_lock

    lock = shop_lock(settings, shop)
    try:
        lock.acquire(timeout=patience_seconds)
    except Timeout as error:
        raise RunInProgress(f"A run works for shop {shop!r}; wait for it, or cancel it first.") from error
    try:
        yield
    finally:
        lock.release()
