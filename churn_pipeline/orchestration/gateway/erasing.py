"""What Dagster keeps of a customer or a shop, taken out."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import dagster as dg

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json
from churn_pipeline.orchestration.gateway.instance import instance_of
from churn_pipeline.orchestration.partitions import DIMENSION
from churn_pipeline.orchestration.shop_executor import PARTITION_TAG

WAIT_SECONDS = 30
INDEX = "index"
"""Dagster's file of the events of all runs that assets are known by; each run has one of its own beside."""


def files_of_runs(settings: Settings, shop: str) -> list[Path]:
    """What a shop's runs have left: logs, events, and what was asked for with what its process said."""
    runs = _run_ids(settings, shop)
    events = [p for run in runs for p in (settings.dagster_home / "history" / "runs").glob(f"{run}.db*")]
    logs = [p for run in runs for p in (settings.dagster_home / "storage" / run).rglob("*") if p.is_file()]
    said = [p.with_suffix(".log") for p in _launches(settings, shop)]
    return [*events, *logs, *_launches(settings, shop), *(p for p in said if p.exists())]


def erase_from_events(settings: Settings, shop: str, without: Callable[[str], str]) -> int:
    """Takes a customer out of the events of a shop's runs, where notes and failures may name one; how many
    events did.

    Dagster's SQLite files alone: in another database its retention has to do it."""
    changed, runs = 0, set(_run_ids(settings, shop))
    for path in (settings.dagster_home / "history" / "runs").glob("*.db"):
        if path.stem in runs or path.stem == INDEX:
            with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as connection:
                changed += _rewrite(connection, runs, without)
    return changed


def erase_runs(settings: Settings, shop: str) -> int:
    """Deletes every run of a shop with its logs, and the shop's partition; how many runs it were."""
    instance = instance_of(settings)
    runs = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: shop}))
    for run in runs:
        instance.delete_run(run.run_id)
        shutil.rmtree(settings.dagster_home / "storage" / run.run_id, ignore_errors=True)
        for log in (settings.dagster_home / "history" / "runs").glob(f"{run.run_id}.db*"):
            log.unlink()
    instance.delete_dynamic_partition(DIMENSION, shop)
    for path in _launches(settings, shop):
        path.unlink(missing_ok=True)
        path.with_suffix(".log").unlink(missing_ok=True)
    return len(runs)


def _launches(settings: Settings, shop: str) -> list[Path]:
    return [p for p in (settings.data_dir / "jobs").glob("*.json") if read_json(p)["shop"] == shop]


def _run_ids(settings: Settings, shop: str) -> list[str]:
    runs = instance_of(settings).get_runs(dg.RunsFilter(tags={PARTITION_TAG: shop}))
    return [run.run_id for run in runs]


def _rewrite(connection: sqlite3.Connection, runs: set[str], without: Callable[[str], str]) -> int:
    """Rewrites the events of runs that change, and leaves nothing of the former ones in the file."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'event_logs'").fetchone():
        return 0
    rows = connection.execute("SELECT id, run_id, event FROM event_logs WHERE event IS NOT NULL").fetchall()
    changed = [(new, row) for row, run, event in rows if run in runs and (new := without(event)) != event]
    if changed:
        connection.execute("PRAGMA secure_delete = ON")
        connection.executemany("UPDATE event_logs SET event = ? WHERE id = ?", changed)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
    return len(changed)
