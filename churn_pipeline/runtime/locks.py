"""One shop has one writer: whatever runs for a shop, started by a command or by a daemon, holds the shop's
lock file.

The kernel lets go of the lock when its process ends in whatever way, so that a crash blocks nobody.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.config import validated_shop_name


def shop_lock(settings: Settings, shop: str) -> FileLock:
    """The shop's lock, not yet taken; within one process it can be taken again by whom holds it."""
    return FileLock(lock_path(settings, shop), is_singleton=True)


def lock_path(settings: Settings, shop: str) -> Path:
    """Where the lock lies: beside the shops, so that a shop's folder can be removed under it."""
    path = settings.data_dir / "locks" / f"{validated_shop_name(shop)}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def is_free(settings: Settings, shop: str) -> bool:
    """Whether nobody holds the shop's lock at this moment."""
    lock = shop_lock(settings, shop)
    try:
        with lock.acquire(timeout=0):
            return lock.lock_counter == 1
    except Timeout:
        return False


@contextmanager
def holding(settings: Settings, shop: str, say: Callable[[str], None]) -> Iterator[None]:
    """Holds the shop's lock; waits for its holder as long as the settings say, with a word about it.
    ChurnError when that is too long."""
    lock = shop_lock(settings, shop)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"another run of shop {shop} is in progress; waiting for it")
        take(lock, settings, shop)
    try:
        yield
    finally:
        lock.release()


def take(lock: FileLock, settings: Settings, shop: str) -> None:
    """Takes the lock, waiting for its holder as long as the settings say; then ChurnError."""
    try:
        lock.acquire(timeout=settings.run_wait_seconds)
    except Timeout as error:
        raise ChurnError(
            f"Another run of shop {shop!r} did not end within {settings.run_wait_seconds:.0f} seconds; "
            "look at it in the Dagster UI, then try again."
        ) from error
