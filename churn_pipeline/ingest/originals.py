"""Every delivered file, kept as it came under uploads/<sha256>/<name> in the shop's folder."""

import hashlib
import shutil
from pathlib import Path

from churn_pipeline.errors import BadInput
from churn_pipeline.storage import replacing

UPLOADS_DIR = "uploads"


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
            f"The original of {name} is no longer kept, so its rows cannot be read anew: deliver the period again with --replace."
        )
    return place
