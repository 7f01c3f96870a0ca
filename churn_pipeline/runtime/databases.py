"""SQLite databases that several processes write to: wait for each other instead of failing after SQLite's
five seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from churn_pipeline.core.settings import Settings


@contextmanager
def locked_databases_waited_for(settings: Settings) -> Iterator[None]:
    """Within it every SQLite connection of this process (Dagster's and MLflow's) waits
    `database_wait_seconds` for a lock."""
    milliseconds = int(settings.database_wait_seconds * 1000)

    def set_timeout(connection: Any, _: object) -> None:
        if type(connection).__module__.startswith("sqlite3"):
            connection.execute(f"PRAGMA busy_timeout = {milliseconds}")

    event.listen(Engine, "connect", set_timeout)
    try:
        yield
    finally:
        event.remove(Engine, "connect", set_timeout)
