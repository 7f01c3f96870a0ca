"""Whether a shop's ledger has grown by dropped files since it was last scored, and what has to run then."""

from dataclasses import dataclass
from typing import Literal

from churn_pipeline.core.enums import Severity
from churn_pipeline.core.shop_store import ShopStore


@dataclass(frozen=True)
class PendingUpdate:
    """job: score with the champion, or train where there never were results; data_version: of the ledger that
    waits for it."""

    job: Literal["train", "score"]
    data_version: str


def pending_update(store: ShopStore, route: str) -> PendingUpdate | None:
    """What has to run for the shop; None when its results are those of its ledger, when it has too little
    data to be trained for the first time, or when the last upload came by another route.

    Whoever delivers by command or API decides alone whether to train; a dropped file is meant to end in fresh
    scores."""
    ledger = store.version("transactions")
    if ledger is None or not store.exists("uploads"):
        return None
    uploads = store.read("uploads", ["uploaded_at", "route"])
    if uploads.empty or uploads.sort_values("uploaded_at", kind="stable")["route"].iloc[-1] != route:
        return None
    if not store.has_document("results"):
        return None if too_little_data(store) else PendingUpdate("train", ledger)
    scored = store.document("results")["tables"]["transactions"]["data_version"]
    return PendingUpdate("score", ledger) if scored != ledger else None


def too_little_data(store: ShopStore) -> list[str]:
    """What the published ledger lacks before a model can learn from it, in sentences; empty where it has
    enough or was never profiled."""
    results = store.document("profile")["quality"]["results"] if store.has_document("profile") else []
    critical = [r for r in results if not r["success"] and r["severity"] == Severity.CRITICAL]
    return [r["message"] for r in critical if r["dimension"] == "sufficiency"]
