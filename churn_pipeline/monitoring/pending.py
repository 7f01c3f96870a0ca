"""Whether a shop's ledger has grown by dropped files since it was last scored, and what has to run then."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from churn_pipeline.quality.rules import CRITICAL
from churn_pipeline.storage import read_json, read_table, table_path, table_version


@dataclass(frozen=True)
class PendingUpdate:
    """job: score with the champion, or train where there never were results; data_version: of the ledger that waits for it."""

    job: Literal["train", "score"]
    data_version: str


def pending_update(folder: Path, route: str) -> PendingUpdate | None:
    """What has to run for the shop; None when its results are those of its ledger, when it has too little data to be trained for the
    first time, or when the last upload came by another route.

    Whoever delivers by command or API decides alone whether to train; a dropped file is meant to end in fresh scores.
    """
    ledger = table_version(folder, "transactions")
    if ledger is None or not table_path(folder, "uploads").exists():
        return None
    uploads = read_table(folder, "uploads", ["uploaded_at", "route"])
    if uploads.empty or uploads.sort_values("uploaded_at", kind="stable")["route"].iloc[-1] != route:
        return None
    results = folder / "results.json"
    if not results.exists():
        return None if too_little_data(folder) else PendingUpdate("train", ledger.data_version)
    scored = read_json(results)["tables"]["transactions"]["data_version"]
    return PendingUpdate("score", ledger.data_version) if scored != ledger.data_version else None


def too_little_data(folder: Path) -> list[str]:
    """What the published ledger lacks before a model can learn from it, in sentences; empty where it has enough or was never profiled."""
    path = folder / "profile.json"
    results = read_json(path)["quality"]["results"] if path.exists() else []
    return [r["message"] for r in results if not r["success"] and r["severity"] == CRITICAL and r["dimension"] == "sufficiency"]
