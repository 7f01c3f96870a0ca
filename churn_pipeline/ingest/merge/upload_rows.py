"""The rows of an upload, cleaned and kept beside its original, so that a ledger that is merged anew need not
read the file again."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.sql import literal
from churn_pipeline.core.store import read_json, replacing
from churn_pipeline.ingest.ledger.clean import CONTACT_COLUMNS, Span
from churn_pipeline.ingest.ledger.kept_uploads import UPLOADS_DIR

_TABLES = ("usable", "unusable")
_FORMAT = 1
"""Raised when files are read otherwise than before, so that what was kept is read again."""


def keep_rows(
    connection: duckdb.DuckDBPyConnection, folder: Path, sha256: str, reading: str, span: Span
) -> None:
    """Keeps the tables `usable` and `unusable` of an upload, read under `reading`."""
    for table in _TABLES:
        with replacing(_place(folder, sha256, f"{table}.parquet")) as part:
            connection.execute(f"COPY {table} TO {literal(str(part))} (FORMAT parquet, COMPRESSION zstd)")
    place = _place(folder, sha256, "rows.json").relative_to(folder)
    write_document(folder, str(place), {"format": _FORMAT, "reading": reading, **asdict(span)})


def kept_span(folder: Path, sha256: str, reading: str) -> Span | None:
    """The time that the kept rows cover; None where none are kept under that reading."""
    path = _place(folder, sha256, "rows.json")
    kept: dict[str, Any] = read_json(path) if path.exists() else {}
    if (kept.get("format"), kept.get("reading")) != (_FORMAT, reading):
        return None
    first, last, exported = (
        datetime.fromisoformat(t) if (t := kept[n]) else None
        for n in ("first_event", "last_event", "exported_at")
    )
    return Span(first, last, exported, kept["has_times"])


def load_rows(connection: duckdb.DuckDBPyConnection, folder: Path, sha256: str) -> None:
    """Fills the tables `usable` and `unusable` with an upload's kept rows."""
    for table in _TABLES:
        path = literal(str(_place(folder, sha256, f"{table}.parquet")))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM read_parquet({path})")
    for detail in CONTACT_COLUMNS:  # rows that were kept before the detail could be mapped
        connection.execute(f"ALTER TABLE usable ADD COLUMN IF NOT EXISTS {detail} VARCHAR")


def _place(folder: Path, sha256: str, name: str) -> Path:
    return folder / UPLOADS_DIR / sha256 / "kept_rows" / name
