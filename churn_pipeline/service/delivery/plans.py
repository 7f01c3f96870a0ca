"""What the next run of a shop takes in: configured files and changes, kept until a run has taken them in."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from churn_pipeline.core.documents.service import Plan
from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json
from churn_pipeline.service.delivery.received import received_files, received_folder, received_path
from churn_pipeline.shop.directory import shop_folder

PLAN, SCRATCH = "plan.json", "checked"


def save_plan(settings: Settings, shop: str, uploads: list[str], config: dict[str, Any]) -> Plan:
    """Keeps a plan in the place of the former one."""
    now = datetime.now(UTC).replace(tzinfo=None)
    plan = Plan(uploads=uploads, config=config, configured_at=now, job_id=None)
    _write(settings, shop, plan)
    return plan


def open_plan(settings: Settings, shop: str) -> Plan | None:
    """The shop's plan; None where there is none, or a run has taken it in."""
    try:
        plan = Plan.model_validate(read_json(received_folder(settings, shop) / PLAN))
    except NotFound:
        return None
    if plan.job_id is not None and _is_completed(settings, plan.job_id):
        close_plan(settings, shop, plan)
        return None
    return plan


def note_job(settings: Settings, shop: str, job_id: str) -> None:
    """Notes which job takes the plan in."""
    plan = open_plan(settings, shop)
    if plan is not None:
        _write(settings, shop, plan.model_copy(update={"job_id": job_id}))


def close_plan(settings: Settings, shop: str, plan: Plan) -> None:
    """Removes a plan that was taken in, with its files: their originals lie with the shop."""
    folder = received_folder(settings, shop)
    for sha256 in plan.uploads:
        shutil.rmtree(folder / sha256, ignore_errors=True)
    shutil.rmtree(folder / SCRATCH, ignore_errors=True)
    (folder / PLAN).unlink(missing_ok=True)


def files_of(settings: Settings, shop: str, uploads: list[str]) -> list[Path]:
    """Where uploads lie, in the plan's order: as received, or as the shop keeps them."""
    receipts = {r.upload_id: received_path(settings, r) for r in received_files(settings, shop)}
    return [receipts.get(sha) or _original(settings, shop, sha) for sha in uploads]


def run_config(settings: Settings, shop: str, plan: Plan) -> dict[str, Any]:
    """The plan as configuration of raw_transactions."""
    files = [str(path) for path in files_of(settings, shop, plan.uploads)]
    return {**plan.config, "files": files, "route": "api"}


def scratch_folder(settings: Settings, shop: str) -> Path:
    """The ledger as it would be with the plan, for previews before a run."""
    return received_folder(settings, shop) / SCRATCH


def _original(settings: Settings, shop: str, sha256: str) -> Path:
    kept = [
        p
        for p in (shop_folder(settings, shop) / "uploads" / sha256).glob("*")
        if p.is_file() and p.name != "upload.json"
    ]
    if not kept:
        raise NotFound(f"The file of upload {sha256[:12]} is no longer kept; upload it again.")
    return kept[0]


def _is_completed(settings: Settings, job_id: str) -> bool:
    from churn_pipeline.orchestration.gateway.following import job_status

    try:
        return job_status(settings, job_id).status == "completed"
    except NotFound:
        return False


def _write(settings: Settings, shop: str, plan: Plan) -> None:
    write_document(settings.data_dir, f"received/{shop}/{PLAN}", plan.model_dump())
