"""What is kept of every upload under uploads/<sha256>/ in the shop's folder: the file as it came, and its
entry of the register beside it, so that the ledger can be made anew from them alone."""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.store import read_arrow, read_json, replacing
from churn_pipeline.core.tables import TIME, UPLOADS

UPLOADS_DIR = "uploads"
ENTRY = "upload.json"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_original(folder: Path, path: Path, sha256: str) -> Path:
    """Copies a delivered file into the shop's folder, once; returns where it lies."""
    place = folder / UPLOADS_DIR / sha256 / path.name
    if not place.exists():
        with replacing(place) as part:
            shutil.copyfile(path, part)
    return place


def original(folder: Path, sha256: str, name: str) -> Path:
    """Where an upload's original lies; BadInput when it was removed."""
    place = folder / UPLOADS_DIR / sha256 / name
    if not place.exists():
        raise BadInput(
            f"The original of {name} is no longer kept, so its rows cannot be read anew: "
            f"deliver the period again with --replace."
        )
    return place


def keep_entries(folder: Path) -> None:
    """Writes the entry of every published upload as uploads/<sha256>/upload.json; those that are there and
    equal stay untouched."""
    for entry in read_arrow(folder, UPLOADS.name).to_pylist():
        path = folder / UPLOADS_DIR / entry["upload_sha256"] / ENTRY
        plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in entry.items()}
        if path.parent.is_dir() and (not path.exists() or read_json(path) != plain):
            write_document(folder, f"{UPLOADS_DIR}/{path.parent.name}/{ENTRY}", plain)


def kept_entries(folder: Path) -> list[dict[str, Any]]:
    """The register as the kept entries have it, oldest upload first."""
    times = [f.name for f in UPLOADS.schema if f.type == TIME]
    entries = [read_json(path) for path in (folder / UPLOADS_DIR).glob(f"*/{ENTRY}")]
    parsed = [e | {t: datetime.fromisoformat(e[t]) for t in times if e.get(t)} for e in entries]
    return sorted(parsed, key=lambda e: e["uploaded_at"])
