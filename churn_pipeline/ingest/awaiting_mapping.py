"""Files of a new shop whose columns nobody has named yet: they stay where they were dropped, and go in once the shop has a mapping."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from churn_pipeline.storage import read_json, write_json

WAITING_FILE = "awaiting_mapping.json"


def awaiting_mapping(folder: Path) -> dict[str, dict[str, Any]]:
    """SHA-256 -> file_name, reason, since (ISO 8601, UTC) of every file of the shop that waits; empty where none does."""
    path = folder / WAITING_FILE
    found: dict[str, dict[str, Any]] = read_json(path) if path.exists() else {}
    return found


def await_mapping(folder: Path, sha256: str, file_name: str, reason: str) -> None:
    """Enters a file that waits; the first time it was entered stays."""
    waiting = awaiting_mapping(folder)
    since = waiting.get(sha256, {}).get("since", datetime.now(UTC).isoformat(timespec="seconds"))
    write_json(folder / WAITING_FILE, waiting | {sha256: {"file_name": file_name, "reason": reason, "since": since}})


def stop_waiting(folder: Path, sha256: str) -> None:
    """Removes a file that is taken up again; nothing happens when it did not wait."""
    waiting = awaiting_mapping(folder)
    if waiting.pop(sha256, None) is None:
        return
    if waiting:
        write_json(folder / WAITING_FILE, waiting)
    else:
        (folder / WAITING_FILE).unlink()
