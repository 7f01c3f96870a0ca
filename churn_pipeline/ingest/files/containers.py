"""What kind of file was delivered, by its first bytes; gz, bz2, xz and zip are unpacked first."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from churn_pipeline.core.errors import BadInput


class Kind(StrEnum):
    """Kinds of files that can be read."""

    TEXT = "text"
    SPREADSHEET = "spreadsheet"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Unpacked:
    """A file that needs no more unpacking: where it lies and what it is."""

    path: Path
    kind: Kind


_STREAMS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_REFUSED = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "an SQLite database",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
}
_UNPACKED_LIMIT = 10
_BLOCK = 1 << 20


@contextmanager
def unpacked(path: Path, limit_mb: int) -> Iterator[Unpacked]:
    """The file itself or, for an archive of one, what it holds (in a temporary folder); at most ten times
    `limit_mb` large.

    Raises:
        BadInput: damaged, encrypted, an archive of several files, or of a kind that cannot be read.
    """
    with TemporaryDirectory(prefix="churn-upload-") as folder:
        yield _open(path, path.name, Path(folder), limit_mb * 1_000_000 * _UNPACKED_LIMIT, depth=0)


def _open(path: Path, name: str, folder: Path, limit: int, depth: int) -> Unpacked:
    with path.open("rb") as file:
        head = file.read(512)
    if depth > 2:
        raise BadInput(f"{name} is packed several times: deliver the file itself, or one archive of it.")
    opener = next((o for magic, o in _STREAMS.items() if head.startswith(magic)), None)
    if opener is not None:
        inner = folder / f"{depth}-{path.stem}"
        with _damage_reported(name), opener(path, "rb") as packed:
            _copy(packed, inner, limit, name)
        return _open(inner, name, folder, limit, depth + 1)
    if head.startswith(_ZIP):
        return _open_zip(path, name, folder, limit, depth)
    if head.startswith(_OLE):
        return Unpacked(path, Kind.SPREADSHEET)
    if head.startswith(_PARQUET):
        return Unpacked(path, Kind.PARQUET)
    refused = next((what for magic, what in _REFUSED.items() if head.startswith(magic)), None)
    if refused is None and head.lstrip().lower().startswith((b"<!doctype html", b"<html", b"<table")):
        refused = "a web page (some systems save one under .xls)"
    if refused is not None:
        raise BadInput(f"{name} is {refused}: deliver CSV, Excel, Parquet or JSON lines.")
    return Unpacked(path, Kind.TEXT)


def _open_zip(path: Path, name: str, folder: Path, limit: int, depth: int) -> Unpacked:
    """A workbook, or the only file of an archive."""
    with _damage_reported(name), zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names or "mimetype" in names:
            _require_small(archive, limit, name)
            return Unpacked(path, Kind.SPREADSHEET)
        files = [
            i
            for i in archive.infolist()
            if not i.is_dir()
            and not i.filename.startswith("__MACOSX/")
            and not Path(i.filename).name.startswith(".")
        ]
        if len(files) != 1:
            held = ", ".join(i.filename for i in files[:5]) or "nothing"
            raise BadInput(
                f"{name} holds {len(files)} files ({held}): deliver an archive of one file, "
                f"or the files themselves."
            )
        if files[0].flag_bits & 1:
            raise BadInput(f"{name} is encrypted: deliver it without a password.")
        inner = folder / f"{depth}-{Path(files[0].filename).name}"
        with archive.open(files[0]) as packed:
            _copy(packed, inner, limit, name)
    if inner.stat().st_size == 0:
        raise BadInput(
            f"{name} holds an empty file: deliver a file with a header row and one row per purchase."
        )
    return _open(inner, name, folder, limit, depth + 1)


def _require_small(archive: zipfile.ZipFile, limit: int, name: str) -> None:
    """BadInput for a workbook that unpacks to more than the limit; a member that is larger than it says is
    damaged (its checksum is that of more)."""
    if sum(member.file_size for member in archive.infolist()) > limit:
        raise BadInput(_too_large(name, limit))
    for member in archive.infolist():
        with archive.open(member) as packed:
            while packed.read(_BLOCK):
                pass


def _copy(packed: IO[bytes], target: Path, limit: int, name: str) -> None:
    """Unpacks in blocks and stops at the limit, whatever the archive says of its size."""
    with target.open("wb") as file:
        written = 0
        while block := packed.read(_BLOCK):
            written += len(block)
            if written > limit:
                raise BadInput(_too_large(name, limit))
            file.write(block)


def _too_large(name: str, limit: int) -> str:
    return (
        f"{name} unpacks to more than {limit / 1e6:,.0f} MB: split it by period, "
        f"or raise CHURN_MAX_UPLOAD_MB."
    )


@contextmanager
def _damage_reported(name: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile, OSError) as error:
        raise BadInput(f"{name} is damaged and cannot be unpacked ({error}): deliver it again.") from error
