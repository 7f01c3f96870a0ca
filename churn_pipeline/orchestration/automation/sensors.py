"""The file-drop sensor: dropped files are ingested, grown ledgers scored."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from churn_pipeline.core.errors import BadInput, ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.orchestration.automation.file_drop import (
    Attempts,
    Cursor,
    FileRun,
    Stamp,
    decide,
    is_partial,
)
from churn_pipeline.orchestration.automation.taken_files import put_away
from churn_pipeline.orchestration.jobs import ingest_dropped_file, score, train
from churn_pipeline.orchestration.partitions import DIMENSION, PARTITION_TAG, SHOPS, UNFINISHED
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.run_origin import DROPPED_FILE, NEW_DATA, TRIGGER_TAG
from churn_pipeline.runtime.dropped_file import FILE_TAG, NAME_TAG, ROUTE, SHA_TAG
from churn_pipeline.shop.config import validated_shop_name
from churn_pipeline.shop.directory import list_shops, load_shop, shop_store

if TYPE_CHECKING:
    from churn_pipeline.monitoring.grades.pending_grades import PendingUpdate


@dg.sensor(
    jobs=[ingest_dropped_file, score, train],
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ingests files dropped into data/incoming/<shop>/, then scores (a new shop: "
    "trains) what has grown.",
)
def file_drop(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SensorResult | dg.SkipReason:
    """One tick: the pure decision (file_drop.decide) applied to the folders, and runs for ledgers that have
    grown."""
    from churn_pipeline.ingest.ledger.kept_uploads import sha256_of

    settings = churn.load()
    cursor = Cursor.parse(context.cursor)
    if settings.taken_files == "move":
        for place in put_away(settings, context.instance, cursor.submitted, datetime.now(UTC).date()):
            context.log.info(f"{place.name} is in the ledger and lies in {place.parent} now")
    present, _ = dropped_files(settings.incoming_dir)  # of what belongs to no shop the alerts tell, once

    def digest(name: str) -> str | None:
        try:
            return sha256_of(settings.incoming_dir / name)
        except FileNotFoundError:
            return None

    decision = decide(
        present,
        cursor,
        time.time_ns(),
        settle_seconds=settings.settle_seconds,
        max_runs=settings.max_runs_per_tick,
        sha256=digest,
        attempts=lambda shop, sha256: attempts(context.instance, shop, sha256),
        released=mapped_meanwhile(settings, present),
    )
    if decision.backlog:
        context.log.info(f"{decision.backlog} more files wait for the next tick")
    coming = (name for name, (_, size) in decision.cursor.waiting.items() if size and not is_partial(name))
    busy = {run.shop for run in decision.runs} | {name.partition("/")[0] for name in coming}
    requests = [_append_request(settings, run) for run in decision.runs]
    requests += _update_requests(settings, context.instance, busy, settings.max_runs_per_tick - len(requests))
    known = set(context.instance.get_dynamic_partitions(DIMENSION))
    new = sorted({request.partition_key for request in requests if request.partition_key} - known)
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[SHOPS.build_add_request(new)] if new else [],
        cursor=decision.cursor.dump(),
    )


def dropped_files(incoming: Path) -> tuple[dict[str, Stamp], list[str]]:
    """Every file in the shops' folders, `SHOP/NAME` -> (mtime_ns, size); and a sentence about whatever
    belongs to no shop.

    Raises OSError where a folder cannot be listed: a failed read is not an empty folder.
    """
    found: dict[str, Stamp] = {}
    refused = []
    for folder in sorted(p for p in incoming.iterdir() if not p.name.startswith(".")):
        if not folder.is_dir():
            refused.append(
                f"{folder} belongs to no shop: put it into a folder named like the shop, {incoming}/SHOP/."
            )
            continue
        try:
            validated_shop_name(folder.name)
        except BadInput as error:
            refused.append(f"The files in {folder} are not read. {error}")
            continue
        for path in folder.iterdir():
            if path.is_file() and not path.is_symlink():
                status = path.stat()
                found[f"{folder.name}/{path.name}"] = (status.st_mtime_ns, status.st_size)
    return found, refused


def mapped_meanwhile(settings: Settings, present: Iterable[str]) -> set[str]:
    """The present files, `SHOP/NAME`, that waited for a mapping of their shop, where it has one now."""
    from churn_pipeline.ingest.ledger.files_held_back import awaiting_mapping

    known = set(list_shops(settings))
    waiting = {
        shop: awaiting_mapping(shop_store(settings, shop).folder)
        for shop in {name.partition("/")[0] for name in present} & known
    }
    names = {
        f"{shop}/{entry['file_name']}"
        for shop, files in waiting.items()
        if files
        for entry in files.values()
        if not entry.get("question")
    }
    return {name for name in names.intersection(present) if _has_mapping(settings, name.partition("/")[0])}


def _has_mapping(settings: Settings, shop: str) -> bool:
    try:
        return bool(load_shop(settings, shop).mapping)
    except BadInput:  # unreadable settings of one shop must not stop the others; the alerts tell the operator
        return False


def attempts(instance: dg.DagsterInstance, shop: str, sha256: str) -> Attempts:
    """The runs that a file's content had for a shop."""
    runs = instance.get_runs(dg.RunsFilter(tags={SHA_TAG: sha256, PARTITION_TAG: shop}))  # newest first
    return Attempts(
        len(runs),
        bool(runs) and runs[0].status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED),
    )


def unfinished_shops(instance: dg.DagsterInstance) -> set[str]:
    """Shops with a run that is queued or in progress."""
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    return {run.tags[PARTITION_TAG] for run in runs if PARTITION_TAG in run.tags}


def _append_request(settings: Settings, run: FileRun) -> dg.RunRequest:
    path = str(settings.incoming_dir / run.shop / run.name)
    return dg.RunRequest(
        run_key=run.run_key,
        job_name=ingest_dropped_file.name,
        partition_key=run.shop,
        run_config={"ops": {"raw_transactions": {"config": {"files": [path], "route": ROUTE}}}},
        tags={FILE_TAG: path, SHA_TAG: run.sha256, NAME_TAG: run.name, TRIGGER_TAG: DROPPED_FILE},
    )


def _pending(store: ShopStore) -> "PendingUpdate | None":
    from churn_pipeline.monitoring.grades.pending_grades import pending_update

    try:
        return pending_update(store, ROUTE)
    except ChurnError:  # a damaged table of one shop must not stop the others; the alerts tell the operator
        return None


def _update_requests(
    settings: Settings, instance: dg.DagsterInstance, busy: set[str], most: int
) -> list[dg.RunRequest]:
    """A run for each shop whose ledger has grown by dropped files and that waits for nothing else."""
    idle = [shop for shop in list_shops(settings) if shop not in busy]
    pending = {shop: update for shop in idle if (update := _pending(shop_store(settings, shop)))}
    unfinished = unfinished_shops(instance) if pending else set()
    return [
        dg.RunRequest(
            run_key=f"{shop}:{update.job}:{update.data_version}",
            job_name=update.job,
            partition_key=shop,
            tags={TRIGGER_TAG: NEW_DATA},
        )
        for shop, update in pending.items()
        if shop not in unfinished
    ][: max(0, most)]
