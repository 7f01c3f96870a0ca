"""Each upload's entry of the register, kept a second time beside its original, so that the ledger can be rebuilt from them alone."""

from datetime import datetime
from pathlib import Path
from typing import Any

from churn_pipeline.ingest.originals import UPLOADS_DIR
from churn_pipeline.schemas import TIME, UPLOADS
from churn_pipeline.storage import read_arrow, read_json, write_json

RECEIPT = "upload.json"


def write_receipts(folder: Path) -> None:
    """Writes the entry of every published upload as uploads/<sha256>/upload.json; those that are there and equal stay untouched."""
    for entry in read_arrow(folder, UPLOADS.name).to_pylist():
        path = folder / UPLOADS_DIR / entry["upload_sha256"] / RECEIPT
        plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in entry.items()}
        if path.parent.is_dir() and (not path.exists() or read_json(path) != plain):
            write_json(path, plain)


def read_receipts(folder: Path) -> list[dict[str, Any]]:
    """The register as the receipts have it, oldest upload first."""
    times = [f.name for f in UPLOADS.schema if f.type == TIME]
    entries = [read_json(path) for path in (folder / UPLOADS_DIR).glob(f"*/{RECEIPT}")]
    parsed = [e | {t: datetime.fromisoformat(e[t]) for t in times if e[t]} for e in entries]
    return sorted(parsed, key=lambda e: e["uploaded_at"])
