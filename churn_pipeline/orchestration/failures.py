"""Why a run failed, as the one sentence that its user should see."""

import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import dagster as dg

from churn_pipeline.core import errors
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings

KIND = "kind"
"""Metadata of a step's failure: the class of error that its sentence belongs to."""
USER_ERRORS: dict[str | None, type[ChurnError]] = {
    c.__name__: c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, ChurnError)
}
DISK_FULL = ("No space left on device", "File too large", "Disk quota exceeded", "database or disk is full")
# SQLite's words when the system refuses a write; on a full disk too, where it keeps a write-ahead log
UNWRITABLE = "disk I/O error"
LITTLE_SPACE = 10_000_000  # bytes
LOCKED = "database is locked"
INTERRUPTED, CRASHED = "DagsterExecutionInterruptedError", "ChildProcessCrashException"


def reason_of_failure(
    settings: Settings, events: Sequence[dg.DagsterEvent], run_id: str, *, show_traceback: bool = True
) -> ChurnError:
    """The first failure among a run's events; the traceback of one that is nobody's mistake goes to
    stderr."""
    for event in events:
        said = event.step_failure_data.user_failure_data if event.is_step_failure else None
        if said is not None and KIND in said.metadata:
            return USER_ERRORS[str(said.metadata[KIND].value)](str(said.description))
        error = event.step_failure_data.error if event.is_step_failure else None
        if error is None and event.is_job_failure:
            # no data where the run was closed because its process is gone
            error = getattr(event.event_specific_data, "error", None)
            if error is None and event.message:
                return ChurnError(f"{event.message} The last good results are still there; begin it anew.")
        if error is None:
            continue
        while error.cause and error.cls_name not in USER_ERRORS:
            error = error.cause
        if error.cls_name == INTERRUPTED:
            return ChurnError(
                "The run was interrupted: the last good results are still there; "
                "the same command begins anew."
            )
        if error.cls_name == CRASHED:
            return ChurnError(
                f"The process of step {event.step_key} was killed, "
                f"perhaps for want of memory (then set CHURN_PARALLEL_STEPS lower): "
                "the last good results are still there; run again."
            )
        if error.cls_name in USER_ERRORS:
            return USER_ERRORS[error.cls_name](error.message.split(":", 1)[1].strip())
        known = known_trouble(settings, error.message)
        if known is not None:
            return known
        if show_traceback:
            sys.stderr.write(error.to_string())
        where = f"Step {event.step_key}" if event.step_key else "The run"
        return ChurnError(f"{where} failed: {error.message.strip().splitlines()[0]} (run {run_id})")
    return ChurnError(f"Run {run_id} failed; see it in the Dagster UI.")


def known_trouble(settings: Settings, message: str) -> ChurnError | None:
    """Trouble of the machine in plain words: a full or faulty disk, a locked database; None for everything
    else."""
    unwritable = UNWRITABLE in message
    if any(words in message for words in DISK_FULL) or (
        unwritable and shutil.disk_usage(settings.home).free < LITTLE_SPACE
    ):
        return ChurnError(
            f"The disk under {settings.home} is full: free some space and run again; "
            f"the last good results are still there."
        )
    if unwritable:
        return ChurnError(
            f"The disk under {settings.home} refuses to be written to: look for a quota, "
            f"a limit or a fault of the disk, then run again; "
            "the last good results are still there."
        )
    if LOCKED in message:
        names = ", ".join(str(p) for p in locked_databases(settings)) or f"A database under {settings.home}"
        return ChurnError(
            f"{names} is locked by another process for more than {settings.database_wait_seconds:.0f} "
            f"seconds: "
            "end that process (or wait for it) and run again; the last good results are still there."
        )
    return None


def locked_databases(settings: Settings) -> list[Path]:
    """The SQLite databases of this installation that nobody else can write to at this moment."""
    found = [*settings.dagster_home.rglob("*.db")]
    if settings.mlflow_tracking_uri.startswith("sqlite:///"):
        found.append(Path(settings.mlflow_tracking_uri.removeprefix("sqlite:///")))
    return [path for path in found if path.exists() and _is_locked(path)]


def _is_locked(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path, timeout=0.1, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    return False
