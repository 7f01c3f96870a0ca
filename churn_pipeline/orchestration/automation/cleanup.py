"""What an installation may forget: old runs and logs, old trainings and model versions, leftovers of crashes.

The ledger, every delivered file, score_history, the champion, the challenger and whatever results.json names
are never among it."""

import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.partitions import PARTITION_TAG
from churn_pipeline.runtime.locks import is_free
from churn_pipeline.runtime.run_folder import MARKER, RUNS_DIR
from churn_pipeline.shop.directory import list_shops, shop_store

FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
LEFTOVERS = ("*.part", ".duckdb.*", ".ingest.*")


@dataclass(frozen=True)
class Removal:
    """One thing to remove: what it is, in words, and how."""

    what: str
    remove: Callable[[], None]


def clean_up(settings: Settings, instance: dg.DagsterInstance, dry_run: bool = False) -> list[str]:
    """Removes what is older than the settings' ages (see Retention); with dry_run only says what it would
    remove."""
    removals = [
        *_old_runs(settings, instance),
        *_outdated_models(settings),
        *_leftovers(settings),
        *_old_requests(settings),
    ]
    for removal in [] if dry_run else removals:
        removal.remove()
    return [removal.what for removal in removals]


def named_by_results(settings: Settings, shop: str) -> set[str]:
    """Ids of the runs that the shop's results.json names, Dagster's and MLflow's."""
    try:
        document = shop_store(settings, shop).document("results")
    except NotFound:
        return set()
    tables = [table["run_id"] for table in document["tables"].values()]
    return {document["run_id"], *tables, document.get("champion", {}).get("mlflow_run_id", "")}


def _old_runs(settings: Settings, instance: dg.DagsterInstance) -> Iterator[Removal]:
    """Finished runs with their event logs and outputs; the newest of each job and shop stay however old they
    are."""
    keep, before = settings.retention, datetime.now(UTC) - timedelta(days=settings.retention.runs_days)
    named = {run for shop in list_shops(settings) for run in named_by_results(settings, shop)}
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    for record in instance.get_run_records(dg.RunsFilter(statuses=FINISHED)):  # newest first
        run = record.dagster_run
        group = (run.job_name, run.tags.get(PARTITION_TAG, ""))
        seen[group] += 1
        if (
            seen[group] > keep.runs_kept
            and record.create_timestamp.replace(tzinfo=UTC) < before
            and run.run_id not in named
        ):
            yield Removal(
                f"run {run.run_id} ({' '.join(group).strip()}, {record.create_timestamp:%Y-%m-%d})",
                _forget_run(settings, instance, run.run_id),
            )


def _forget_run(settings: Settings, instance: dg.DagsterInstance, run_id: str) -> Callable[[], None]:
    def forget() -> None:
        instance.delete_run(run_id)
        shutil.rmtree(settings.dagster_home / "storage" / run_id, ignore_errors=True)
        for log in (settings.dagster_home / "history" / "runs").glob(f"{run_id}.db*"):
            log.unlink()

    return forget


def _outdated_models(settings: Settings) -> Iterator[Removal]:
    from churn_pipeline.training.lifecycle.pruning import Outdated, delete_outdated, outdated

    def deletion(shop: str, gone: Outdated) -> Callable[[], None]:
        return lambda: delete_outdated(settings, shop, gone)

    for shop in list_shops(settings):
        keep = settings.retention
        found = outdated(
            settings, shop, keep.model_versions_kept, keep.trainings_kept, named_by_results(settings, shop)
        )
        if found != Outdated([], [], []):
            versions = ", ".join(found.versions) or "none"
            what = (
                f"shop {shop}: model versions {versions}; {len(found.runs)} MLflow runs; "
                f"{len(found.models)} stored models"
            )
            yield Removal(what, deletion(shop, found))


def _leftovers(settings: Settings) -> Iterator[Removal]:
    """What crashes left behind: temporary files, and tables that were never published. A shop that is being
    worked for is left alone."""
    before = time.time() - settings.retention.leftovers_hours * 3600
    for shop in (p.name for p in settings.shops_dir.iterdir() if p.is_dir() and not p.name.startswith(".")):
        if is_free(settings, shop):
            leftovers = [p for pattern in LEFTOVERS for p in shop_store(settings, shop).folder.rglob(pattern)]
            leftovers += [
                p.parent
                for p in (settings.shops_dir / RUNS_DIR).glob(f"*/{shop}")
                if not (p.parent / MARKER).exists()
            ]
            for path in sorted(p for p in leftovers if p.lstat().st_mtime < before):
                yield Removal(f"left behind: {path}", _removal_of(path))


def _old_requests(settings: Settings) -> Iterator[Removal]:
    """Launch documents of jobs, with what their processes said, and uploads that nobody configured."""
    now = time.time()
    for folder, pattern, days in (
        (settings.data_dir / "jobs", "*", settings.retention.runs_days),
        (settings.data_dir / "received", "*/*", settings.retention.received_days),
    ):
        for path in sorted(folder.glob(pattern)):
            if path.lstat().st_mtime < now - days * 86400:
                yield Removal(f"asked for and forgotten: {path}", _removal_of(path))


def _removal_of(path: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
