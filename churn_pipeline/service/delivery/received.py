"""Uploaded files that no run has taken in yet, as they came: data/received/<shop>/<sha256>/<name>."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from churn_pipeline.core.documents.service import ReceivedFile
from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json, read_table, table_path
from churn_pipeline.service.errors import TooLarge
from churn_pipeline.shop.config import validated_shop_name
from churn_pipeline.shop.directory import list_shops, shop_folder

RECEIPT = "received.json"
UPLOAD_ID = re.compile(r"[0-9a-f]{12,64}")
LONGEST_NAME = 150
_NOT_IN_NAMES = re.compile(r"[^\w .,()+@=-]")


def received_folder(settings: Settings, shop: str) -> Path:
    """Where a shop's received files lie."""
    return settings.data_dir / "received" / validated_shop_name(shop)


def safe_name(name: str) -> str:
    """A delivered file's name, safe as a name in a folder: no path, no control characters, not hidden."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = _NOT_IN_NAMES.sub("_", last).strip(" .")[-LONGEST_NAME:]
    return plain.lstrip(".-") or "upload"


def shop_from_name(file_name: str) -> str:
    """The shop that a file is for by its name: "Customer Data.csv" -> "customer_data"; BadInput for a name
    without a letter or digit."""
    stem = file_name.replace("\\", "/").rpartition("/")[2].partition(".")[0].lower()
    key = re.sub(r"[^a-z0-9_-]+", "_", stem).strip("_-")[:63]
    if not key:
        raise BadInput(f"{file_name!r} does not say which shop it is for; name the shop.")
    return validated_shop_name(key)


def store_stream(settings: Settings, shop: str, file_name: str, blocks: Iterable[bytes]) -> tuple[str, Path]:
    """Writes a file to disk block by block and returns its SHA-256 and where it lies, in a folder of its own
    outside every shop until it is kept; TooLarge beyond the limit, BadInput where it is empty."""
    limit, size, digest = settings.max_upload_mb * 1_000_000, 0, hashlib.sha256()
    folder = received_folder(settings, shop)
    folder.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(dir=folder, prefix=".part-"))
    path = own / safe_name(file_name)
    try:
        with path.open("wb") as file:
            for block in blocks:
                size += len(block)
                if size > limit:
                    raise TooLarge(too_large(settings, file_name))
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if size == 0:
            raise BadInput(f"{path.name} is empty (0 bytes): deliver a file with a header row and purchases.")
    except BaseException:
        discard(path)
        raise
    return digest.hexdigest(), path


def too_large(settings: Settings, file_name: str) -> str:
    """The sentence for a file over the limit."""
    return f"{safe_name(file_name)} is larger than {settings.max_upload_mb} MB: split it by period."


def discard(path: Path) -> None:
    """Removes a file that is not kept, with its folder."""
    shutil.rmtree(path.parent, ignore_errors=True)


def keep(settings: Settings, shop: str, sha256: str, path: Path, rows: int, caller: str) -> ReceivedFile:
    """Keeps a stored file for its shop; delivered again, the newer name holds."""
    place = received_folder(settings, shop) / sha256
    if place.exists():
        shutil.rmtree(place)
    receipt = ReceivedFile(
        upload_id=sha256,
        shop=shop,
        file_name=path.name,
        size_bytes=path.stat().st_size,
        rows=rows,
        received_at=datetime.now(UTC).replace(tzinfo=None),
        received_by=caller,
    )
    path.parent.rename(place)
    write_document(settings.data_dir, f"received/{shop}/{sha256}/{RECEIPT}", receipt.model_dump())
    return receipt


def received_files(settings: Settings, shop: str) -> list[ReceivedFile]:
    """A shop's received files, oldest first."""
    found = [
        ReceivedFile.model_validate(read_json(p))
        for p in received_folder(settings, shop).glob(f"*/{RECEIPT}")
    ]
    return sorted(found, key=lambda r: r.received_at)


def received_path(settings: Settings, receipt: ReceivedFile) -> Path:
    """Where a received file lies."""
    return received_folder(settings, receipt.shop) / receipt.upload_id / receipt.file_name


def shops_with_files(settings: Settings) -> list[str]:
    """Shops that have delivered something that no run has taken in."""
    root = settings.data_dir / "received"
    return sorted(p.name for p in root.iterdir() if p.is_dir()) if root.exists() else []


def find_upload(settings: Settings, shops: Iterable[str], upload_id: str) -> tuple[str, str]:
    """(shop, SHA-256) of an upload among shops, by its id or the first 12 digits or more of it.

    NotFound where there is none; BadInput where several shops or files have it."""
    if not UPLOAD_ID.fullmatch(upload_id):
        raise BadInput(f"{upload_id!r} is no upload id: give the one that the upload answered.")
    found = {
        (shop, sha)
        for shop in shops
        for sha in (*(r.upload_id for r in received_files(settings, shop)), *_in_ledger(settings, shop))
        if sha.startswith(upload_id)
    }
    if not found:
        raise NotFound(f"There is no upload {upload_id!r}; upload the file first.")
    if len(found) > 1:
        names = ", ".join(sorted({shop for shop, _ in found}))
        raise BadInput(f"Upload {upload_id!r} is not the only one ({names}); name the shop as session_id.")
    return found.pop()


def known_shops(settings: Settings) -> set[str]:
    """Shops with a configuration, and those that have delivered a file."""
    return {*list_shops(settings), *shops_with_files(settings)}


def _in_ledger(settings: Settings, shop: str) -> list[str]:
    folder = shop_folder(settings, shop)
    if not table_path(folder, "uploads").exists():
        return []
    return [str(sha) for sha in read_table(folder, "uploads", ["upload_sha256"])["upload_sha256"]]
