"""Files that could not be taken in, kept beside the reason, so that nobody has to look for them."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from churn_pipeline.ingest.originals import sha256_of
from churn_pipeline.settings import Settings
from churn_pipeline.shops import shop_folder
from churn_pipeline.storage import replacing, write_json

QUARANTINE_DIR = "quarantine"


def quarantine(settings: Settings, shop: str, file: Path, reason: str) -> Path:
    """Moves a file to <folder>/quarantine/<sha256>/, reason.json beside it; returns where it lies. Done again, it renews the reason."""
    sha256 = sha256_of(file)
    place = shop_folder(settings, shop) / QUARANTINE_DIR / sha256 / file.name
    place.parent.mkdir(parents=True, exist_ok=True)
    document = {"file_name": file.name, "upload_sha256": sha256, "reason": reason, "quarantined_at": datetime.now(UTC)}
    write_json(place.parent / "reason.json", document)
    if file.resolve() != place.resolve():
        _move(file, place)
    return place


def _move(file: Path, place: Path) -> None:
    """Moves a file, also between file systems: copied whole first, then removed."""
    with replacing(place) as part:
        shutil.copyfile(file, part)
    file.unlink()
