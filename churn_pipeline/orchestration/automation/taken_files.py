"""Dropped files that are in the ledger leave data/incoming/, so that a folder shows what is still to do."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

import dagster as dg

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.automation.file_drop import Stamp
from churn_pipeline.orchestration.partitions import PARTITION_TAG
from churn_pipeline.runtime.dropped_file import SHA_TAG

TAKEN = "taken"


def put_away(
    settings: Settings, instance: dg.DagsterInstance, submitted: Mapping[str, Stamp], today: date
) -> list[Path]:
    """Moves each submitted file, `SHOP/NAME`, whose content a run has taken in, to SHOP/taken/DATE/; returns
    where they lie now.

    A file whose run failed, or is not done, stays, and so does one that changed after its run was asked
    for."""
    moved = []
    for name, stamp in submitted.items():
        shop, _, file_name = name.partition("/")
        path = settings.incoming_dir / name
        if not _is_unchanged(path, stamp):
            continue
        digest = _digest(path, stamp)
        if not _taken_in(instance, shop, digest):
            continue
        place = settings.incoming_dir / shop / TAKEN / str(today) / file_name
        if place.exists():  # another file of this name on the same day
            place = place.with_name(f"{place.stem}-{digest[:12]}{place.suffix}")
        place.parent.mkdir(parents=True, exist_ok=True)
        path.rename(place)
        moved.append(place)
    return moved


def _is_unchanged(path: Path, stamp: Stamp) -> bool:
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return (status.st_mtime_ns, status.st_size) == stamp


@lru_cache(maxsize=1024)
def _digest(path: Path, stamp: Stamp) -> str:
    """SHA-256 of a file of this stamp, computed once."""
    from churn_pipeline.ingest.ledger.kept_uploads import sha256_of

    return sha256_of(path)


def _taken_in(instance: dg.DagsterInstance, shop: str, sha256: str) -> bool:
    runs = instance.get_runs(dg.RunsFilter(tags={SHA_TAG: sha256, PARTITION_TAG: shop}), limit=1)
    return bool(runs) and runs[0].status == dg.DagsterRunStatus.SUCCESS
