"""Files that are not in the ledger, with the reason beside them: those that cannot be taken in lie in
quarantine; those that wait for an answer (which column is which, or whether the file is right as it is) stay
where they were dropped."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import read_json, replacing
from churn_pipeline.ingest.ledger.kept_uploads import sha256_of
from churn_pipeline.shop.directory import shop_folder

QUARANTINE_DIR = "quarantine"
WAITING_FILE = "awaiting_mapping.json"


def quarantine(settings: Settings, shop: str, file: Path, reason: str) -> Path:
    """Moves a file to <folder>/quarantine/<sha256>/, reason.json beside it; returns where it lies. Done
    again, it renews the reason."""
    sha256 = sha256_of(file)
    place = shop_folder(settings, shop) / QUARANTINE_DIR / sha256 / file.name
    place.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "file_name": file.name,
        "upload_sha256": sha256,
        "reason": reason,
        "quarantined_at": datetime.now(UTC),
    }
    write_document(shop_folder(settings, shop), f"{QUARANTINE_DIR}/{sha256}/reason.json", document)
    if file.resolve() != place.resolve():
        _move(file, place)
    return place


def refused_files(store: ShopStore) -> list[dict[str, Any]]:
    """The reasons (file_name, upload_sha256, reason, quarantined_at) of the files in quarantine that never
    went in after all."""
    known = (
        set(store.read("uploads", ["upload_sha256"])["upload_sha256"]) if store.exists("uploads") else set()
    )
    reasons = store.documents(f"{QUARANTINE_DIR}/*/reason")
    return [reason for reason in reasons if reason["upload_sha256"] not in known]


def awaiting_mapping(folder: Path) -> dict[str, dict[str, Any]]:
    """SHA-256 -> file_name, reason, since (ISO 8601, UTC) of every file of the shop that waits; empty where
    none does."""
    path = folder / WAITING_FILE
    found: dict[str, dict[str, Any]] = read_json(path) if path.exists() else {}
    return found


def await_mapping(folder: Path, sha256: str, file_name: str, reason: str, *, question: bool = False) -> None:
    """Enters a file that waits, for a mapping or, `question`, for someone to say that it is right as it is;
    the first time stays."""
    waiting = awaiting_mapping(folder)
    since = waiting.get(sha256, {}).get("since", datetime.now(UTC).isoformat(timespec="seconds"))
    write_document(
        folder,
        WAITING_FILE,
        waiting | {sha256: {"file_name": file_name, "reason": reason, "since": since, "question": question}},
    )


def stop_waiting(folder: Path, sha256: str) -> None:
    """Removes a file that is taken up again; nothing happens when it did not wait."""
    waiting = awaiting_mapping(folder)
    if waiting.pop(sha256, None) is None:
        return
    if waiting:
        write_document(folder, WAITING_FILE, waiting)
    else:
        (folder / WAITING_FILE).unlink()


def _move(file: Path, place: Path) -> None:
    """Moves a file, also between file systems: copied whole first, then removed."""
    with replacing(place) as part:
        shutil.copyfile(file, part)
    file.unlink()
