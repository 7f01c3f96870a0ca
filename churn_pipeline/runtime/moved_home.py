"""MLflow keeps absolute addresses. In a home that was moved or copied they still name the old place, where
the next training would write; here they are made to name the new one."""

import sqlite3
from contextlib import closing
from pathlib import Path

from churn_pipeline.core.settings import Settings

ARTIFACTS = "/mlruns/artifacts"
ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
    ("datasets", "dataset_source"),
)
WAIT_SECONDS = 60


def follow_the_move(settings: Settings) -> str | None:
    """Rewrites the addresses in MLflow's SQLite database where its shops' artifacts lie in this home and are
    said to lie in another; the address of that other home, or None where nothing was to do.

    Artifacts kept elsewhere, such as in S3, and other databases name no home and stay as they are."""
    database = Path(settings.mlflow_tracking_uri.removeprefix("sqlite:///"))
    ours = settings.home.as_uri()
    if not settings.mlflow_tracking_uri.startswith("sqlite:///") or not database.exists():
        return None
    if settings.mlflow_artifact_root != f"{ours}{ARTIFACTS}":
        return None
    with closing(sqlite3.connect(database, timeout=WAIT_SECONDS)) as connection, connection:
        former = _former_home(connection, settings, ours)
        if former is None:
            return None
        for table, column in ADDRESSES:
            connection.execute(
                f"UPDATE {table} SET {column} = replace({column}, ?, ?) WHERE instr({column}, ?)",  # noqa: S608
                (f"{former}/", f"{ours}/", f"{former}/"),
            )
    return former


def _former_home(connection: sqlite3.Connection, settings: Settings, ours: str) -> str | None:
    """The home that a shop's experiment names, where it is not ours but the artifacts lie here."""
    known = connection.execute(
        "SELECT name, artifact_location FROM experiments WHERE name LIKE 'churn~_%' ESCAPE '~'"
    )
    for name, location in known:
        former, found, rest = str(location).rpartition(f"{ARTIFACTS}/")
        is_other = found and rest == name and former.startswith("file://") and former != ours
        if is_other and (settings.home / "mlruns" / "artifacts" / name).is_dir():
            return former
    return None
