"""SQLite databases that several processes write to: wait for each other instead of failing after SQLite's five seconds."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from churn_pipeline.settings import Settings


def wait_for_locked_databases(settings: Settings) -> None:
    """From now on every SQLite connection of this process (Dagster's and MLflow's) waits `database_wait_seconds` for a lock."""
    milliseconds = int(settings.database_wait_seconds * 1000)

    def set_timeout(connection: Any, _: object) -> None:
        if type(connection).__module__.startswith("sqlite3"):
            connection.execute(f"PRAGMA busy_timeout = {milliseconds}")

    event.listen(Engine, "connect", set_timeout)
